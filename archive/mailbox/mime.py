"""Cutting a mail into its parts by byte positions, in one pass and under limits.

The standard library's parser nests as deep as the mail does, copies every
level and rewrites what it does not understand. Here a part is a range of the
received bytes, so that an attached mail is cut out exactly as it came
(RFC 2046 §5.1.1: the line break before a boundary belongs to the boundary).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from archive.mailbox.fields import Fields, boundary_of, media_type_of

MAX_DEPTH: Final = 40
MAX_PARTS: Final = 1_000
MAX_HEADER_BYTES: Final = 512 * 1024

_HEADER_END: Final = re.compile(rb"\r?\n(?=\r?\n|--)")
_DELIMITER: Final = re.compile(rb"^--([^\r\n]*)\r?\n?", re.MULTILINE)
_ENVELOPE_LINE: Final = re.compile(rb"(?:>?From [^\n]*\n)+")


@dataclass(slots=True)
class Part:
    """One part: its header fields, where its body stands, and the parts in it."""

    fields: Fields
    media_type: str
    start: int
    end: int
    path: str = "1"
    children: list["Part"] = field(default_factory=list)

    def leaves(self) -> Iterator["Part"]:
        """Yield the parts that hold content, in the order of the mail."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            if not part.children and not part.media_type.startswith("multipart/"):
                yield part
            waiting.extend(reversed(part.children))


@dataclass(slots=True)
class _Open:
    """A multipart whose end has not been seen."""

    part: Part
    boundary: bytes


class _Cutter:
    """Cuts one mail; `defects` collects what was wrong, as stable codes."""

    def __init__(self, raw: bytes, defects: set[str]) -> None:
        self._raw = raw
        self._defects = defects
        self._open: list[_Open] = []
        self._current: Part | None = None
        self._parts = 0

    def cut(self) -> Part:
        envelope = _ENVELOPE_LINE.match(self._raw)
        root, body = self._begin(envelope.end() if envelope else 0, "text/plain", "1")
        self._enter(root)
        for found in _DELIMITER.finditer(self._raw, body):
            if not self._open:
                break
            self._delimiter(found)
            if self._parts > MAX_PARTS:
                self._defects.add("too_many_parts")
                break
        if self._open:
            self._defects.add("no_closing_boundary")
        return root

    def _begin(self, position: int, default: str, path: str) -> tuple[Part, int]:
        """Return the part whose header begins here, and where its body begins."""
        raw, last = self._raw, position + MAX_HEADER_BYTES
        if raw.startswith((b"\n", b"\r\n"), position):
            head_end = position
        else:
            end = _HEADER_END.search(raw, position, last)
            head_end = end.end() if end else min(len(raw), last)
            if end is None and last < len(raw):
                self._defects.add("header_too_long")
        fields = Fields.read(raw[position:head_end], self._defects)
        body = head_end
        for line_break in (b"\r\n", b"\n"):
            if raw.startswith(line_break, body):
                body += len(line_break)
                break
        self._parts += 1
        media_type = media_type_of(fields, default)
        return Part(fields, media_type, body, len(raw), path), body

    def _enter(self, part: Part) -> None:
        """Make this the part whose end comes next; open it when it holds parts."""
        self._current = part
        if not part.media_type.startswith("multipart/"):
            return
        boundary = boundary_of(part.fields)
        if not boundary:
            self._defects.add("no_boundary")
            part.media_type = "text/plain"
        elif len(self._open) >= MAX_DEPTH:
            self._defects.add("too_deep")
            part.media_type = "application/octet-stream"
        else:
            self._open.append(_Open(part, boundary))

    def _delimiter(self, found: re.Match[bytes]) -> None:
        line = found[1].rstrip()
        for depth in range(len(self._open) - 1, -1, -1):
            boundary = self._open[depth].boundary
            if line == boundary:
                return self._next_part(depth, found)
            if line == boundary + b"--":
                self._close(found.start())
                del self._open[depth:]
                self._current = None
                return None
        return None

    def _next_part(self, depth: int, found: re.Match[bytes]) -> None:
        self._close(found.start())
        if len(self._open) > depth + 1:
            self._defects.add("no_closing_boundary")
        del self._open[depth + 1 :]
        parent = self._open[depth].part
        digest = parent.media_type == "multipart/digest"
        path = f"{parent.path}.{len(parent.children) + 1}"
        part, _ = self._begin(found.end(), "message/rfc822" if digest else "text/plain", path)
        parent.children.append(part)
        self._enter(part)

    def _close(self, delimiter: int) -> None:
        """End the current part before the line break that belongs to the delimiter."""
        part, raw = self._current, self._raw
        if part is None or part.media_type.startswith("multipart/"):
            return
        end = delimiter
        if raw[end - 1 : end] == b"\n":
            end -= 2 if raw[end - 2 : end] == b"\r\n" else 1
        part.end = max(part.start, end)


def cut(raw: bytes, defects: set[str]) -> Part:
    """Return the tree of parts of a mail; never raises, whatever the bytes are."""
    return _Cutter(raw, defects).cut()
