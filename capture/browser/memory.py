"""A watch over one browser's memory: a page that eats it loses its browser, and only that."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from capture.browser.processes import kill_browser, processes_of_visit

_LOOK_SECONDS = 0.25


@dataclass(slots=True)
class MemoryWatch:
    """Says afterwards whether the limit was met. `limit` in bytes, of all its processes."""

    folder: Path
    uid: int | None
    limit: int
    exceeded: bool = False

    async def watch(self) -> None:
        """Look until cancelled; kill the browser when it holds more than the limit."""
        while not self.exceeded:
            await asyncio.sleep(_LOOK_SECONDS)
            if await asyncio.to_thread(self._held) > self.limit:
                self.exceeded = True
                await asyncio.to_thread(kill_browser, self.folder, self.uid)

    def _held(self) -> int:
        processes = processes_of_visit(self.folder, self.uid)
        return sum(_private_memory(process) for process in processes)


@contextlib.asynccontextmanager
async def watched(watch: MemoryWatch) -> AsyncIterator[MemoryWatch]:
    """Keep the watch going inside."""
    task = asyncio.create_task(watch.watch())
    try:
        yield watch
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _private_memory(process: int) -> int:
    """Memory of its own in bytes, without what it shares with its fellows; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    for line in lines.splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0
