"""What may not be seen is not loaded and not searched, and no list of a case is without an end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from archive.intake.receive import About, Envelope
from archive.records.cases import CaseRecord
from archive.records.evidence import EvidenceRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.cases.circle import invite
from service.casework.cases.finding import find_case
from service.casework.cases.listing import ENTRIES, letters_in, timeline_of
from service.casework.cases.opening import join_evidence
from service.casework.evidence.custody import PAGE as SCREENFUL
from service.casework.evidence.custody import Act, custody_of
from service.casework.evidence.listing import (
    SeenEvidence,
    evidence_of_case,
    list_evidence,
    see_evidence,
)
from service.casework.evidence.readers import MOST_READERS, readers_by
from service.casework.evidence.searching import search
from service.casework.evidence.viewing import note_viewing
from service.installation import Installation
from tests.service.casework.cases.opened import employ, open_one
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]
NAME, ADDRESS, NOTE = "klage-over-anna.txt", "https://example.dk/anna-holm", "Fra naboen Kaj"


def keep(installation: Installation, town: Town, time: Time, number: str, text: str) -> UUID:
    receiving = installation.intake.begin()
    receiving.write(text.encode())
    about = About(
        kind="upload", filename=NAME, source_url=ADDRESS, note=NOTE, unit_id=town.library.id,
        seen_at=time.now,
    )  # fmt: skip
    kept = installation.intake.register(
        receiving.finish(), about, Envelope("web", f"person:{town.anna.id}"), time.now
    )
    with installation.database.writing() as session:
        case = session.scalars(select(CaseRecord).where(CaseRecord.number == number)).one()
        join_evidence(session, case, session.get_one(EvidenceRecord, kept.id), time.now, "system")
    found: UUID = kept.id
    return found


@pytest.fixture
def number(installation: Installation, town: Town, time: Time) -> str:
    return open_one(installation, town, time)


@pytest.fixture
def hr(installation: Installation, town: Town, time: Time, asks: Asks, number: str) -> PersonRecord:
    """Somebody at level *status* in Anna's case."""
    person = employ(installation, time, "Hans Riis", "hr", unit=town.school)
    with installation.database.writing() as session:
        invite(
            session, asks(town.leader), number, person.id, role="hr", reason="Stand", now=time.now
        )
    return person


def words(one: SeenEvidence) -> tuple[object, ...]:
    return (one.filename, one.source_url, one.note, one.seen_at)


def test_at_level_status_no_word_of_a_piece_leaves_the_database(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str, *, hr: PersonRecord
) -> None:
    piece = keep(installation, town, time, number, "Trussel")
    who = asks(hr)
    with installation.database.reading() as session:
        seen = see_evidence(session, who, piece, time.now)
        listed = list_evidence(session, who, time.now).rows
        case = find_case(session, asks(town.leader), number, time.now).case
        of_case = evidence_of_case(session, who, case, time.now).rows
    for one in (seen, *listed, *of_case):
        assert (one.told, words(one)) == (False, (None, None, None, None))
    with installation.database.reading() as session:
        whole = see_evidence(session, asks(town.leader), piece, time.now)
    assert (whole.told, words(whole)) == (True, (NAME, ADDRESS, NOTE, time.now))


def test_a_search_finds_by_hidden_words_only_what_is_told(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str, *, hr: PersonRecord
) -> None:
    piece = keep(installation, town, time, number, "Trussel")
    own = installation.intake.begin()
    own.write(b"mine")
    mine = installation.intake.register(
        own.finish(),
        About(kind="upload", filename="anna-fra-hr.txt"),
        Envelope("web", f"person:{hr.id}"),
        time.now,
    )
    with installation.database.reading() as session:
        whole = see_evidence(session, asks(town.leader), piece, time.now)
        for question, leaders, hers in (
            ("klage-over", [piece], []),
            ("example.dk", [piece], []),
            (whole.sha256 or "", [piece], []),
            ("anna", [piece], [mine.id]),
        ):
            for who, wanted in ((town.leader, leaders), (hr, hers)):
                found = search(session, asks(who), question, time.now)
                assert ([one.id for one in found.rows], found.count) == (wanted, len(wanted))
        everything = list_evidence(session, asks(hr), time.now)
    assert {one.id: one.told for one in everything.rows} == {piece: False, mine.id: True}


def test_at_level_status_custody_names_nobody(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str, *, hr: PersonRecord
) -> None:
    piece = keep(installation, town, time, number, "Trussel")

    with installation.database.reading() as session:
        told = custody_of(session, asks(town.leader), piece, time.now).entries
        status = custody_of(session, asks(hr), piece, time.now).entries
    assert (told[0].act, told[0].who) == (Act.RECEIVED, "Anna Holm")
    assert [one.act for one in status] == [one.act for one in told]
    assert {one.who for one in status} == {None}


def test_evidence_of_a_case_is_paged_without_gap_or_repetition(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    pieces = []
    for place in range(7):
        pieces.append(keep(installation, town, time, number, f"Trussel {place}"))
        time.pass_by(timedelta(seconds=place % 2))  # some in the very same moment

    who, found, after = asks(town.leader), [], None
    with installation.database.reading() as session:
        case = find_case(session, who, number, time.now).case
        for _ in range(4):
            page = evidence_of_case(session, who, case, time.now, after=after, limit=2)
            assert (page.count, page.count_is_exact) == (7, True)
            found += [one.id for one in page.rows]
            after = page.next
    assert after is None
    assert len(found) == 7
    assert set(found) == set(pieces)


def test_timeline_and_custody_go_on_where_they_stopped(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    piece, leader = keep(installation, town, time, number, "Trussel"), asks(town.leader)
    with installation.database.reading() as session:
        case = find_case(session, leader, number, time.now).case
    for _ in range(ENTRIES + 5):
        note_viewing(
            installation, leader, piece, case_id=case.id, purpose="leader:case", now=time.now
        )
        time.pass_by(timedelta(minutes=15))

    with installation.database.reading() as session:
        newest = timeline_of(session, case)
        assert newest.next is not None
        older = timeline_of(session, case, newest.next)
        acts: list[int] = []
        after: int | None = -1
        while after is not None and len(acts) < ENTRIES * 2:
            page = custody_of(session, leader, piece, time.now, after=after)
            assert 0 < len(page.entries) <= SCREENFUL
            acts += [one.position for one in page.entries]
            after = page.next
        read = readers_by(session, [piece])[piece]
        letters = letters_in(session, case)
    positions = [one.position for one in (*newest.entries, *older.entries)]
    assert (len(newest.entries), older.next, newest.count) == (ENTRIES, None, len(positions))
    assert positions == sorted(set(positions), reverse=True)
    assert acts == sorted(set(acts))
    assert len(acts) == ENTRIES + 5 + 2  # received and joined stand before the viewings
    assert (len(read.latest), read.count) == (MOST_READERS, ENTRIES + 5)
    assert read.latest[0].at > read.latest[-1].at
    assert (letters.rows, letters.next, letters.count) == ((), None, 0)
