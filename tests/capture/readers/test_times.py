from __future__ import annotations

import pytest

from capture.readers.times import rfc3339


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-20T12:03:00+01:00", "2026-11-20T12:03:00+01:00"),
        ("2026-11-20T12:03:00Z", "2026-11-20T12:03:00+00:00"),
        (" 2026-11-20T12:03:00.250+0100 ", "2026-11-20T12:03:00.250000+01:00"),
        ("2026-11-20 12:03", "2026-11-20T12:03:00+01:00"),
        ("2026-07-20T12:03:00", "2026-07-20T12:03:00+02:00"),
    ],
)
def test_a_stated_moment_is_read(written: str, read: str) -> None:
    assert rfc3339(written) == read


@pytest.mark.parametrize(
    "written",
    [
        "",
        "i går",
        "2026-11-20",
        "2026-13-40T12:00:00Z",
        "12:03",
        "P2D",
        "2026-11-20T12:03:00+01:00:30",
        "2026-10-25T02:30:00",  # the hour that Copenhagen has twice
        "2026-03-29T02:30:00",  # the hour that it has not
    ],
)
def test_what_is_no_moment_is_not_guessed(written: str) -> None:
    assert rfc3339(written) is None
