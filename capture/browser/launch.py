"""A browser for one visit: started behind the egress proxy, in a sandbox, and surely ended."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import BrowserContext, Error, Playwright, async_playwright

from capture.browser.find import find_browser
from capture.browser.flags import DEFAULTS_LEFT_OUT, browser_flags
from capture.browser.identity import write_starter
from capture.browser.memory import MemoryWatch, watched
from capture.browser.processes import kill_browser
from capture.browser.profile import is_in_memory, visit_folder
from capture.browser.settings import BrowserSettings
from capture.errors import BrowserFailed, CaptureError

_START_SECONDS = 30.0
_CLOSE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class OpenBrowser:
    """A running browser with a fresh profile, and what is said of it in the provenance."""

    context: BrowserContext
    version: str
    user_agent: str
    sandboxed: bool
    own_user: bool
    profile_in_memory: bool
    folder: Path


@contextlib.asynccontextmanager
async def open_browser(
    settings: BrowserSettings, *, proxy_port: int, uid: int | None = None
) -> AsyncIterator[OpenBrowser]:
    """Start a browser whose only way out is the proxy; kill all of it at the end.

    `uid` is the user to run it under, as `passing_user` gave it.

    Raises:
        BrowserNotFound: there is none on this machine.
        BrowserFailed: it did not start.
    """
    executable = settings.executable
    if executable is None:
        executable = await asyncio.to_thread(find_browser)
    with visit_folder(uid) as folder:
        starter = write_starter(folder, executable, uid)
        try:
            async with _driver() as driver:
                context = await _start(driver, settings, folder, starter, proxy_port)
                watch = MemoryWatch(folder, uid, settings.memory_bytes)
                try:
                    async with watched(watch):
                        yield await _described(context, settings, folder, own_user=uid is not None)
                except (Error, CaptureError) as error:
                    if watch.exceeded:
                        raise BrowserFailed("the page ate memory", code="memory_limit") from error
                    raise
                finally:
                    # Killed, not asked: one that hangs would not answer, and nothing
                    # of the profile is wanted.
                    await asyncio.to_thread(kill_browser, folder, uid)
        finally:
            await asyncio.to_thread(kill_browser, folder, uid)


async def _start(
    driver: Playwright, settings: BrowserSettings, folder: Path, starter: Path, proxy_port: int
) -> BrowserContext:
    try:
        return await driver.chromium.launch_persistent_context(
            str(folder / "profile"),
            executable_path=str(starter),
            chromium_sandbox=settings.sandbox,
            headless=True,
            args=browser_flags(proxy_port),
            ignore_default_args=list(DEFAULTS_LEFT_OUT),
            # Nothing of our own environment (keys, addresses) reaches the browser.
            env={
                "HOME": str(folder / "profile"),
                "TMPDIR": str(folder / "tmp"),
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "LANG": "da_DK.UTF-8",
            },
            downloads_path=str(folder / "tmp"),
            timeout=_START_SECONDS * 1000,
            accept_downloads=False,
            service_workers="block",
            permissions=[],
            locale=settings.locale,
            timezone_id=settings.timezone,
            viewport={"width": settings.width, "height": settings.height},
            device_scale_factor=1,
            reduced_motion="reduce",
        )
    except Error as error:
        raise BrowserFailed(
            f"the browser did not start: {error.message.splitlines()[0]}"
        ) from error


async def _described(
    context: BrowserContext, settings: BrowserSettings, folder: Path, *, own_user: bool
) -> OpenBrowser:
    session = await context.new_cdp_session(context.pages[0])
    version = await session.send("Browser.getVersion")
    await session.detach()
    return OpenBrowser(
        context=context,
        version=str(version["product"]),
        user_agent=str(version["userAgent"]),
        sandboxed=settings.sandbox,
        own_user=own_user,
        profile_in_memory=is_in_memory(folder),
        folder=folder,
    )


@contextlib.asynccontextmanager
async def _driver() -> AsyncIterator[Playwright]:
    manager = async_playwright()
    driver = await manager.start()
    try:
        yield driver
    finally:
        with contextlib.suppress(Error, TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await driver.stop()
