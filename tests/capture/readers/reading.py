"""Pages read in a real browser, one after the other, as a visit reads them."""

from __future__ import annotations

from collections.abc import Iterable

from capture.browser.identity import passing_user
from capture.browser.launch import open_browser
from capture.browser.settings import BrowserSettings
from capture.browser.world import World
from capture.egress.proxy import open_egress
from capture.egress.rules import EgressRules
from capture.looking import documents_of, facts_of
from capture.readers.read import ReadPosts, read_posts
from tests.capture.site import Site
from tests.capture.visiting import Now


async def read_pages(names: Iterable[str], site: Site, now: Now) -> dict[str, ReadPosts]:
    """What is read of each of the site's pages."""
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
