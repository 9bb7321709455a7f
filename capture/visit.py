"""One visit to one page: from an address to a picture, its text and its posts.

`capture_to_folder` and `capture_to_memory` are what the service calls;
`capture_page` is the same for who has an event loop and an `Output` already.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from playwright.async_api import Dialog, Download, Error, Page

from capture.browser.identity import passing_user
from capture.browser.launch import OpenBrowser, open_browser
from capture.browser.settings import BrowserSettings
from capture.browser.world import World
from capture.egress.destination import Resolver, system_resolver
from capture.egress.log import EgressLog
from capture.egress.proxy import EgressProxy, open_egress
from capture.egress.rules import EgressRules, HostPort
from capture.errors import BrowserFailed, CaptureError, TimeLimitReached
from capture.looking import documents_of, facts_of
from capture.navigation import Journey, check_address
from capture.output import FolderOutput, MemoryOutput, Output
from capture.pictures import take_tiles
from capture.readers.facts import FactsUnreadable, PageFacts
from capture.report import CaptureReport, write_report
from capture.seen import Seen
from capture.settling import ScrollLimits, Stillness, scroll_through

Now = Callable[[], datetime]

_LARGEST_WIDTH = 4_000
_TIMES_PICTURED = 3


@dataclass(frozen=True, slots=True)
class VisitSettings:
    """How long and how far a visit goes. Seconds; `wall_seconds` is the end of all of it."""

    wall_seconds: float = 55.0
    answer_seconds: float = 15.0
    settle_seconds: float = 6.0
    scroll: ScrollLimits = field(default_factory=ScrollLimits)
    browser: BrowserSettings = field(default_factory=BrowserSettings)


async def capture_page(
    url: str,
    output: Output,
    *,
    rules: EgressRules,
    now: Now,
    settings: VisitSettings | None = None,
    resolver: Resolver = system_resolver,
    earlier: Mapping[str, bytes] | None = None,
) -> CaptureReport:
    """Visit a page and write its capture. A page that fails is a report, not an exception.

    `earlier` holds `posts.json`, and `changes.json` if there was one, of an earlier
    capture of the page; then `changes.json` tells what is new, edited, gone and back.
    """
    settings = settings or VisitSettings()
    started = now()
    seen, log, reason = Seen(), EgressLog(), None
    try:
        address = check_address(url)
        try:
            async with asyncio.timeout(settings.wall_seconds):
                await _visit(
                    address,
                    seen,
                    log,
                    settings=settings,
                    rules=rules,
                    now=now,
                    resolver=resolver,
                )
        except TimeoutError as error:
            raise TimeLimitReached("the visit took too long") from error
        except FactsUnreadable as error:
            raise BrowserFailed("the page did not say what it holds") from error
        except Error as error:
            raise BrowserFailed(error.message.splitlines()[0]) from error
    except CaptureError as error:
        reason = error.code
    return await asyncio.to_thread(
        write_report,
        output,
        seen,
        log,
        url=url,
        started=started,
        now=now,
        reason=reason,
        browser=settings.browser,
        earlier=earlier,
    )


def capture_to_folder(
    url: str,
    out: Path,
    *,
    now: Now,
    allow: Iterable[HostPort] = (),
    refuse: Iterable[HostPort] = (),
    since: Path | None = None,
    settings: VisitSettings | None = None,
) -> CaptureReport:
    """Capture a page into a new or empty folder, from a thread without an event loop.

    Raises:
        FolderNotEmpty: the folder holds something.
        OSError: the folder, or the earlier capture `since`, cannot be used.
    """
    earlier = None if since is None else _earlier(since)
    output = FolderOutput(out)
    rules = EgressRules(frozenset(allow), frozenset(refuse))
    return asyncio.run(
        capture_page(url, output, rules=rules, now=now, settings=settings, earlier=earlier)
    )


def capture_to_memory(
    url: str,
    *,
    now: Now,
    allow: Iterable[HostPort] = (),
    refuse: Iterable[HostPort] = (),
    earlier: Mapping[str, bytes] | None = None,
    settings: VisitSettings | None = None,
) -> tuple[CaptureReport, dict[str, bytes]]:
    """Capture a page into memory, so that its files can be sealed before they touch a disk."""
    output = MemoryOutput()
    rules = EgressRules(frozenset(allow), frozenset(refuse))
    report = asyncio.run(
        capture_page(url, output, rules=rules, now=now, settings=settings, earlier=earlier)
    )
    return report, output.files


async def _visit(
    url: str,
    seen: Seen,
    log: EgressLog,
    *,
    settings: VisitSettings,
    rules: EgressRules,
    now: Now,
    resolver: Resolver,
) -> None:
    uid = passing_user()
    owner = os.geteuid() if uid is None else uid
    async with (
        open_egress(rules, now=now, resolver=resolver, log=log, owner=owner) as proxy,
        open_browser(settings.browser, proxy_port=proxy.port, uid=uid) as browser,
    ):
        _note_browser(seen, browser)
        page = browser.context.pages[0]
        _refuse_everything_else(page)
        journey = Journey(page, log)
        crashed = asyncio.Event()
        page.on("crash", lambda _: crashed.set())
        try:
            await journey.go(url, seconds=settings.answer_seconds)
            await _unless_crashed(crashed, _look(page, seen, settings, proxy))
            journey.check()
        finally:
            seen.http_status = journey.status
            seen.final_url = seen.facts.url if seen.facts else journey.last_url


async def _unless_crashed(crashed: asyncio.Event, work: Coroutine[None, None, None]) -> None:
    """Do the work; whoever asks a page that crashed waits for an answer for ever."""
    watching = asyncio.ensure_future(crashed.wait())
    working = asyncio.ensure_future(work)
    try:
        await asyncio.wait((working, watching), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise BrowserFailed("the page ended its browser")
        await working
    finally:
        for task in (watching, working):
            task.cancel()
        await asyncio.gather(watching, working, return_exceptions=True)


async def _look(page: Page, seen: Seen, settings: VisitSettings, proxy: EgressProxy) -> None:
    session = await page.context.new_cdp_session(page)
    world = World(session)
    stillness = Stillness(page, world, proxy)
    await stillness.wait(settings.settle_seconds)
    seen.whole = await scroll_through(
        world, stillness, settings.scroll, settle_seconds=settings.settle_seconds
    )
    # Text and picture are of the same moment: read before and after, and if the
    # page moved in between, once more.
    for _ in range(_TIMES_PICTURED):
        documents = await documents_of(world)
        facts = await _facts(world, seen, documents)
        width = min(max(facts.width, settings.browser.width), _LARGEST_WIDTH)
        height = min(max(facts.height, 1), settings.scroll.height)
        seen.tiles = await take_tiles(session, width=width, height=height)
        seen.facts = facts
        seen.whole = seen.whole and facts.height <= settings.scroll.height
        seen.steady = _same_look(facts, await _facts(world, seen, documents))
        if seen.steady:
            break


async def _facts(world: World, seen: Seen, documents: list[object]) -> PageFacts:
    facts, seen.structured = await facts_of(world, documents)
    return facts


def _same_look(before: PageFacts, after: PageFacts) -> bool:
    """Whether every post stands where it stood, with the same words."""
    return (before.height, before.candidates) == (after.height, after.candidates)


def _note_browser(seen: Seen, browser: OpenBrowser) -> None:
    seen.browser, seen.user_agent = browser.version, browser.user_agent
    seen.sandboxed, seen.own_user = browser.sandboxed, browser.own_user
    seen.profile_in_memory = browser.profile_in_memory


def _refuse_everything_else(page: Page) -> None:
    """Dialogs are dismissed, new windows closed, downloads dropped: none waits for a person."""
    page.on("dialog", _dismiss)
    page.on("download", _drop)
    page.context.on("page", _close)


async def _dismiss(dialog: Dialog) -> None:
    with contextlib.suppress(Error):
        await dialog.dismiss()


async def _drop(download: Download) -> None:
    with contextlib.suppress(Error):
        await download.cancel()


async def _close(page: Page) -> None:
    with contextlib.suppress(Error):
        await page.close()


def _earlier(folder: Path) -> dict[str, bytes]:
    kept = {"posts.json": (folder / "posts.json").read_bytes()}
    if (folder / "changes.json").exists():
        kept["changes.json"] = (folder / "changes.json").read_bytes()
    return kept
