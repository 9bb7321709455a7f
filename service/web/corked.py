"""An answer's head and its beginning in one packet, and one call of the system.

The server writes the two apart. Each write lets go of the interpreter, and
with eight uploads at the door the loop waits for it longer than the write lasts.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

LONGEST_HELD: Final = 0.02
"""Seconds after which a head goes by itself: what follows is slow to come."""
_HEAD: Final = b"HTTP/1.1 "
_INFORMATIONAL: Final = b"1"
"""A "go on" (RFC 9110 §15.2) is no beginning of an answer: its reader waits for it."""


class Corked:
    """A transport that holds an answer's head back until what follows is written."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""
        self._timer: asyncio.TimerHandle | None = None

    def __getattr__(self, name: str) -> Any:
        """Everything else is the transport's own."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send, or hold where this is the head of an answer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            data, self._head = self._head + data, b""
        elif data.startswith(_HEAD) and data[len(_HEAD) : len(_HEAD) + 1] != _INFORMATIONAL:
            self._head = data
            self._timer = self._loop.call_later(LONGEST_HELD, self._let_go)
            return
        self._transport.write(data)

    def close(self) -> None:
        """Send what is held, and close."""
        self._let_go()
        self._transport.close()

    def _let_go(self) -> None:
        if self._timer is not None:
            self.write(b"")
