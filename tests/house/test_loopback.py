import asyncio
import errno
import socket

import pytest

from tests.house.loopback import is_loopback

ELSEWHERE = "192.0.2.1"  # RFC 5737: documentation, belongs to nobody


def test_a_connection_to_another_machine_is_refused() -> None:
    with socket.socket() as out, pytest.raises(OSError, match="no network") as refused:
        out.connect((ELSEWHERE, 80))

    assert refused.value.errno == errno.ENETUNREACH


def test_a_datagram_to_another_machine_is_refused() -> None:
    with (
        socket.socket(type=socket.SOCK_DGRAM) as out,
        pytest.raises(OSError, match="no network"),
    ):
        out.sendto(b"x", (ELSEWHERE, 53))


def test_an_event_loop_is_held_like_plain_sockets() -> None:
    with pytest.raises(OSError, match="no network"):
        asyncio.run(asyncio.wait_for(asyncio.open_connection(ELSEWHERE, 443), 10))


def test_a_name_elsewhere_does_not_resolve() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("vaern.example", 443)


def test_loopback_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        address = door.getsockname()
        with socket.create_connection(address, timeout=10) as out:
            taken, _ = door.accept()
            with taken:
                out.sendall(b"here")
                assert taken.recv(4) == b"here"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "a.localhost", ""])
def test_these_hosts_are_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "169.254.169.254", "fe80::1%eth0", "localhost.example", "8.8.8.8"]
)
def test_these_hosts_are_not(host: str) -> None:
    assert not is_loopback(host)
