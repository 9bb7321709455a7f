"""Opening a case: numbers without gaps, the nearest leader, accounts and evidence once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from archive.intake.receive import About, Envelope
from archive.records.cases import AccountRecord, CaseEvidenceRecord, CaseNumberRecord, CaseRecord
from archive.records.evidence import EvidenceRecord
from archive.records.people import PersonRecord, RoleRecord
from service.access.people import give_role
from service.casework.cases.course import shipped_procedure
from service.casework.cases.handling import nearest_leader
from service.casework.cases.numbering import next_number
from service.casework.cases.opening import (
    AccountSeen,
    add_account,
    join_evidence,
    open_case,
    reads_before,
)
from service.installation import Installation
from tests.service.conftest import Time, Town
from tests.service.jobs.following import every


def test_numbers_run_without_gaps_even_where_an_opening_fails(
    installation: Installation, time: Time
) -> None:
    taken = []
    for fails in (False, True, False, True, True, False):
        try:
            with installation.database.writing() as session:
                taken.append(next_number(session, time.now))
                if fails:
                    session.execute(text("no statement"))
        except DatabaseError:
            taken.pop()

    assert taken == ["2027-001", "2027-002", "2027-003"]


def test_the_year_is_that_of_the_town_and_numbers_grow_beyond_three_digits(
    installation: Installation,
) -> None:
    new_year = datetime(2027, 12, 31, 23, 30, tzinfo=UTC)
    with installation.database.writing() as session:
        session.add(CaseNumberRecord(year=2028, last=999))
        session.flush()
        assert next_number(session, new_year) == "2028-1000"
        assert next_number(session, new_year - timedelta(hours=1)) == "2027-001"


def test_many_at_once_in_a_new_year_get_different_numbers(
    installation: Installation, open_again: Callable[[], Installation], time: Time
) -> None:
    taken: list[str] = []

    def take(house: Installation) -> None:
        for _ in range(5):
            with house.database.writing() as session:
                number = next_number(session, time.now)
            taken.append(number)

    houses = (installation, open_again())
    threads = [threading.Thread(target=take, args=(house,)) for house in houses * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(taken) == [f"2027-{number:03d}" for number in range(1, 21)]


def test_the_handler_is_the_nearest_leader_and_never_the_one_concerned(
    installation: Installation, town: Town, time: Time
) -> None:
    def leader_of(person: PersonRecord) -> str | None:
        with installation.database.reading() as session:
            found = nearest_leader(session, person.unit_id, {person.id}, time.now)
            return found.name if found else None

    assert leader_of(town.anna) == "Mette Leder"
    assert leader_of(town.leader) is None
    with installation.database.writing() as session:
        chief = session.get_one(PersonRecord, town.archivist.id)
        give_role(session, chief, "leader", unit_id=town.centre.id, now=time.now, actor="system")
    assert leader_of(town.leader) == "Arne Arkiv"
    assert leader_of(town.bent) == "Ole Anden"


def test_a_role_that_has_ended_leads_nothing(
    installation: Installation, town: Town, time: Time
) -> None:
    from archive.ledger.log import record

    with installation.database.writing() as session:
        role = session.query(RoleRecord).filter_by(person_id=town.leader.id).one()
        role.until = time.now
        record(session, "role.ended", at=time.now)

    with installation.database.reading() as session:
        assert nearest_leader(session, town.library.id, set(), time.now) is None


@pytest.mark.parametrize("times", [1, 3])
def test_accounts_and_evidence_stand_once_however_often_they_come(
    installation: Installation, town: Town, time: Time, times: int
) -> None:
    kept = installation.intake.receive(b"x", About(), Envelope("upload"), time.now)
    account = AccountSeen("mail", "Gert Vred", "gert@vred.example", "attached")
    with installation.database.writing() as session:
        evidence = session.get_one(EvidenceRecord, kept.id)
        case = open_case(
            session,
            procedure=shipped_procedure("ishoej"),
            unit_id=town.library.id,
            harassed=[town.anna, town.bent],
            accounts=[account],
            evidence=[evidence],
            now=time.now,
        )
        for _ in range(times):
            add_account(session, case, account, time.now, "system")
            join_evidence(session, case, evidence, time.now, "system")

    assert len(every(installation, AccountRecord)) == 1
    assert len(every(installation, CaseEvidenceRecord)) == 1
    (row,) = every(installation, CaseRecord)
    assert row.handler_id == town.leader.id
    # Monday 10.00 in the town; the procedure's first step gives four working hours.
    assert reads_before(row) == time.now + timedelta(hours=4)
