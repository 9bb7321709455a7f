"""The filtering forward proxy: the only way by which a page's requests reach the network.

One proxy stands for one visit, on a loopback port of its own, and falls with it.
It looks a name up once, judges every answer (`destination`), connects to an
address that it judged, and logs. CONNECT carries https, wss and ws; the absolute
form carries http. It never sees inside https.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from capture.egress.addresses import Address
from capture.egress.destination import Resolver, find_destination, system_resolver
from capture.egress.heads import (
    HeadUnreadable,
    RequestHead,
    failure,
    read_request_head,
    read_response_head,
    refusal,
)
from capture.egress.log import EgressEntry, EgressLog, Verdict
from capture.egress.peers import owner_of_connection
from capture.egress.rules import EgressRules
from capture.egress.streams import first_of, hang_up
from capture.errors import RequestRefused

_BLOCK = 64 * 2**10

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class EgressProxy:
    """A running proxy. Use `open_egress`."""

    def __init__(
        self,
        rules: EgressRules,
        now: Callable[[], datetime],
        *,
        resolver: Resolver,
        log: EgressLog,
        owner: int | None,
    ) -> None:
        self.rules, self.limits = rules, rules.limits
        self.log = log
        self._now, self._resolver, self._owner = now, resolver, owner
        self._server: asyncio.Server | None = None
        self._places = asyncio.Semaphore(rules.limits.connections_at_once)
        self._tasks: set[asyncio.Task[None]] = set()
        self._connections = 0
        self._bytes = 0

    @property
    def port(self) -> int:
        """The loopback port on which it listens."""
        if self._server is None:
            raise RuntimeError("the proxy is not open")
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def bytes_carried(self) -> int:
        """Bytes carried both ways until now; a page that is still loading makes it grow."""
        return self._bytes

    async def open(self) -> None:
        """Listen on a free loopback port."""
        self._server = await asyncio.start_server(
            self._meet, "127.0.0.1", 0, limit=self.limits.head_bytes
        )

    async def close(self) -> None:
        """Stop listening and drop every connection; nothing of the visit goes on after it."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        # Whatever a hostile server or a closing browser does to a connection
        # ends that connection only.
        with contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError, TimeoutError):
            async with self._places:
                await self._serve((reader, writer))
        await hang_up(writer)

    def _is_stranger(self, writer: asyncio.StreamWriter) -> bool:
        if self._owner is None:
            return False
        client_port = int(writer.get_extra_info("peername")[1])
        owner = owner_of_connection(client_port=client_port, server_port=self.port)
        return owner is not None and owner != self._owner

    async def _serve(self, browser: Streams) -> None:
        if self._is_stranger(browser[1]):
            return
        self._connections += 1
        async with asyncio.timeout(self.limits.head_seconds):
            head = await browser[0].readuntil(b"\r\n\r\n")
        try:
            request = read_request_head(head)
        except HeadUnreadable:
            browser[1].write(refusal("unreadable"))
            return
        entry = self.log.add(EgressEntry(self._now(), request.method, request.host, request.port))
        try:
            self._check_limits()
            addresses = await find_destination(
                request.host, request.port, rules=self.rules, resolver=self._resolver
            )
        except RequestRefused as refused:
            entry.reason = refused.code
            browser[1].write(refusal(refused.code))
            return
        except OSError:
            _fail(entry, browser, "no_such_host")
            return
        try:
            outside = await self._connect(addresses, request.port, entry)
        except (OSError, TimeoutError):
            _fail(entry, browser, "no_connection")
            return
        entry.verdict = Verdict.CARRIED
        try:
            await self._carry(request, browser, outside, entry)
        finally:
            await hang_up(outside[1])

    def _check_limits(self) -> None:
        if self._connections > self.limits.connections:
            raise RequestRefused("too many connections", code="too_many")
        if self._bytes > self.limits.total_bytes:
            raise RequestRefused("too many bytes", code="too_much")

    async def _connect(self, addresses: list[Address], port: int, entry: EgressEntry) -> Streams:
        problem: OSError = ConnectionError("no address")
        async with asyncio.timeout(self.limits.connect_seconds):
            for address in addresses:
                try:
                    streams = await asyncio.open_connection(
                        str(address), port, limit=self.limits.head_bytes
                    )
                except OSError as error:
                    problem = error
                else:
                    entry.address = str(address)
                    return streams
        raise problem

    async def _carry(
        self, request: RequestHead, browser: Streams, outside: Streams, entry: EgressEntry
    ) -> None:
        if request.is_tunnel:
            browser[1].write(b"HTTP/1.1 200 Connection Established\r\n\r\n")
            await first_of(
                self._pump(browser[0], outside[1], entry, outward=True),
                self._pump(outside[0], browser[1], entry, outward=False),
            )
            return
        outside[1].write(request.onward)
        await first_of(
            self._answer(outside[0], browser[1], entry),
            self._pump(browser[0], outside[1], entry, outward=True, at_most=request.body_bytes),
            wait_for_first_only=True,
        )

    async def _answer(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, entry: EgressEntry
    ) -> None:
        status = 100
        while status < 200:  # noqa: PLR2004  # interim answers, RFC 9110 §15.2
            async with asyncio.timeout(self.limits.idle_seconds):
                head = await source.readuntil(b"\r\n\r\n")
            try:
                status, onward = read_response_head(head)
            except HeadUnreadable:
                _fail(entry, (source, target), "unreadable")
                return
            target.write(onward)
        await self._pump(source, target, entry, outward=False)

    async def _pump(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        entry: EgressEntry,
        *,
        outward: bool,
        at_most: int | None = None,
    ) -> None:
        left = at_most
        while left is None or left > 0:
            # A browser may rightly be silent while it is being answered.
            async with asyncio.timeout(None if outward else self.limits.idle_seconds):
                block = await source.read(_BLOCK if left is None else min(_BLOCK, left))
                if not block:
                    return
                target.write(block)
                await target.drain()
            left = None if left is None else left - len(block)
            self._bytes += len(block)
            if outward:
                entry.sent += len(block)
            else:
                entry.received += len(block)
            if self._bytes > self.limits.total_bytes:
                entry.reason = "too_much"
                return


@contextlib.asynccontextmanager
async def open_egress(
    rules: EgressRules,
    *,
    now: Callable[[], datetime],
    resolver: Resolver = system_resolver,
    log: EgressLog | None = None,
    owner: int | None = None,
) -> AsyncIterator[EgressProxy]:
    """A proxy for one visit: listening inside, gone with all its connections after.

    `now` dates the log; `resolver` answers names (a municipality's own, or a test's).
    `owner` is the user number that the browser runs under: no other is served.
    """
    log = EgressLog() if log is None else log
    proxy = EgressProxy(rules, now, resolver=resolver, log=log, owner=owner)
    await proxy.open()
    try:
        yield proxy
    finally:
        await proxy.close()


def _fail(entry: EgressEntry, browser: Streams, reason: str) -> None:
    entry.verdict, entry.reason = Verdict.FAILED, reason
    browser[1].write(failure(reason))
