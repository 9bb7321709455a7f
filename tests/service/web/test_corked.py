"""An answer's head goes with its beginning: in one packet, never late, never lost."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

from service.web.corked import Corked

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


def tried(what: Callable[[Corked, Callable[[], Awaitable[bytes]]], Awaitable[None]]) -> None:
    """Give a corked connection, and what brings the other side's next packet."""

    async def on_a_connection() -> None:
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        transport, _ = await loop.connect_accepted_socket(asyncio.Protocol, ours)
        with theirs:
            async with asyncio.timeout(20):
                await what(Corked(transport, loop), lambda: loop.sock_recv(theirs, 65536))
            transport.close()
            await asyncio.sleep(0)

    asyncio.run(on_a_connection())


def test_head_and_body_go_together_and_what_follows_goes_at_once() -> None:
    async def answer(corked: Corked, heard: Callable[[], Awaitable[bytes]]) -> None:
        corked.write(HEAD)
        corked.write(b"body")
        assert await heard() == HEAD + b"body"
        corked.write(b"more")
        assert await heard() == b"more"

    tried(answer)


def test_a_head_whose_body_is_slow_goes_by_itself() -> None:
    async def answer(corked: Corked, heard: Callable[[], Awaitable[bytes]]) -> None:
        corked.write(HEAD)
        assert await heard() == HEAD
        corked.write(b"body")
        assert await heard() == b"body"

    tried(answer)


def test_an_answer_without_a_body_is_not_held() -> None:
    async def answer(corked: Corked, heard: Callable[[], Awaitable[bytes]]) -> None:
        corked.write(HEAD)
        corked.write(b"")
        assert await heard() == HEAD

    tried(answer)


def test_whoever_waits_to_go_on_is_told_before_the_answer_begins() -> None:
    async def answer(corked: Corked, heard: Callable[[], Awaitable[bytes]]) -> None:
        corked.write(GO_ON)
        assert await heard() == GO_ON
        corked.write(HEAD)
        corked.write(b"body")
        assert await heard() == HEAD + b"body"

    tried(answer)


def test_what_is_held_when_the_connection_closes_is_sent_first() -> None:
    async def answer(corked: Corked, heard: Callable[[], Awaitable[bytes]]) -> None:
        corked.write(HEAD)
        corked.close()
        assert await heard() == HEAD
        assert await heard() == b""
        assert corked.is_closing()

    tried(answer)
