"""Two small acts on connections that the proxy does over and over."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable


async def first_of(*pumps: Awaitable[None], wait_for_first_only: bool = False) -> None:
    """Run pumps until one ends (or the first of them does), then end the others."""
    tasks = [asyncio.ensure_future(pump) for pump in pumps]
    try:
        if wait_for_first_only:
            await tasks[0]
        else:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def hang_up(writer: asyncio.StreamWriter) -> None:
    """Close a connection, whether or not the other end still knows of it."""
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
