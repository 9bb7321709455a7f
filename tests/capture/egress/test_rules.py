from __future__ import annotations

from ipaddress import ip_address

import pytest

from capture.egress.rules import EgressRules, split_host_port
from capture.errors import RequestRefused


def refusal(rules: EgressRules, host: str, port: int, address: str = "1.1.1.1") -> str | None:
    found = ip_address(address)
    try:
        rules.check_name(host, port)
        rules.check_address(host, port, found, this_machine=found.is_loopback)
    except RequestRefused as refused:
        return refused.code
    return None


def test_only_web_ports_of_public_addresses_are_reached() -> None:
    rules = EgressRules()
    assert refusal(rules, "kommune.example", 443) is None
    assert refusal(rules, "kommune.example", 80) is None
    assert refusal(rules, "kommune.example", 22) == "port"
    assert refusal(rules, "kommune.example", 443, "127.0.0.1") == "not_public"


def test_what_is_listed_is_reached_and_nothing_beside_it() -> None:
    rules = EgressRules(allow=frozenset({("127.0.0.1", 9000), ("Demo.example", 9001)}))
    assert refusal(rules, "127.0.0.1", 9000, "127.0.0.1") is None
    assert refusal(rules, "demo.example", 9001, "127.0.0.1") is None
    assert refusal(rules, "127.0.0.1", 9001, "127.0.0.1") == "port"
    assert refusal(rules, "localhost", 9000, "127.0.0.1") == "port"


EVERYWHERE = "0.0.0.0"  # noqa: S104  # judged, not bound to


@pytest.mark.parametrize("own", ["127.0.0.1", "localhost", EVERYWHERE, "::", "::1"])
@pytest.mark.parametrize(("host", "address"), [("127.0.0.1", "127.0.0.1"), ("[::1]", "::1")])
def test_our_own_listener_is_refused_even_when_listed(own: str, host: str, address: str) -> None:
    host = host.strip("[]")
    rules = EgressRules(allow=frozenset({(host, 8000)}), refuse=frozenset({(own, 8000)}))
    assert refusal(rules, host, 8000, address) == "own_listener"


def test_our_own_listener_is_refused_under_another_name() -> None:
    rules = EgressRules(
        allow=frozenset({("other.example", 8000)}), refuse=frozenset({("127.0.0.1", 8000)})
    )
    assert refusal(rules, "other.example", 8000, "127.0.0.1") == "own_listener"


def test_the_browsers_own_errands_are_refused() -> None:
    rules = EgressRules()
    assert refusal(rules, "update.googleapis.com", 443) == "calls_home"
    assert refusal(rules, "accounts.google.com.", 443) == "calls_home"
    assert refusal(rules, "www.youtube.com", 443) is None


@pytest.mark.parametrize("host", ["", "fe80::1%eth0", "x" * 254, "blåbær.example"])
def test_a_host_that_is_none_is_refused(host: str) -> None:
    assert refusal(EgressRules(), host, 443) == "bad_host"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("[::1]:443", ("::1", 443)),
        (" Demo.Example:80 ", ("demo.example", 80)),
    ],
)
def test_host_and_port_are_read(text: str, read: tuple[str, int]) -> None:
    assert split_host_port(text) == read


@pytest.mark.parametrize(
    "text", ["", "host", "host:", ":80", "host:0", "host:65536", "::1:80", "h:8a"]
)
def test_what_is_no_host_and_port_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not host:port"):
        split_host_port(text)


def test_the_default_port_is_taken_where_there_is_one() -> None:
    assert split_host_port("demo.example", default_port=80) == ("demo.example", 80)
    assert split_host_port("[::1]", default_port=80) == ("::1", 80)
