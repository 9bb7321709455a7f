"""A case whose handler has left goes on with the nearest leader, who is told; nobody names it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from archive.ledger.log import record
from archive.records.cases import CaseRecord, CircleRecord
from archive.records.people import PersonRecord
from archive.records.tellings import TellingRecord
from service.access.endings import end_person
from service.casework.cases.opening import add_harassed
from service.installation import Installation
from service.jobs.telling import look_for_untold
from tests.service.casework.cases.opened import (
    assert_clean,
    employ,
    kinds,
    leaves_no_entry,
    open_one,
)
from tests.service.conftest import Time, Town

LONG_AGO = timedelta(days=40)


def leaves(installation: Installation, person: PersonRecord, time: Time) -> None:
    with installation.database.writing() as session:
        end_person(session, session.merge(person), time.now, actor="system")


def case_of(installation: Installation, number: str) -> CaseRecord:
    with installation.database.reading() as session:
        return session.scalars(select(CaseRecord).where(CaseRecord.number == number)).one()


def told(installation: Installation, person: PersonRecord) -> list[str]:
    query = select(TellingRecord.kind).where(TellingRecord.person_id == person.id)
    with installation.database.reading() as session:
        return list(session.scalars(query))


def test_the_next_leader_above_takes_it_over_however_old_it_is_and_is_told(
    installation: Installation, town: Town, time: Time
) -> None:
    above = employ(installation, time, "Nina Næste", "leader", unit=town.centre)
    number = open_one(installation, town, time)
    look_for_untold(installation)
    time.pass_by(LONG_AGO)
    leaves(installation, town.leader, time)

    look_for_untold(installation)

    case = case_of(installation, number)
    assert case.handler_id == above.id
    assert told(installation, above) == ["case.handler"]
    with installation.database.reading() as session:
        circle = set(
            session.scalars(select(CircleRecord.person_id).where(CircleRecord.case_id == case.id))
        )
    assert above.id in circle
    assert kinds(installation).count("case.handler_changed") == 1
    assert_clean(installation)
    with leaves_no_entry(installation):
        look_for_untold(installation)


def test_whom_it_is_about_never_takes_it_over_and_a_closed_case_stays(
    installation: Installation, town: Town, time: Time
) -> None:
    above = employ(installation, time, "Nina Næste", "leader", unit=town.centre)
    number, closed = open_one(installation, town, time), open_one(installation, town, time)
    with installation.database.writing() as session:
        case = session.scalars(select(CaseRecord).where(CaseRecord.number == number)).one()
        add_harassed(session, case, session.merge(above), time.now, "system")
        row = session.scalars(select(CaseRecord).where(CaseRecord.number == closed)).one()
        row.closed_at = time.now
        record(session, "case.closed", at=time.now, actor="system", subject=row, case_id=row.id)
    leaves(installation, town.leader, time)

    look_for_untold(installation)

    assert case_of(installation, number).handler_id is None
    assert case_of(installation, closed).handler_id == town.leader.id


def test_a_restricted_case_waits_for_a_leader_and_is_never_left_to_nobody(
    installation: Installation, town: Town, time: Time
) -> None:
    number = open_one(installation, town, time)
    with installation.database.writing() as session:
        case = session.scalars(select(CaseRecord).where(CaseRecord.number == number)).one()
        case.restricted = True
        record(session, "case.restricted", at=time.now, subject=case, case_id=case.id)
    leaves(installation, town.leader, time)
    with leaves_no_entry(installation):
        look_for_untold(installation)

    late = employ(installation, time, "Lis Leder", "leader", unit=town.library)
    look_for_untold(installation)

    assert case_of(installation, number).handler_id == late.id
    assert told(installation, late) == ["case.handler"]
