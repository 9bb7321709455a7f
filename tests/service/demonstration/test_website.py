"""The municipality's page: Danish times, nested replies, and what was removed is gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection

import pytest

from service.demonstration.town_page import HARASSING, OPENING_HOURS
from service.demonstration.website import Website, open_website

STARTED = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def site() -> Iterator[Website]:
    with open_website(0, STARTED) as opened:
        yield opened


def asked(site: Website, path: str) -> tuple[int, str]:
    connection = HTTPConnection(site.place, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    found = answer.status, answer.read().decode()
    connection.close()
    return found


@pytest.mark.parametrize(
    ("stated", "moment"),
    [
        ("12 min.", "2027-02-01T09:48:00+01:00"),
        ("for 1 time siden", "2027-02-01T08:25:00+01:00"),
        ("for 3 timer siden", "2027-02-01T07:00:00+01:00"),
        ("i går kl. 09.00", "2027-01-31T09:00:00+01:00"),
    ],
)
def test_a_comment_says_when_it_was_written_as_people_say_it(
    site: Website, stated: str, moment: str
) -> None:
    _, page = asked(site, OPENING_HOURS.path)

    assert f'<time datetime="{moment}">{stated}</time>' in page


def test_replies_stand_inside_what_they_answer_and_all_are_counted(site: Website) -> None:
    status, page = asked(site, OPENING_HOURS.path + "?comment_id=1001")

    assert status == 200
    assert page.count('role="article"') == 10
    assert "<h3>10 kommentarer</h3>" in page
    outer = page.index('id="comment-1001"')
    inner = page.index('id="comment-1002"')
    assert outer < inner < page.index('id="comment-1003"')
    assert "Svar fra Ali Demir til Birthe Skovs kommentar" in page


def test_what_the_page_team_removed_is_gone(site: Website) -> None:
    site.remove(HARASSING)

    _, page = asked(site, OPENING_HOURS.path)

    assert f"comment-{HARASSING}" not in page
    assert "<h3>9 kommentarer</h3>" in page


def test_there_is_nothing_elsewhere(site: Website) -> None:
    assert asked(site, "/opslag/andet")[0] == 404
