from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Sequence
from datetime import datetime

import pytest

from capture.egress.log import EgressLog, Verdict
from capture.egress.proxy import open_egress
from capture.egress.rules import EgressLimits, EgressRules
from tests.capture.canary import open_canary
from tests.capture.site import Answer, Site

Now = Callable[[], datetime]


async def resolver(host: str, _port: int) -> Sequence[str]:
    """Reads the old IPv4 forms as the system's resolver does; knows no names."""
    try:
        return [socket.inet_ntoa(socket.inet_aton(host))]
    except OSError as error:
        raise socket.gaierror(socket.EAI_NONAME, host) from error


async def ask(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    try:
        answer = await reader.read()
    except ConnectionResetError:  # hung up on, with our words unread
        answer = b""
    writer.close()
    with contextlib.suppress(ConnectionResetError):
        await writer.wait_closed()
    return answer


def get(url: str) -> bytes:
    return f"GET {url} HTTP/1.1\r\nHost: ignored\r\n\r\n".encode()


def through(
    rules: EgressRules, now: Now, *requests: bytes, answers: object = resolver
) -> tuple[list[bytes], EgressLog]:
    async def run() -> tuple[list[bytes], EgressLog]:
        async with open_egress(rules, now=now, resolver=answers) as proxy:  # type: ignore[arg-type]  # a resolver of the test's own
            return [await ask(proxy.port, request) for request in requests], proxy.log

    return asyncio.run(run())


def test_a_listed_site_is_carried_and_logged(site: Site, now: Now) -> None:
    site.answers["/hej"] = Answer.page("goddag")
    rules = EgressRules(allow=frozenset({site.place}))
    [answer], log = through(rules, now, get(site.url("/hej")))
    assert answer.startswith(b"HTTP/1.0 200")
    assert b"goddag" in answer
    [entry] = log.entries
    assert (entry.verdict, entry.address, entry.port) == (Verdict.CARRIED, "127.0.0.1", site.port)
    assert entry.received > 0


def test_a_tunnel_carries_both_ways(site: Site, now: Now) -> None:
    site.answers["/"] = Answer.page("i tunnelen")

    async def run() -> bytes:
        rules = EgressRules(allow=frozenset({site.place}))
        async with open_egress(rules, now=now, resolver=resolver) as proxy:
            reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            writer.write(f"CONNECT 127.0.0.1:{site.port} HTTP/1.1\r\n\r\n".encode())
            assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
            writer.write(b"GET / HTTP/1.0\r\n\r\n")
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
            return answer

    assert b"i tunnelen" in asyncio.run(run())


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::]",
        "localhost",
    ],
)
@pytest.mark.parametrize(
    "form", ["GET http://{host}:{port}/ HTTP/1.1", "CONNECT {host}:{port} HTTP/1.1"]
)
def test_no_way_of_writing_loopback_reaches_it(host: str, form: str, now: Now) -> None:
    with open_canary() as canary:
        request = form.format(host=host, port=canary.port).encode() + b"\r\nHost: x\r\n\r\n"
        [answer], log = through(EgressRules(), now, request)
        assert answer.startswith((b"HTTP/1.1 403", b"HTTP/1.1 502"))
        assert canary.hits() == []
    assert [entry.verdict for entry in log.entries] != [Verdict.CARRIED]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0",
        "[::1]",
        "[::ffff:7f00:1]",
    ],
)
def test_on_a_web_port_it_is_the_address_that_refuses(host: str, now: Now) -> None:
    [answer], log = through(EgressRules(), now, get(f"http://{host}/"))
    assert answer.startswith(b"HTTP/1.1 403")
    assert log.entries[0].reason == "not_public"
    assert log.entries[0].address is None


def test_a_name_is_looked_up_once_and_its_answer_is_the_one_connected_to(
    site: Site, now: Now
) -> None:
    site.answers["/"] = Answer.page("den rigtige")
    with open_canary() as canary:
        asked = []

        async def flipping(host: str, _port: int) -> Sequence[str]:
            asked.append(host)
            return ["127.0.0.1"] if len(asked) == 1 else ["::1"]

        rules = EgressRules(allow=frozenset({("flip.example", site.port)}))
        [answer], log = through(
            rules, now, get(f"http://flip.example:{site.port}/"), answers=flipping
        )
        assert b"den rigtige" in answer
        assert asked == ["flip.example"]
        assert log.entries[0].address == "127.0.0.1"
        assert canary.hits() == []


@pytest.mark.parametrize(
    "answers",
    [["93.184.216.34", "127.0.0.1"], ["10.0.0.1"], ["::ffff:127.0.0.1"], ["fe80::1%1"], []],
)
def test_one_bad_answer_among_good_ones_refuses_the_name(answers: list[str], now: Now) -> None:
    async def mixed(_host: str, _port: int) -> Sequence[str]:
        return answers

    [answer], log = through(EgressRules(), now, get("http://rebind.example/"), answers=mixed)
    assert answer.startswith(b"HTTP/1.1 403")
    assert log.entries[0].reason in {"not_public", "no_such_host"}


def test_an_unknown_name_is_told_as_such(now: Now) -> None:
    [answer], log = through(EgressRules(), now, get("http://findes-ikke.example/"))
    assert answer.startswith(b"HTTP/1.1 502")
    assert (log.entries[0].verdict, log.entries[0].reason) == (Verdict.FAILED, "no_such_host")


def test_after_the_byte_limit_nothing_more_is_let_in(site: Site, now: Now) -> None:
    site.answers["/stor"] = Answer(b"x" * 500_000, headers={"Content-Type": "text/plain"})
    rules = EgressRules(allow=frozenset({site.place}), limits=EgressLimits(total_bytes=100_000))
    [first, second], log = through(rules, now, get(site.url("/stor")), get(site.url("/stor")))
    assert len(first) < 300_000
    assert second.startswith(b"HTTP/1.1 403")
    assert log.entries[1].reason == "too_much"


def test_after_the_connection_limit_none_more_is_opened(site: Site, now: Now) -> None:
    site.answers["/"] = Answer.page("hej")
    rules = EgressRules(allow=frozenset({site.place}), limits=EgressLimits(connections=2))
    answers, log = through(rules, now, *[get(site.url("/"))] * 3)
    assert [answer[9:12] for answer in answers] == [b"200", b"200", b"403"]
    assert log.entries[2].reason == "too_many"


def test_a_head_without_end_is_dropped(now: Now) -> None:
    rules = EgressRules(limits=EgressLimits(head_bytes=1_000))
    [answer], log = through(rules, now, b"GET http://a.example/ HTTP/1.1\r\nX: " + b"x" * 5_000)
    assert answer == b""
    assert log.entries == []


def test_a_request_for_the_proxy_itself_is_refused(now: Now) -> None:
    [answer], _ = through(EgressRules(), now, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 403")


def test_nothing_listens_after_the_visit(now: Now) -> None:
    async def run() -> int:
        async with open_egress(EgressRules(), now=now, resolver=resolver) as proxy:
            return proxy.port

    port = asyncio.run(run())
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_another_user_of_the_machine_is_not_served(site: Site, now: Now) -> None:
    site.answers["/"] = Answer.page("hej")

    async def run(owner: int) -> bytes:
        rules = EgressRules(allow=frozenset({site.place}))
        async with open_egress(rules, now=now, resolver=resolver, owner=owner) as proxy:
            return await ask(proxy.port, get(site.url("/")))

    assert b"hej" in asyncio.run(run(os.geteuid()))
    assert asyncio.run(run(os.geteuid() + 1)) == b""
