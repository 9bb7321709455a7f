from __future__ import annotations

import socket

import pytest

from tests.capture.canary import open_canary


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_the_canary_sings_for_every_way_in(family: socket.AddressFamily) -> None:
    home = "127.0.0.1" if family == socket.AF_INET else "::1"
    with open_canary() as canary:
        with socket.socket(family, socket.SOCK_STREAM) as stream:
            stream.connect((home, canary.port))
        with socket.socket(family, socket.SOCK_DGRAM) as datagrams:
            datagrams.sendto(b"x", (home, canary.port))
        assert sorted(canary.hits()) == [f"tcp {home}", f"udp {home}"]
