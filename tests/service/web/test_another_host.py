"""Foreign content never comes from the host that holds people's sessions."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.web.callers import counted_as, farthest
from service.web.evidence_host import (
    EvidenceHostNotApart,
    other_loopback,
    require_another_host,
)
from tests.service.served import vaern


@pytest.mark.parametrize(
    ("url", "evidence_url"),
    [
        ("https://vaern.example", "https://vaern.example:8443"),
        ("https://vaern.example", "http://vaern.example"),
        ("https://vaern.example/", "https://VAERN.example./x"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8001"),
        ("http://localhost:8000", "http://localhost:8001"),
        ("http://[::1]:8000", "http://[::1]:8001"),
        ("https://værn.example", "https://xn--vrn-yla.example"),
        ("https://vaern.example", "evidence.example"),
        ("https://vaern.example", "ftp://evidence.example"),
    ],
)
def test_the_same_host_name_is_refused_whatever_the_port_and_scheme(
    url: str, evidence_url: str
) -> None:
    with pytest.raises(EvidenceHostNotApart):
        require_another_host(url, evidence_url)


@pytest.mark.parametrize(
    ("url", "evidence_url"),
    [
        ("http://127.0.0.1:8000", "http://localhost:8001"),
        ("https://vaern.example", "https://evidence.vaern.example"),
        ("https://vaern.example", "https://vaern-evidence.example"),
    ],
)
def test_another_host_name_is_taken(url: str, evidence_url: str) -> None:
    require_another_host(url, evidence_url)


@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.1:8000"])
def test_of_the_two_loopback_names_the_evidence_host_takes_the_other(url: str) -> None:
    require_another_host(url, f"http://{other_loopback(url)}:8001")


def test_the_service_says_what_is_wrong_and_does_not_start(tmp_path: Path) -> None:
    wrong = {
        "VAERN_URL": "https://vaern.example",
        "VAERN_EVIDENCE_URL": "https://vaern.example:8443",
    }
    ended = vaern(tmp_path / "data", "serve", more=wrong)

    assert ended.returncode == 3
    assert "VAERN_EVIDENCE_URL" in ended.stderr
    assert "cookies ignore ports" in ended.stderr
    assert not (tmp_path / "data" / "listening.json").exists()


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "1.2.3.4, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "1.2.3.4, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "rubbish", "rubbish"),
        ("10.0.0.1", "203.0.113.9:5123", "203.0.113.9"),
        ("10.0.0.1", "1.2.3.4:1, 203.0.113.9:5123, 10.0.0.2:443", "203.0.113.9"),
        ("10.0.0.1", "[2001:db8::9]:5123", "2001:db8::9"),
        ("10.0.0.1", "[2001:db8::9]", "2001:db8::9"),
        ("10.0.0.1", "2001:db8::9", "2001:db8::9"),
        ("10.0.0.1", "::ffff:203.0.113.9", "::ffff:203.0.113.9"),
        ("10.0.0.1", "1.2.3.4, [::ffff:10.0.0.2]:443", "1.2.3.4"),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(peer: str, forwarded: str, found: str) -> None:
    assert farthest(peer, forwarded, ("10.0.0.0/8",)) == found


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("rubbish", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_household_is_one_address(address: str, counted: str) -> None:
    assert counted_as(address) == counted
