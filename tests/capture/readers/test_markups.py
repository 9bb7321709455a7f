"""The ways in which sites write a post down, read in a real browser: one small page for each."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from capture.readers.read import ReadPosts
from tests.capture.readers.reading import read_pages
from tests.capture.site import Answer, Site
from tests.capture.visiting import Now

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PAGES = Path(__file__).parent.parent / "pages"
_PAGE = re.compile(r"<!-- ([\w-]+) (\[[^\n]*\]) -->\n(.*?)(?=\n<!-- [\w-]+ \[|\Z)", re.DOTALL)
NOT_SHOWN = {"A & B er dumme"}


def read(file: str, site: Site, now: Now) -> dict[str, ReadPosts]:
    """What is read of every page in a file; each must be what stands above it."""
    pages = _PAGE.findall((PAGES / file).read_text(encoding="utf-8"))
    for name, _, html in pages:
        site.answers[f"/{name}"] = Answer.page(html)
    found = asyncio.run(read_pages([name for name, _, _ in pages], site, now))
    wrong = {}
    for name, expected, _ in pages:
        posts = found[name].posts
        places = {post.id: place for place, post in enumerate(posts)}
        told: list[Any] = [
            [post.author, post.text, places.get(post.parent or ""), post.time_stated]
            for post in posts
        ]
        unboxed = [post for post in posts if post.box is None and post.text not in NOT_SHOWN]
        if told != json.loads(expected) or unboxed:
            wrong[name] = told
    assert wrong == {}
    return found


def test_every_way_to_write_a_post_down_is_read(site: Site, now: Now) -> None:
    found = read("markups.html", site, now)
    assert len(found) > 90
    assert found["strong-colon"].refused == 1
    assert found["aria-skeleton"].refused == found["aria-wrapper"].refused == 0


def test_posts_are_known_by_their_likeness_where_a_page_says_nothing_by_meaning(
    site: Site, now: Now
) -> None:
    found = read("shapes.html", site, now)
    assert len(found) > 20
    assert all(page.by_shape == len(page.posts) for page in found.values())
    assert not any(page.unsure for page in found.values())
