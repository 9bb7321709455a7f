"""Log lines: one JSON object each on stderr, with ids and codes and never a person's words.

Only the fields named here pass; everything else is left out with its name
told, so that a slip in the code cannot put evidence, names or addresses into
a log. An exception is told by its class and where it arose, never by its text.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, Final, TextIO
from uuid import UUID

import structlog

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request or job at hand; stands in each of its lines."""

PASSED: Final = frozenset(
    {
        "event", "level", "timestamp", "request", "kind", "id", "evidence", "case", "visit",
        "notice", "post", "person", "token", "actor", "code", "reason", "attempts", "count",
        "size", "seconds", "state", "door", "method", "route", "status", "worker", "position",
        "error", "where", "version", "port", "host", "total", "signal", "outcome", "database",
        "step", "reader", "kept", "act", "erased", "swept", "ended",
    }
)  # fmt: skip
_PLAIN: Final = re.compile(r"[^\x20-\x7e\u00a1-\u024f]")
_LONGEST: Final = 200

Fields = MutableMapping[str, Any]


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send our lines and those of libraries to `stream` (stderr), as JSON."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_request,
            _only_what_passes,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: _Lines(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, LibraryLines)]:
        root.removeHandler(handler)
    root.addHandler(LibraryLines())
    root.setLevel(max(number, logging.WARNING))
    # It warns whenever a sweep is still at work as its next time comes: on a busy machine that is
    # no fault, and the next sweep finds the same rows.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def logger() -> structlog.typing.FilteringBoundLogger:
    """Return the log: `logger().info("evidence.read", evidence=id)`."""
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return log


def told(failure: BaseException) -> dict[str, str]:
    """Return what a line may say of an exception: its class, and the place in our own code."""
    frames = traceback.extract_tb(failure.__traceback__)
    last = frames[-1] if frames else None
    where = f"{last.filename.rpartition('/')[2]}:{last.lineno} {last.name}" if last else "unknown"
    return {"error": type(failure).__name__, "where": where}


class LibraryLines(logging.Handler):
    """What libraries log is told by logger and level; their text may quote what they were given."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line in our own form."""
        where = f"{record.filename}:{record.lineno}"
        logger().log(record.levelno, "library.spoke", kind=record.name, where=where)


class _Lines:
    """Writes lines; a log that cannot be written (a closed pipe) stops no work."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def msg(self, line: str) -> None:
        """Write one line at once, so that lines of several threads do not mix."""
        with suppress(OSError, ValueError):
            self._stream.write(f"{line}\n")
            self._stream.flush()

    debug = info = warning = error = critical = exception = msg


def _with_request(_log: object, _name: str, line: Fields) -> Fields:
    if (current := request_id.get()) is not None:
        line["request"] = current
    return line


def _only_what_passes(_log: object, _name: str, line: Fields) -> Fields:
    kept: Fields = {key: _plain(value) for key, value in line.items() if key in PASSED}
    if left_out := sorted(key for key in line if key not in PASSED):
        kept["left_out"] = [_PLAIN.sub("?", name)[:40] for name in left_out]
    return kept


def _plain(value: object) -> object:
    """Return a value that is one line: control characters (CR, LF, ESC) become their codes."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value) if isinstance(value, str | UUID) else type(value).__name__
    return _PLAIN.sub(lambda found: f"\\x{ord(found[0]):02x}", text)[:_LONGEST]
