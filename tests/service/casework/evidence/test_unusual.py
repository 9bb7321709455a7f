"""Unusually much shown or handed over: the DPO is told, once a burst, and nobody waits for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from archive.intake.receive import About, Envelope
from archive.records.cases import CaseRecord, NoticeRecord
from archive.records.evidence import EvidenceRecord, ViewingRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.cases.opening import join_evidence
from service.casework.evidence.unusual import list_unusual, note_unusual
from service.casework.evidence.viewing import note_viewing
from service.errors import NotPermitted
from service.installation import Installation
from service.settings import Settings
from tests.service.casework.cases.opened import assert_clean, employ, kinds, open_one
from tests.service.casework.exporting.asked import asked_for
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]
PIECES, CASES, MINUTES = 6, 3, 60


@pytest.fixture
def settings(settings: Settings) -> Settings:
    few = {"unusual_pieces": PIECES, "unusual_cases": CASES, "unusual_minutes": MINUTES}
    return settings.model_copy(update=few)


def pieces(
    installation: Installation, town: Town, time: Time, count: int, number: str | None = None
) -> list[UUID]:
    about = About(unit_id=town.library.id)
    kept = [
        installation.intake.receive(
            f"{time.now}{place}".encode(), about, Envelope("x"), time.now
        ).id
        for place in range(count)
    ]
    if number is not None:
        with installation.database.writing() as session:
            case = session.query(CaseRecord).filter_by(number=number).one()
            for one in kept:
                row = session.get_one(EvidenceRecord, one)
                join_evidence(session, case, row, time.now, "system")
    return kept


def look(
    installation: Installation,
    who: Principal,
    at: list[UUID],
    time: Time,
    *,
    case: UUID | None = None,
    purpose: str = "leader:archive",
) -> None:
    for one in at:
        note_viewing(installation, who, one, case_id=case, purpose=purpose, now=time.now)


def told(installation: Installation) -> list[str]:
    query = select(NoticeRecord).where(NoticeRecord.kind == "viewing.unusual")
    with installation.database.reading() as session:
        return [row.recipient for row in session.scalars(query.order_by(NoticeRecord.made_at))]


def bursts(installation: Installation) -> int:
    return kinds(installation).count("viewing.unusual")


def test_the_dpo_is_told_once_a_burst_in_a_mail_that_names_nobody(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    leader, lawyer = asks(town.leader), asks(town.lawyer)
    these = pieces(installation, town, time, PIECES + 3)

    look(installation, leader, these[: PIECES - 1], time)
    look(installation, leader, these[: PIECES - 1], time)
    assert (bursts(installation), told(installation)) == (0, [])
    look(installation, leader, these[PIECES - 1 :], time)
    assert (bursts(installation), told(installation)) == (1, [town.lawyer.email])

    with installation.database.reading() as session:
        message = session.scalars(select(NoticeRecord.message)).one()
        assert not any(word in message for word in ("Mette", "Biblioteket", str(these[0])))
        rows, more = list_unusual(session, lawyer)
    (one,) = rows
    assert (one.name, one.pieces, one.cases, more) == ("Mette Leder", PIECES, 0, None)
    with installation.database.reading() as session:
        assert len(session.scalars(select(ViewingRecord)).all()) == len(these)
    assert_clean(installation)


def test_a_burst_that_goes_on_is_one_and_after_a_quiet_hour_there_is_another(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    leader, these = asks(town.leader), pieces(installation, town, time, PIECES)
    for _round in range(4):  # two hours of it, each half hour all of them anew
        look(installation, leader, these, time)
        time.pass_by(timedelta(minutes=30))
    assert bursts(installation) == 1

    time.pass_by(timedelta(minutes=MINUTES))
    look(installation, leader, these[:-1], time)
    assert bursts(installation) == 1
    look(installation, leader, these[-1:], time)
    assert bursts(installation) == 2
    assert_clean(installation)


def test_few_in_an_hour_are_not_much_however_long_it_goes_on(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    for one in pieces(installation, town, time, 3 * PIECES):
        look(installation, asks(town.leader), [one], time)
        time.pass_by(timedelta(minutes=MINUTES / (PIECES - 1)))
    assert (bursts(installation), told(installation)) == (0, [])


def test_many_cases_count_before_their_pieces_are_many(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    numbers = [open_one(installation, town, time) for _ in range(CASES)]
    for place, number in enumerate(numbers, start=1):
        these = pieces(installation, town, time, 1, number)
        time.pass_by(timedelta(seconds=1))
        with installation.database.reading() as session:
            case = session.query(CaseRecord).filter_by(number=number).one().id
        look(installation, asks(town.leader), these, time, case=case)
        assert bursts(installation) == (place == CASES)


def test_what_is_handed_over_counts_as_what_is_shown(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, leader = open_one(installation, town, time), asks(town.leader)
    pieces(installation, town, time, PIECES, number)
    asked_for(installation, leader, number, time)
    with installation.database.writing() as session:
        assert note_unusual(
            session, installation.settings, installation.rights, town.leader.id, time.now
        )
    assert told(installation) == [town.lawyer.email]


def test_posts_looked_through_in_the_queue_are_not_counted(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    these = pieces(installation, town, time, 2 * PIECES)
    look(installation, asks(town.leader), these, time, purpose="moderation")
    assert bursts(installation) == 0


def test_whoever_watches_is_watched_by_another(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    lawyer, these = asks(town.lawyer), pieces(installation, town, time, PIECES)
    look(installation, lawyer, these, time)
    assert (bursts(installation), told(installation)) == (1, [])

    director = employ(installation, time, "Dorte Direktør", "director", unit=town.centre)
    time.pass_by(timedelta(hours=3))
    look(installation, lawyer, these, time)
    assert told(installation) == [director.email]

    second = employ(installation, time, "Lars Jurist", "lawyer", unit=town.centre, everywhere=True)
    time.pass_by(timedelta(hours=3))
    look(installation, lawyer, these, time)
    assert told(installation) == [director.email, second.email]


def test_only_those_who_watch_see_who_looked(
    installation: Installation, town: Town, asks: Asks
) -> None:
    for person in (town.anna, town.leader, town.archivist):
        with installation.database.reading() as session, pytest.raises(NotPermitted):
            list_unusual(session, asks(person))
