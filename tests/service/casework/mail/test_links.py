"""Which links are captured at once."""

from __future__ import annotations

import pytest

from service.casework.mail.links import MOST, worth_visiting


@pytest.mark.parametrize(
    ("url", "visited"),
    [
        ("https://debat.example/opslag/17#svar", "https://debat.example/opslag/17"),
        (
            "https://www.facebook.com/permalink.php?story_fbid=1&id=2&fbclid=IwAR0a9b8c7d6e5f",
            "https://www.facebook.com/permalink.php?story_fbid=1&id=2",
        ),
        ("HTTP://debat.example/?q=%C3%A6", "http://debat.example/?q=%C3%A6"),
        (
            "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fdebat.example%2F1&data=x",
            "https://debat.example/1",
        ),
        ("https://debat.example/opslag/pfbid02abcdefghijklmnopqrstuvwxyz0123456789", None),
    ],
)
def test_a_page_is_visited_at_its_plain_address(url: str, visited: str | None) -> None:
    expected = url if visited is None else visited

    assert worth_visiting([url]) == (expected,)


@pytest.mark.parametrize(
    "url",
    [
        "https://liste.example/unsubscribe?u=1",
        "https://liste.example/afmeld/1",
        "https://butik.example/confirm?id=2",
        "https://butik.example/login",
        "https://a.example/x?t=3f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c",
        "https://10.0.0.8/",
        "http://[::1]/",
        "http://intranet/",
        "http://printer.local/",
        "https://vaern.example/cases/2027-001",
        "https://bruger:kode@debat.example/",
        "ftp://debat.example/",
        "javascript:alert(1)",
        "https://",
        "https://[",
        "https://debat.example/" + "a" * 3000,
    ],
)
def test_what_acts_tells_on_us_or_is_no_page_is_left_alone(url: str) -> None:
    assert worth_visiting([url], frozenset({"vaern.example"})) == ()


def test_a_place_listed_for_capture_is_visited_though_it_is_not_public() -> None:
    listed = frozenset({("10.0.0.8", 80), ("intranet", 8443)})
    urls = ["http://10.0.0.8/opslag/1", "https://intranet:8443/2", "https://10.0.0.8/3"]

    assert worth_visiting(urls, frozenset({"10.0.0.8"}), listed) == tuple(urls[:2])


def test_each_page_once_and_no_more_than_a_handful() -> None:
    urls = [f"https://debat.example/{number}" for number in range(20)]

    found = worth_visiting([urls[0], *urls])

    assert found == tuple(urls[:MOST])
