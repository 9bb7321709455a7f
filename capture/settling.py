"""Waiting until a page has come to rest, and going through it once so that lazy parts load."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from playwright.async_api import Page, Request

from capture.browser.world import World
from capture.egress.proxy import EgressProxy

_POLL_SECONDS = 0.05
_STILL_SECONDS = 0.35
_STILL_THOUGH_ASKING_SECONDS = 1.5  # a request that hangs, or a poll that waits for news
_BOTTOM_SECONDS = 1.5

_WATCH = """() => {
  if (globalThis.changes === undefined) {
    globalThis.changes = 0;
    new MutationObserver(() => { globalThis.changes += 1; })
      .observe(document, {subtree: true, childList: true, characterData: true});
  }
  return globalThis.changes;
}"""
_MEASURE = """() => {
  const root = document.scrollingElement || document.documentElement;
  return [innerHeight, root.scrollHeight];
}"""
_STEP = """() => {
  const root = document.scrollingElement || document.documentElement;
  root.scrollBy({top: innerHeight * 0.9, behavior: "instant"});
  return [Math.ceil(root.scrollTop + innerHeight), root.scrollHeight];
}"""
_TO_TOP = """() => {
  (document.scrollingElement || document.documentElement).scrollTo({top: 0, left: 0, behavior: "instant"});
}"""  # noqa: E501  # one call of the page's own interface


@dataclass(frozen=True, slots=True)
class ScrollLimits:
    """How far a page is followed downwards. Steps, pixels and seconds."""

    steps: int = 250
    height: int = 100_000
    seconds: float = 20.0


class Stillness:
    """Knows whether a page is still loading or changing."""

    def __init__(self, page: Page, world: World, proxy: EgressProxy) -> None:
        self._world, self._proxy = world, proxy
        self._asking: set[Request] = set()
        page.on("request", self._on_request)
        page.on("requestfinished", self._on_end)
        page.on("requestfailed", self._on_end)

    def _on_request(self, request: Request) -> None:
        self._asking.add(request)

    def _on_end(self, request: Request) -> None:
        self._asking.discard(request)

    async def wait(self, at_most: float) -> bool:
        """Wait until nothing has come in or changed for a moment; False when time ran out."""
        clock = asyncio.get_running_loop().time
        end = clock() + at_most
        last, since = await self._state(), clock()
        while clock() < end:
            await asyncio.sleep(_POLL_SECONDS)
            state = await self._state()
            if state != last:
                last, since = state, clock()
            still = clock() - since
            if still >= (_STILL_THOUGH_ASKING_SECONDS if self._asking else _STILL_SECONDS):
                return True
        return False

    async def _state(self) -> tuple[int, int]:
        return self._proxy.bytes_carried, int(await self._world.run(_WATCH) or 0)


async def scroll_through(
    world: World, stillness: Stillness, limits: ScrollLimits, *, settle_seconds: float
) -> bool:
    """Scroll to the end and back to the top; False when a limit was met before the end."""
    clock = asyncio.get_running_loop().time
    end = clock() + limits.seconds
    reached, height = await world.run(_MEASURE)
    if reached >= height:
        return True  # all of it is in view, and was waited for already
    whole = False
    for _ in range(limits.steps):
        reached, height = await world.run(_STEP)
        if reached >= height - 1:
            await stillness.wait(_BOTTOM_SECONDS)
            _, after = await world.run(_STEP)
            if after <= height:
                whole = True
                break
        if clock() > end or reached > limits.height:
            break
        await asyncio.sleep(_POLL_SECONDS / 2)
    await world.run(_TO_TOP)
    await stillness.wait(settle_seconds)
    return whole
