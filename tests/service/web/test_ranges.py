"""One range of bytes, as RFC 9110 §14 has it."""

from __future__ import annotations

import pytest

from service.web.ranges import NotSatisfiable, wanted

ETAG = '"abc"'


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [
        ("bytes=0-", 0, 100),
        ("bytes=0-0", 0, 1),
        ("BYTES=10-19", 10, 20),
        ("bytes= 10 - 19 ", 10, 20),
        ("bytes=90-1000", 90, 100),
        ("bytes=-1", 99, 100),
        ("bytes=-1000", 0, 100),
        ("bytes=99-", 99, 100),
    ],
)
def test_a_single_range_is_what_it_says(asked: str, first: int, end: int) -> None:
    assert wanted({"range": asked}, 100, ETAG) == (first, end)


@pytest.mark.parametrize(
    "asked",
    ["", "bytes=-", "bytes=5-4", "bytes=0-1,5-6", "lines=0-1", "bytes=a-b", "bytes=0-" + "9" * 40],
)
def test_what_is_no_single_range_of_bytes_is_passed_over(asked: str) -> None:
    assert wanted({"range": asked}, 100, ETAG) is None


@pytest.mark.parametrize(
    ("asked", "size"), [("bytes=100-", 100), ("bytes=-0", 100), ("bytes=-5", 0)]
)
def test_what_lies_behind_the_end_cannot_be_sent(asked: str, size: int) -> None:
    with pytest.raises(NotSatisfiable):
        wanted({"range": asked}, size, ETAG)


def test_a_range_of_another_state_is_passed_over() -> None:
    asked = {"range": "bytes=0-9"}
    assert wanted({**asked, "if-range": ETAG}, 100, ETAG) == (0, 10)
    for other in ('"abd"', 'W/"abc"', "Mon, 01 Feb 2027 09:00:00 GMT"):
        assert wanted({**asked, "if-range": other}, 100, ETAG) is None
