"""Log lines: codes and ids, one line each, nobody's words."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from service.log_lines import LibraryLines, configure, logger, request_id, told

MARKER = "din idiot, anna@kommune.example"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    before = logging.getLogger().level
    configure("INFO", stream)
    yield stream
    root = logging.getLogger()
    root.setLevel(before)
    for handler in [one for one in root.handlers if isinstance(one, LibraryLines)]:
        root.removeHandler(handler)
    configure_quietly()


def configure_quietly() -> None:
    import structlog

    structlog.reset_defaults()


def read(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_a_line_carries_ids_codes_and_the_request(lines: io.StringIO) -> None:
    token = request_id.set("r-1")
    logger().info("evidence.read", evidence=UUID(int=1), attempts=2)
    request_id.reset(token)

    (line,) = read(lines)
    assert line["event"] == "evidence.read"
    assert line["evidence"] == str(UUID(int=1))
    assert line["attempts"] == 2
    assert line["request"] == "r-1"
    assert line["level"] == "info"


def test_a_field_that_is_not_listed_is_left_out_with_its_name_told(lines: io.StringIO) -> None:
    logger().warning("mail.kept", subject=MARKER, door="smtp")

    (line,) = read(lines)
    assert line["left_out"] == ["subject"]
    assert line["door"] == "smtp"
    assert "idiot" not in lines.getvalue()


def test_a_value_cannot_begin_a_line_of_its_own(lines: io.StringIO) -> None:
    logger().info("mail.kept", code='a\r\n{"event":"forged"}\x1b[2J\u2028')

    (line,) = read(lines)
    assert line["code"].startswith("a\\x0d\\x0a")
    assert "\x1b" not in line["code"]
    assert "\u2028" not in line["code"]


def test_an_error_is_told_by_class_and_place_and_not_by_its_text(lines: io.StringIO) -> None:
    try:
        json.loads(MARKER)
    except ValueError as failed:
        logger().error("job.failed", **told(failed))

    (line,) = read(lines)
    assert line["error"] == "JSONDecodeError"
    assert line["where"].startswith("decoder.py:")
    assert "idiot" not in lines.getvalue()


def test_what_libraries_say_is_told_without_their_words(lines: io.StringIO) -> None:
    logging.getLogger("some.library").error("%s", MARKER)

    (line,) = read(lines)
    assert line["kind"] == "some.library"
    assert "idiot" not in lines.getvalue()
