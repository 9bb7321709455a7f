from __future__ import annotations

import re
from pathlib import Path

import pytest

import capture
from capture.outcome import REASONS, failure_of, told_left_out
from capture.readers.facts import read_facts

FACTS = read_facts('{"url": "https://a.example/", "title": "Titel", "text": "ord", "posts": []}')


@pytest.mark.parametrize(
    ("status", "posts", "reason"),
    [
        (200, 3, None),
        (None, 3, None),
        (404, 3, "http_404"),
        (503, 0, "http_503"),
        (200, 0, "no_posts"),
    ],
)
def test_only_posts_of_a_page_that_was_served_are_evidence(
    status: int | None, posts: int, reason: str | None
) -> None:
    assert failure_of(http_status=status, facts=FACTS, posts=posts) == reason


def test_a_page_that_shows_only_frames_is_not_called_empty() -> None:
    framed = read_facts('{"url": "https://a.example/", "posts": [], "frames": 1}')
    assert failure_of(http_status=200, facts=framed, posts=0) == "only_frames"
    bare = read_facts('{"url": "https://a.example/", "posts": []}')
    assert failure_of(http_status=200, facts=bare, posts=0) == "empty_page"


def test_what_is_missing_is_said_plainly() -> None:
    def told(**changes: object) -> str | None:
        known = {"read": 60, "stated": 60, "whole": True, "steady": True, "cut": False}
        return told_left_out(**{**known, **changes})  # type: ignore[arg-type]  # one table of cases

    assert told() is None
    assert told(stated=None) is None
    assert told(stated=134) == "60 of about 134 posts read"
    assert told(whole=False) == told(cut=True) == "the page goes on beyond what was captured"
    assert told(refused=1) == "1 part without an author or a time not read as posts"
    assert told(refused=2) == "2 parts without an author or a time not read as posts"
    assert told(unsure=3) == "3 parts read as posts by shape alone, unsure"
    assert told(frames=2) == "2 frames within the page not read"
    assert told(stated=134, steady=False) == (
        "60 of about 134 posts read; the page changed while its picture was taken"
    )


def test_every_code_that_the_room_raises_is_listed_for_translation() -> None:
    room = Path(capture.__file__).parent
    source = "\n".join(path.read_text() for path in room.rglob("*.py"))
    raised = set(re.findall(r'(?:PageNotReached|BrowserFailed)\(.*code="(\w+)"', source))
    raised |= {f"refused_{code}" for code in re.findall(r'RequestRefused\(.*code="(\w+)"', source)}
    raised |= set(re.findall(r'"net::\w+": "(\w+)"', source))
    raised |= set(re.findall(r'_fail\(.*"(\w+)"\)', source))
    assert len(raised) > 12
    assert raised <= REASONS
