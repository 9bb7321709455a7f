"""An application served to a test: in a thread, on a free port of this machine."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp


@contextlib.contextmanager
def on_loopback(app: ASGIApp) -> Iterator[str]:
    """Serve and yield the address; stop at the end."""
    # asyncio sends at once only where the socket says that it is TCP; an answer's body waits
    # 40 ms for the receipt of its head otherwise.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as door:
        door.bind(("127.0.0.1", 0))
        # It listens already, so that who comes early waits until the server takes them.
        door.listen(512)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)
