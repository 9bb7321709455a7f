"""An application served to a test: in a thread, on a free port of this machine."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

LAST_ANSWERS = 30.0
"""Seconds that answers under way have at the end."""


class _Prompt(uvicorn.Server):
    """Ends at once when asked: uvicorn itself looks ten times a second, and hundreds end."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(uvicorn.Config(app, log_level="error", lifespan="off"))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked = asyncio.Event()

    def end(self) -> None:
        """Ask for the end, from another thread."""
        self.should_exit = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._asked.set)

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        if not await self.on_tick(0):
            await self._asked.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        del sockets  # whoever opened the door closes it
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        async with asyncio.timeout(LAST_ANSWERS):
            while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110 — uvicorn tells nobody
                await asyncio.sleep(0.002)


@contextlib.contextmanager
def on_loopback(app: ASGIApp) -> Iterator[str]:
    """Serve and yield the address; stop at the end."""
    # asyncio sends at once only where the socket says that it is TCP; an answer's body waits
    # 40 ms for the receipt of its head otherwise.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as door:
        door.bind(("127.0.0.1", 0))
        # It listens already, so that who comes early waits until the server takes them.
        door.listen(512)
        server = _Prompt(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.end()
            thread.join(LAST_ANSWERS + 1)
