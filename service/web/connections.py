"""Patience with bounds: what a connection may hold up, and for how long.

A header that does not end, a body that drips, and hundreds of connections
from one address each hold places that others need. What is slow because we
ourselves read slowly is not counted against whoever sends.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar, Final, cast

import h11
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol

from service.settings import Settings
from service.web.callers import Network, counted_as, is_in, networks
from service.web.corked import Corked


@dataclass(frozen=True, slots=True)
class Patience:
    """Bounds of one connection; times in seconds, `slowest` in bytes a second."""

    header_seconds: float
    slowest: int
    patience_seconds: float
    connections: int
    proxies: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Patience:
        """Return what the settings say."""
        return cls(
            header_seconds=settings.header_seconds,
            slowest=settings.slowest_bytes,
            patience_seconds=settings.patience_seconds,
            connections=settings.most_connections,
            proxies=settings.proxies,
        )


READ_AHEAD: Final = 256 * 1024
"""Bytes of a body that are read before whoever takes them has taken the last: what one reading
brings. The library stops at a quarter of it, and each stop and start costs two calls."""


class _Ahead(FlowControl):
    """Reading that stops where more than `READ_AHEAD` waits to be taken."""

    def __init__(self, protocol: Patient) -> None:
        super().__init__(protocol.transport)
        self._protocol = protocol

    def pause_reading(self) -> None:
        """Stop, unless a body is still coming of which too little waits."""
        body_comes = self._protocol.conn.their_state is h11.SEND_BODY
        if not body_comes or len(self._protocol.cycle.body) > READ_AHEAD:
            super().pause_reading()


class Patient(H11Protocol):
    """One connection, with our bounds; those of one server are counted together."""

    patience: ClassVar[Patience]
    proxies: ClassVar[tuple[Network, ...]]
    standing: ClassVar[Counter[str]]

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._address = ""
        self._came = self._seen = 0
        self._held = self._cut_off = False
        self._header_timer: asyncio.TimerHandle | None = None
        self._body_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the library
        """Count the connection; turn away one too many."""
        super().connection_made(cast("asyncio.Transport", Corked(transport, self.loop)))
        self.flow = _Ahead(self)
        peer = self.client[0] if self.client else ""
        self._address = counted_as(peer)
        self.standing[self._address] += 1
        if self.standing[self._address] > self.patience.connections and not is_in(
            peer, self.proxies
        ):
            self._cut(HTTPStatus.TOO_MANY_REQUESTS, "too-many-connections")
            return
        self._await_header()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it out."""
        self.standing[self._address] -= 1
        if self.standing[self._address] <= 0:
            del self.standing[self._address]
        for timer in (self._header_timer, self._body_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what comes, and begin or end the bounds that hold from here."""
        if self._cut_off:
            return
        self._came += len(data)
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            if self.conn.trailing_data[0]:
                self._await_header()
            return
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None
        if self.conn.their_state is h11.SEND_BODY and self._body_timer is None:
            self._seen = self._came
            self._await_body()

    def _await_header(self) -> None:
        if self._header_timer is None:
            self._header_timer = self.loop.call_later(
                self.patience.header_seconds,
                self._cut,
                HTTPStatus.REQUEST_TIMEOUT,
                "header-too-slow",
            )

    def _await_body(self) -> None:
        self._body_timer = self.loop.call_later(self.patience.patience_seconds, self._look_at_body)

    def _look_at_body(self) -> None:
        self._body_timer = None
        if self.conn.their_state is not h11.SEND_BODY or self.transport.is_closing():
            return
        # Whoever waits for our own "go on", or whom we do not read, is not slow.
        waits = self.flow.read_paused or self.cycle.waiting_for_100_continue
        least = self.patience.slowest * self.patience.patience_seconds
        if not waits and not self._held and self._came - self._seen < least:
            self._cut(HTTPStatus.REQUEST_TIMEOUT, "body-too-slow")
            return
        self._held, self._seen = waits, self._came
        self._await_body()

    def _cut(self, status: HTTPStatus, code: str) -> None:
        """Say why, where no answer has begun, and close."""
        self._cut_off = True
        if self.transport.is_closing():
            return
        started = getattr(self.cycle, "response_started", False)  # there is none before the first
        if not started or self.cycle.response_complete:
            self.transport.write(_answer(status, code))
        self.transport.close()


def patient(patience: Patience) -> type[Patient]:
    """Return the protocol for one server."""

    class One(Patient):
        """The connections of this server."""

    One.patience, One.proxies, One.standing = patience, networks(patience.proxies), Counter()
    return One


def _answer(status: HTTPStatus, code: str) -> bytes:
    """Return a whole RFC 9457 answer: no application is there to give it."""
    body = json.dumps(
        {
            "type": f"urn:vaern:problem:{code}",
            "title": status.phrase,
            "status": status.value,
            "code": code,
            "detail": status.description,
        }
    ).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        "Content-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Retry-After: 10\r\nConnection: close\r\nCache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\n\r\n"
    )
    return head.encode() + body
