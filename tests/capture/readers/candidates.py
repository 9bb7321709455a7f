"""Candidates for reader tests, as `extract.js` would have seen them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from capture.readers.facts import Candidate, Link, PageFacts, Property, Run, TimeElement
from capture.readers.posts import Box

PAGE = "https://kommune.example/opslag/7"


def run(block: int, text: str, marks: str = "", prop: str = "", link: int | None = None) -> Run:
    return Run(block, text, frozenset(marks.split()), prop, link)


def link(href: str, text: str = "", *, is_time: bool = False, marks: str = "link") -> Link:
    return Link(href, text, frozenset(), "", frozenset(marks.split()), is_time)


def time(written: str, text: str = "", within: int | None = None, prop: str = "") -> TimeElement:
    return TimeElement(written, text, "", within, prop)


EMPTY = Candidate(
    kinds=frozenset({"article"}),
    parent=None,
    box=Box(10, 10, 600, 100),
    element_id="",
    label="",
    level=None,
    size=None,
    in_feed=False,
    structured=None,
    properties=(),
    times=(),
    links=(),
    runs=(),
    pictures=0,
)


def comment(
    author: str, text: str, *, parent: int | None = None, y: float = 10, height: float = 100
) -> Candidate:
    """An ARIA comment with a linked name, a time and one paragraph."""
    return replace(
        EMPTY,
        parent=parent,
        box=Box(10, y, 600, height),
        times=(time("2026-11-20T10:00:00+01:00", "i går"),),
        links=(link(f"https://kommune.example/{author}", author),),
        runs=(run(1, author, "link", link=0), run(2, text, "paragraph"), run(3, "Svar", "button")),
    )


def page(*candidates: Candidate, counts: Sequence[str] = ()) -> PageFacts:
    return PageFacts(
        url=PAGE,
        title="Opslag",
        width=1280,
        height=900,
        text="",
        counts=tuple(counts),
        has_password_field=False,
        was_cut=False,
        frames=0,
        unread=0,
        candidates=candidates,
    )


def prop(name: str, value: str, href: str | None = None) -> Property:
    return Property(name, value, href)
