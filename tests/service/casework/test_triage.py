"""Til fordeling: what waits, for whom, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select

from archive.errors import EvidenceNotFound
from archive.intake.receive import About, Envelope
from archive.records.cases import CaseEvidenceRecord, HarassedRecord
from archive.records.evidence import EvidenceRecord, EvidenceState
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework import triage
from service.casework.mail.sorting import Unsorted, leave_unsorted
from service.errors import AlreadyDecided, CaseNotFound, NotPermitted, PersonNotFound, ReasonMissing
from service.installation import Installation
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
