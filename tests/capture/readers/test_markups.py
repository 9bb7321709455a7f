"""The ways in which sites write a post down, read in a real browser: one small page for each."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from capture.browser.identity import passing_user
from capture.browser.launch import open_browser
from capture.browser.settings import BrowserSettings
from capture.browser.world import World
from capture.egress.proxy import open_egress
from capture.egress.rules import EgressRules
from capture.looking import documents_of, facts_of
from capture.readers.read import ReadPosts, read_posts
from tests.capture.site import Answer, Site
from tests.capture.visiting import Now

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MARKUPS = Path(__file__).parent.parent / "pages" / "markups.html"
_PAGE = re.compile(r"<!-- ([\w-]+) (\[[^\n]*\]) -->\n(.*?)(?=\n<!-- [\w-]+ \[|\Z)", re.DOTALL)
NOT_SHOWN = {"A & B er dumme"}


def test_every_way_to_write_a_post_down_is_read(site: Site, now: Now) -> None:
    pages = _PAGE.findall(MARKUPS.read_text(encoding="utf-8"))
    assert len(pages) > 90
    for name, _, html in pages:
        site.answers[f"/{name}"] = Answer.page(html)
    read = asyncio.run(_read([name for name, _, _ in pages], site, now))
    wrong = {}
    for name, expected, _ in pages:
        posts = read[name].posts
        places = {post.id: place for place, post in enumerate(posts)}
        found: list[Any] = [
            [post.author, post.text, places.get(post.parent or ""), post.time_stated]
            for post in posts
        ]
        unboxed = [post for post in posts if post.box is None and post.text not in NOT_SHOWN]
        if found != json.loads(expected) or unboxed:
            wrong[name] = found
    assert wrong == {}
    assert read["strong-colon"].refused == 1
    assert read["aria-skeleton"].refused == read["aria-wrapper"].refused == 0


async def _read(names: list[str], site: Site, now: Now) -> dict[str, ReadPosts]:
    found = {}
    async with (
        open_egress(EgressRules(frozenset([site.place])), now=now) as proxy,
        open_browser(BrowserSettings(), proxy_port=proxy.port, uid=passing_user()) as browser,
    ):
        page = browser.context.pages[0]
        session = await page.context.new_cdp_session(page)
        for name in names:
            await page.goto(site.url(f"/{name}"))
            world = World(session)
            facts, structured = await facts_of(world, await documents_of(world))
            found[name] = read_posts(facts, structured)
    return found
