"""Til fordeling: what waits, for whom, and what becomes of it."""

from __future__ import annotations

import time as real_time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select, text

from archive.errors import EvidenceNotFound
from archive.intake.receive import About, Envelope
from archive.ledger.log import record
from archive.records.cases import CaseEvidenceRecord, CaseRecord, HarassedRecord
from archive.records.evidence import EvidenceRecord, EvidenceState
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework import triage
from service.casework.mail.sorting import Unsorted, leave_unsorted
from service.errors import (
    AlreadyDecided,
    CaseClosed,
    CaseNotFound,
    NotPermitted,
    PersonNotFound,
    ReasonMissing,
)
from service.installation import Installation
from tests.service.casework.cases.opened import open_one
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]


def arrival(
    installation: Installation, time: Time, unit_id: UUID | None = None, *, said: bool = True
) -> UUID:
    kept = installation.intake.receive(
        f"{unit_id}{said}{time.now}".encode(),
        About(kind="mail", unit_id=unit_id),
        Envelope("smtp"),
        time.now,
    )
    with installation.database.writing() as session:
        row = session.get_one(EvidenceRecord, kept.id)
        row.state = EvidenceState.READ
        if said:
            leave_unsorted(session, row, Unsorted.SENDER_UNKNOWN, time.now)
    return kept.id


def waits(installation: Installation, who: Principal, time: Time) -> dict[UUID, str]:
    with installation.database.reading() as session:
        return {one.evidence.id: one.why for one in triage.waiting(session, who, time.now)}


def test_the_archivist_sees_all_that_waits_and_a_leader_what_is_of_their_unit(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    mail = arrival(installation, time)
    upload = arrival(installation, time, town.library.id, said=False)

    assert waits(installation, asks(town.archivist), time) == {
        mail: "sender_unknown",
        upload: "no_case",
    }
    assert waits(installation, asks(town.leader), time) == {upload: "no_case"}
    assert waits(installation, asks(town.other_leader), time) == {}
    with pytest.raises(NotPermitted):
        waits(installation, asks(town.anna), time)


def test_what_is_opened_or_joined_waits_no_more(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    first, second = arrival(installation, time), arrival(installation, time, said=False)
    archivist = asks(town.archivist)

    with installation.database.writing() as session:
        case = triage.open_for(
            session, archivist, first, town.anna.id, procedure="ishoej", now=time.now
        )
    with installation.database.writing() as session:
        triage.join(session, archivist, second, case.number, time.now)

    assert waits(installation, archivist, time) == {}
    with installation.database.reading() as session:
        joined = set(session.scalars(select(CaseEvidenceRecord.evidence_id)))
        harassed = session.scalars(select(HarassedRecord.person_id)).all()
    assert joined == {first, second}
    assert harassed == [town.anna.id]
    assert (case.handler_id, case.unit_id) == (town.leader.id, town.library.id)


def test_what_is_set_aside_waits_no_more_and_is_kept(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    mail = arrival(installation, time)
    archivist = asks(town.archivist)

    with installation.database.writing() as session:
        with pytest.raises(ReasonMissing):
            triage.set_aside(session, archivist, mail, "  ", time.now)
        triage.set_aside(session, archivist, mail, "Reklame", time.now)

    assert waits(installation, archivist, time) == {}
    with installation.database.writing() as session, pytest.raises(AlreadyDecided):
        triage.set_aside(session, archivist, mail, "Igen", time.now)


def test_nobody_sorts_what_is_hidden_from_them_nor_into_what_is(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    mail, own = arrival(installation, time), arrival(installation, time, town.library.id)
    leader = asks(town.leader)

    with installation.database.writing() as session:
        with pytest.raises(EvidenceNotFound):
            triage.set_aside(session, leader, mail, "x", time.now)
        with pytest.raises(CaseNotFound):
            triage.join(session, leader, own, "2027-001", time.now)
        with pytest.raises(NotPermitted):
            triage.open_for(session, leader, own, town.bent.id, procedure="ishoej", now=time.now)
        with pytest.raises(PersonNotFound):
            triage.open_for(session, leader, own, mail, procedure="ishoej", now=time.now)


@pytest.mark.parametrize(
    "database_url",
    [pytest.param("postgresql", marks=pytest.mark.postgresql)],
    indirect=True,
)
def test_a_join_waits_for_the_case_before_it_takes_the_evidence_as_an_upload_does(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    """Held the other way round, an upload and a join could wait for each other for ever."""
    evidence_id = arrival(installation, time)
    number = open_one(installation, town, time)
    archivist = asks(town.archivist)

    def join() -> str:
        with installation.database.writing() as session:
            return triage.join(session, archivist, evidence_id, number, time.now).number

    with ThreadPoolExecutor(1) as pool:
        with installation.database.writing() as upload:
            case = select(CaseRecord).where(CaseRecord.number == number)
            upload.scalars(case.with_for_update(key_share=True)).one()
            joining = pool.submit(join)
            wait_until_one_waits_for_a_lock(installation)
            evidence = select(EvidenceRecord).where(EvidenceRecord.id == evidence_id)
            upload.scalars(evidence.with_for_update(key_share=True, nowait=True)).one()
        assert joining.result(30) == number


@pytest.mark.parametrize(
    "database_url",
    [pytest.param("postgresql", marks=pytest.mark.postgresql)],
    indirect=True,
)
def test_what_is_sorted_while_its_case_is_being_closed_does_not_slip_into_it(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    evidence_id = arrival(installation, time)
    number = open_one(installation, town, time)
    archivist = asks(town.archivist)

    def join() -> str:
        try:
            with installation.database.writing() as session:
                triage.join(session, archivist, evidence_id, number, time.now)
        except CaseClosed:
            return "told"
        return "joined"

    with ThreadPoolExecutor(1) as pool:
        with installation.database.writing() as closing:
            case = select(CaseRecord).where(CaseRecord.number == number).with_for_update()
            closed = closing.scalars(case).one()
            joining = pool.submit(join)
            wait_until_one_waits_for_a_lock(installation)
            closed.closed_at, closed.closed_by = time.now, "system"
            record(closing, "case.closed", at=time.now, subject=closed, case_id=closed.id)
        assert joining.result(30) == "told"
    assert list(waits(installation, archivist, time)) == [evidence_id]


def wait_until_one_waits_for_a_lock(installation: Installation) -> None:
    """Return once another transaction of this database stands before a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(600):
        with installation.database.reading() as session:
            if session.scalar(waiting):
                return
        real_time.sleep(0.05)
    raise AssertionError("nobody waits")
