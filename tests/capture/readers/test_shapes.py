"""Made pages of every kind, read in a real browser: what is found, and what is left alone."""

from __future__ import annotations

import asyncio

import pytest

from tests.capture.made.measure import measured
from tests.capture.made.noise import NOISE
from tests.capture.made.pages import made_pages
from tests.capture.readers.reading import read_pages
from tests.capture.site import Answer, Site
from tests.capture.visiting import Now

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_threads_are_found_among_teasers_and_nothing_else_is(site: Site, now: Now) -> None:
    # Of each way to write a thread one, by turns alone on its page and among teasers.
    pages = [
        page for nth, page in enumerate(made_pages(2)) if not page.posts or nth % 2 == nth // 2 % 2
    ]
    for page in pages:
        site.answers[f"/{page.name}"] = Answer(
            page.html.encode(), 200, {"Content-Type": "text/html; charset=utf-8"}
        )
    found = asyncio.run(read_pages([page.name for page in pages], site, now))
    shares = measured(pages, found)
    assert shares["recall"] >= 0.95, shares
    assert shares["precision"] >= 0.95, shares
    assert min(shares[fact] for fact in ("author", "time", "parent", "permalink")) >= 0.9, shares
    assert [noise.__name__ for noise in NOISE if found[noise.__name__].posts] == []
