"""Viewing: who may see content, and that the ledger holds it before a byte leaves."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from archive.errors import EvidenceErased, EvidenceNotFound
from archive.intake.receive import About, Envelope
from archive.ledger.log import record
from archive.records.evidence import EvidenceRecord, ViewingRecord
from archive.records.ledger import LedgerDetailRecord
from archive.records.people import PersonRecord
from archive.records.readings import ScanRecord
from service.access.people import add_person, give_role
from service.access.principal import Principal
from service.casework.evidence.custody import Act, custody_of
from service.casework.evidence.listing import list_evidence
from service.casework.evidence.readers import readers_of
from service.casework.evidence.searching import search
from service.casework.evidence.viewing import reveal_pictures, reveal_text
from service.errors import NotPermitted
from service.installation import Installation
from service.jobs.reading import READING
from tests.service.casework.mail.mails import MARKER, hand_over, mail, with_picture
from tests.service.conftest import Time, Town
from tests.service.jobs.following import every, picture, work_off

Asks = Callable[[PersonRecord], Principal]


@pytest.fixture
def mailed(installation: Installation, town: Town) -> UUID:
    """A mail that Anna forwarded, read, in her case."""
    del town
    kept: UUID = hand_over(installation, mail()).id
    work_off(installation, READING)
    return kept


def test_who_may_see_the_text_gets_it_and_stands_in_the_ledger(
    installation: Installation, town: Town, time: Time, asks: Asks, mailed: UUID
) -> None:
    for person in (town.anna, town.leader, town.archivist):
        assert MARKER in reveal_text(installation, asks(person), mailed, time.now)

    with installation.database.reading() as session:
        names = [seen.name for seen in readers_of(session, mailed)]
        entries = custody_of(session, asks(town.leader), mailed, time.now).entries
    assert sorted(names) == ["Anna Holm", "Arne Arkiv", "Mette Leder"]
    viewed = [entry.who for entry in entries if entry.act is Act.VIEWED]
    assert viewed == ["Anna Holm", "Mette Leder", "Arne Arkiv"]


def test_nobody_stands_as_having_seen_pictures_of_what_has_none(
    installation: Installation, town: Town, time: Time, asks: Asks, mailed: UUID
) -> None:
    assert reveal_pictures(installation, asks(town.leader), mailed, time.now) == []

    assert every(installation, ViewingRecord) == []


def test_nobody_stands_as_having_seen_words_or_infected_pictures(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    hand_over(installation, with_picture(picture()))
    work_off(installation, READING)
    (image,) = [one for one in every(installation, EvidenceRecord) if "image" in one.media_type]
    with pytest.raises(EvidenceNotFound):
        reveal_text(installation, asks(town.leader), image.id, time.now)
    assert len(reveal_pictures(installation, asks(town.anna), image.id, time.now)) == 1
    with installation.database.writing() as session:
        session.add(
            ScanRecord(
                id=uuid4(),
                evidence_id=image.id,
                asked_at=time.now,
                scanned_at=time.now,
                verdict="infected",
            )
        )

    assert reveal_pictures(installation, asks(town.leader), image.id, time.now) == []

    (viewing,) = every(installation, ViewingRecord)
    assert viewing.person_id == town.anna.id


def test_who_may_not_gets_nothing_and_leaves_no_entry(
    installation: Installation, town: Town, time: Time, asks: Asks, mailed: UUID
) -> None:
    with pytest.raises(EvidenceNotFound):
        reveal_text(installation, asks(town.bent), mailed, time.now)
    with pytest.raises(EvidenceNotFound):
        reveal_text(installation, asks(town.other_leader), mailed, time.now)
    with pytest.raises(NotPermitted):
        reveal_text(installation, asks(town.lawyer), mailed, time.now)

    assert every(installation, ViewingRecord) == []


def test_one_entry_for_each_quarter_of_an_hour(
    installation: Installation, town: Town, time: Time, asks: Asks, mailed: UUID
) -> None:
    leader = asks(town.leader)
    for _ in range(4):
        reveal_text(installation, leader, mailed, time.now)
        time.pass_by(timedelta(minutes=5))

    assert len(every(installation, ViewingRecord)) == 2


def test_viewings_at_the_same_moment_from_two_processes_are_one(
    installation: Installation,
    open_again: Callable[[], Installation],
    town: Town,
    asks: Asks,
    mailed: UUID,
) -> None:
    leader, other, now = asks(town.leader), open_again(), installation.clock.now()
    told: list[str] = []

    def look(house: Installation) -> None:
        told.append(reveal_text(house, leader, mailed, now))

    threads = [threading.Thread(target=look, args=(house,)) for house in (installation, other) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(told) == 8
    assert len(every(installation, ViewingRecord)) == 1


def test_the_pictures_of_a_mail_are_shown_as_upright_copies_only(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    hand_over(installation, with_picture(picture()))
    work_off(installation, READING)
    with installation.database.reading() as session:
        image = session.scalars(
            select(EvidenceRecord).where(EvidenceRecord.media_type == "image/png")
        ).one()

    shown = reveal_pictures(installation, asks(town.anna), image.id, time.now)

    assert [one.media_type for one in shown] == ["image/webp"]


def test_what_is_erased_cannot_be_seen(
    installation: Installation, town: Town, time: Time, asks: Asks, mailed: UUID
) -> None:
    with installation.database.writing() as session:
        row = session.get_one(EvidenceRecord, mailed)
        row.erased_at = time.now
        record(session, "evidence.erased", at=time.now, subject=row)

    with pytest.raises(EvidenceErased):
        reveal_text(installation, asks(town.leader), mailed, time.now)


def test_a_list_goes_on_where_it_stopped_and_holds_only_what_may_be_seen(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    kept = []
    for number in range(7):
        time.pass_by(timedelta(seconds=number % 2))
        about = About(filename=f"skærm_{number}%.png", unit_id=town.library.id)
        envelope = Envelope("upload", facts={"number": number})
        kept.append(installation.intake.receive(b"x%d" % number, about, envelope, time.now).id)
    installation.intake.receive(b"y", About(unit_id=town.school.id), Envelope("upload"), time.now)

    with installation.database.reading() as session:
        leader = asks(town.leader)
        seen: list[UUID] = []
        mark = None
        for _ in range(4):
            page = list_evidence(session, leader, time.now, after=mark, limit=2)
            assert (page.count, page.count_is_exact) == (7, True)
            seen += [row.id for row in page.rows]
            mark = page.next
        found = search(session, leader, "skærm_3%", time.now)
        nobody = list_evidence(session, asks(town.bent), time.now)
        everything = list_evidence(session, asks(town.archivist), time.now)
    assert mark is None
    assert sorted(seen) == sorted(kept)
    assert [row.id for row in found.rows] == [kept[3]]
    assert nobody.rows == []
    assert everything.count == 8


def test_the_purpose_says_in_which_part_somebody_looked(
    installation: Installation, town: Town, time: Time, asks: Asks, mailed: UUID
) -> None:
    with installation.database.writing() as session:
        amr = add_person(
            session,
            name="Allan",
            email=None,
            unit_id=town.library.id,
            now=time.now,
            actor="system",
        )
        give_role(session, amr, "amr", unit_id=town.library.id, now=time.now, actor="system")
    with pytest.raises(EvidenceNotFound):
        reveal_text(installation, asks(amr), mailed, time.now)

    reveal_text(installation, asks(town.leader), mailed, time.now)

    (viewing,) = every(installation, ViewingRecord)
    assert viewing.purpose == "leader:case"
    assert viewing.case_id is not None
    kinds = [row.kind for row in every(installation, LedgerDetailRecord)]
    assert kinds.count("evidence.viewed") == 1
