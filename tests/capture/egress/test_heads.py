from __future__ import annotations

import pytest

from capture.egress.heads import HeadUnreadable, read_request_head, read_response_head


def test_a_request_is_sent_on_in_origin_form_with_the_host_it_was_checked_for() -> None:
    head = read_request_head(
        b"POST http://Demo.example/a?b=1 HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: x=1\r\n"
        b"Proxy-Connection: keep-alive\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Content-Length: 3\r\n\r\n"
    )
    assert (head.host, head.port, head.body_bytes) == ("demo.example", 80, 3)
    assert head.onward == (
        b"POST /a?b=1 HTTP/1.1\r\nHost: Demo.example\r\nCookie: x=1\r\nContent-Length: 3\r\n"
        b"Connection: close\r\n\r\n"
    )


def test_a_tunnel_names_its_host_and_port() -> None:
    head = read_request_head(b"CONNECT [2606:4700::1111]:443 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert head.is_tunnel
    assert (head.host, head.port) == ("2606:4700::1111", 443)


@pytest.mark.parametrize(
    "head",
    [
        b"GET /path HTTP/1.1\r\n\r\n",
        b"GET http://a.example/ HTTP/2\r\n\r\n",
        b"GET file:///etc/passwd HTTP/1.1\r\n\r\n",
        b"GET http://user@a.example/ HTTP/1.1\r\n\r\n",
        b"GET http://a.example/ HTTP/1.1\r\n folded: x\r\n\r\n",
        b"GET http://a.example/ HTTP/1.1\r\nX: a\nY: b\r\n\r\n",
        b"POST http://a.example/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST http://a.example/ HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
        b"POST http://a.example/ HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"CONNECT a.example HTTP/1.1\r\n\r\n",
        b"\xff\xfe\r\n\r\n",
        b"",
    ],
)
def test_a_request_that_could_mean_two_things_is_not_carried(head: bytes) -> None:
    with pytest.raises(HeadUnreadable):
        read_request_head(head)


def test_an_answer_ends_the_connection_whatever_the_server_says() -> None:
    status, head = read_response_head(b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nA: b\r\n\r\n")
    assert status == 200
    assert head == b"HTTP/1.1 200 OK\r\nA: b\r\nConnection: close\r\n\r\n"


def test_an_interim_answer_is_passed_on_as_one() -> None:
    assert read_response_head(b"HTTP/1.1 103 Early Hints\r\n\r\n")[0] == 103


def test_what_is_no_answer_is_not_passed_on() -> None:
    with pytest.raises(HeadUnreadable):
        read_response_head(b"SSH-2.0-OpenSSH\r\n\r\n")
