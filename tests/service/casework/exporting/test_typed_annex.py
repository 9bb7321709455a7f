"""A post that was typed from a screenshot, handed over: its words, its picture, and who typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.evidence.excerpts import reveal_excerpts
from service.casework.exporting.annexes import annexes_of
from service.casework.exporting.asking import case_to_hand_over
from service.casework.exporting.redacting import redact
from service.installation import Installation
from service.jobs.reading_lanes import LANES
from service.web.wording import gettext_of
from tests.service.casework.cases.opened import employ, open_one
from tests.service.casework.exporting.asked import asked_for
from tests.service.casework.exporting.test_appendix import fetched, made, text_of
from tests.service.casework.moderation.kept import THREAT
from tests.service.casework.moderation.typing_posts import (
    WALLED,
    WORDS,
    failed_visit,
    type_post,
)
from tests.service.conftest import Time, Town
from tests.service.jobs.following import work_off

Asks = Callable[[PersonRecord], Principal]
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def number(installation: Installation, town: Town, time: Time, asks: Asks) -> str:
    """A case whose page could not be captured, and was typed."""
    number = open_one(installation, town, time)
    visit = failed_visit(installation, time, asks(town.leader), case=number)
    sanne = employ(installation, time, "Sanne Side", "page_team", unit=town.centre, everywhere=True)
    type_post(installation, time, asks(sanne), visit=visit)
    work_off(installation, *LANES)
    return number


def test_the_booklet_says_that_it_was_typed_by_whom_and_shows_the_picture(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    who = asks(town.leader)
    asked_for(installation, who, number, time, only_booklet=True)
    export = made(installation, time)
    text = " ".join(text_of(fetched(installation, who, export, time)).split())

    assert (export.state, export.reason) == ("ready", None)
    assert "Skrevet af efter skærmbilledet Sanne Side" in text
    assert "Ordene, skrevet af efter skærmbilledet. Det er billedet, der gælder." in text
    assert THREAT in text
    for ours in ("The exact text", "seen by our own capture"):
        assert gettext_of("da")(ours) not in text


def test_each_fact_of_it_is_known_as_typed_and_the_picture_as_handed_in(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    with installation.database.reading() as session:
        _case, pieces = case_to_hand_over(session, asks(town.leader), number, time.now)
        gathered = annexes_of(
            session,
            installation.vault,
            pieces,
            directed_at=("Anna Holm",),
            redacted=False,
            attach=False,
        )
        (annex,) = gathered.annexes
        (picture,) = annex.pictures
        assert picture is not None
        assert gathered.images[picture] is not None

    assert (annex.channel, annex.known) == ("post", "handed_in")
    assert (annex.text, annex.author, annex.address) == (THREAT, WORDS.author, WALLED)
    known = {annex.text_known, annex.author_known, annex.address_known}
    assert known == {"typed_from_picture"}
    assert annex.stated is not None
    assert (annex.stated.moment, annex.stated.written) == (None, "2 t")
    assert [one.of for one in annex.digests] == ["original", "text"]


def test_a_redacted_booklet_holds_the_covered_picture_and_none_of_the_words(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    who = asks(town.leader)
    with installation.database.reading() as session:
        _case, (piece,) = case_to_hand_over(session, who, number, time.now)
    redact(
        installation,
        who,
        piece.id,
        words=(),
        boxes=[(1, 1, 600, 400)],
        reason="andre",
        now=time.now,
    )

    asked_for(installation, who, number, time, only_booklet=True, redacted=True)
    text = text_of(fetched(installation, who, made(installation, time), time))

    assert "Bilag 1" in text
    for said in (THREAT, "Kai Konto", "Sanne Side", WALLED):
        assert said not in text


def test_a_search_that_finds_its_words_says_that_they_were_typed(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    who = asks(town.leader)
    with installation.database.reading() as session:
        _case, pieces = case_to_hand_over(session, who, number, time.now)
        (piece,) = [one.id for one in pieces]

    found = reveal_excerpts(installation, who, piece, "ihjel", time.now)

    assert [one.typed for one in found] == [True]
    assert THREAT in found[0].text
