"""Connections that hold places: endless headers, dripping bodies, too many from one address."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

from service.web.connections import Patience, patient

SHORT = Patience(header_seconds=0.3, slowest=100_000, patience_seconds=0.3, connections=100)
LONG = Patience(header_seconds=30, slowest=1, patience_seconds=30, connections=2)
LENGTH = 5_000_000


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Read a body slowly where the path says so, and tell its length; tell what broke off."""
    del scope
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


@contextmanager
def serving(patience: Patience) -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        config = uvicorn.Config(echo, http=patient(patience), log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]})
        thread.start()
        try:
            yield opened.getsockname()[:2]
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive()


def heard(connection: socket.socket) -> bytes:
    """Return everything until the other side closes."""
    said = b""
    while more := connection.recv(65536):
        said += more
    return said


def code(answer: bytes) -> tuple[bytes, str]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.split(b" ")[1], json.loads(body)["code"]


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nX: y\r\n"])
def test_a_header_that_does_not_end_is_cut_off(begun: bytes) -> None:
    with serving(SHORT) as where, socket.create_connection(where, timeout=20) as connection:
        connection.sendall(begun)

        assert code(heard(connection)) == (b"408", "header-too-slow")


def test_a_second_header_on_a_kept_connection_is_bounded_too() -> None:
    with serving(SHORT) as where, socket.create_connection(where, timeout=20) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        said = b""
        while not said.endswith(b"0\r\n\r\n"):
            more = connection.recv(1000)
            assert more, said
            said += more
        connection.sendall(b"GET /")

        assert code(heard(connection)) == (b"408", "header-too-slow")


def test_a_body_that_drips_is_cut_off() -> None:
    head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {LENGTH}\r\n\r\n".encode()
    with serving(SHORT) as where, socket.create_connection(where, timeout=20) as connection:
        connection.sendall(head + b"drip")

        assert code(heard(connection)) == (b"408", "body-too-slow")


def test_a_body_that_flows_comes_to_its_answer() -> None:
    head = f"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {LENGTH}\r\n\r\n"
    with serving(SHORT) as where, socket.create_connection(where, timeout=20) as connection:
        connection.sendall(head.encode() + bytes(LENGTH))

        assert str(LENGTH).encode() in heard(connection)


def test_one_address_has_so_many_connections_and_a_place_that_is_left_is_free_again() -> None:
    with serving(LONG) as where:
        held = [socket.create_connection(where, timeout=20) for _ in range(2)]
        for one in held:
            one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert one.recv(100).startswith(b"HTTP/1.1 200")
        with socket.create_connection(where, timeout=20) as third:
            assert code(heard(third)) == (b"429", "too-many-connections")
        held[0].close()
        assert any(_is_answered(where) for _ in range(200))
        held[1].close()


def test_a_proxy_of_ours_has_as_many_as_it_needs() -> None:
    ours = Patience(30, 1, 30, connections=1, proxies=("127.0.0.1",))
    with serving(ours) as where:
        held = [socket.create_connection(where, timeout=20) for _ in range(5)]
        for one in held:
            one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert all(heard(one).startswith(b"HTTP/1.1 200") for one in held)
        for one in held:
            one.close()


def _is_answered(where: tuple[str, int]) -> bool:
    with socket.create_connection(where, timeout=20) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return heard(connection).startswith(b"HTTP/1.1 200")
