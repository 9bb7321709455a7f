"""A listener that nothing may reach: it counts TCP connections and datagrams, IPv4 and IPv6."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Iterator
from contextlib import contextmanager


class Canary:
    """One port, four sockets. What the kernel has taken in for them waits until it is counted."""

    def __init__(self) -> None:
        self._hits: list[str] = []
        self._selector = selectors.DefaultSelector()
        self.port = 0
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            for kind, name in ((socket.SOCK_STREAM, "tcp"), (socket.SOCK_DGRAM, "udp")):
                listener = socket.socket(family, kind)
                listener.bind((address, self.port))
                self.port = listener.getsockname()[1]
                if kind == socket.SOCK_STREAM:
                    listener.listen()
                listener.setblocking(False)
                self._selector.register(listener, selectors.EVENT_READ, f"{name} {address}")

    def hits(self) -> list[str]:
        """Everything that has come in until now."""
        while ready := self._selector.select(timeout=0):
            for key, _ in ready:
                listener = key.fileobj
                assert isinstance(listener, socket.socket)
                if key.data.startswith("tcp"):
                    listener.accept()[0].close()
                else:
                    listener.recvfrom(100)
                self._hits.append(key.data)
        return self._hits

    def close(self) -> None:
        for key in list(self._selector.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
        self._selector.close()


@contextmanager
def open_canary() -> Iterator[Canary]:
    canary = Canary()
    try:
        yield canary
    finally:
        canary.close()
