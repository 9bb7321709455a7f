"""Whom a case concerns: named and taken off by reason, several of them, or the workplace itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from archive.records.cases import CaseRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.access.sealed_account import seal_account, sealed_person
from service.casework.cases.closing import close_case
from service.casework.cases.concerned import (
    name_employee,
    name_workplace,
    owed_in,
    take_off,
)
from service.casework.cases.course import course_of
from service.casework.cases.finding import find_case
from service.casework.cases.listing import circle_of, harassed_in, own_cases, people_in
from service.casework.cases.representatives import untold
from service.casework.cases.steps import end_case_step
from service.casework.triage import open_for_workplace
from service.errors import (
    AlreadyConcerned,
    CaseNotReady,
    FourEyes,
    NameStays,
    NotPermitted,
    PersonNotFound,
    ReasonMissing,
)
from service.installation import Installation
from service.procedure.model import Outcome
from tests.service.casework.cases.opened import (
    ISHOEJ,
    assert_clean,
    employ,
    end_every_step,
    leaves_no_entry,
    open_one,
)
from tests.service.casework.test_triage import arrival
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]
WHY = "Han blev nævnt i det samme opslag."


@pytest.fixture
def number(installation: Installation, town: Town, time: Time) -> str:
    return open_one(installation, town, time)


def name(
    installation: Installation, who: Principal, number: str, person: PersonRecord, time: Time
) -> UUID:
    with installation.database.writing() as session:
        row = name_employee(
            session,
            who,
            number,
            person.id,
            reason=WHY,
            settings=installation.settings,
            now=time.now,
        )
        return row.id


def drop(installation: Installation, who: Principal, number: str, row: UUID, time: Time) -> None:
    with installation.database.writing() as session:
        take_off(
            session, who, number, row, reason=WHY, settings=installation.settings, now=time.now
        )


def test_one_more_employee_sees_the_case_from_then_on_and_no_longer_once_taken_off(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    leader, bent = asks(town.leader), asks(town.bent)
    time.pass_by(timedelta(hours=1))
    row = name(installation, leader, number, town.bent, time)
    with installation.database.reading() as session:
        assert [one.number for one in own_cases(session, bent)] == [number]
        case = find_case(session, bent, number, time.now).case
        assert [one.name for one in harassed_in(session, case)] == ["Anna Holm", "Bent Lund"]

    drop(installation, leader, number, row, time)
    with installation.database.reading() as session:
        assert own_cases(session, bent) == []
        assert [one.number for one in own_cases(session, asks(town.anna))] == [number]
    name(installation, leader, number, town.bent, time)
    assert_clean(installation)


def test_who_reported_it_and_the_last_one_stays(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    leader = asks(town.leader)
    name(installation, leader, number, town.bent, time)
    with installation.database.reading() as session:
        anna = harassed_in(session, find_case(session, leader, number, time.now).case)[0]
    with leaves_no_entry(installation):
        with pytest.raises(NameStays):
            drop(installation, leader, number, anna.id, time)
        with pytest.raises(AlreadyConcerned):
            name(installation, leader, number, town.bent, time)
        with pytest.raises(NotPermitted):
            name(installation, asks(town.archivist), number, town.leader, time)
        with pytest.raises(PersonNotFound), installation.database.writing() as session:
            name_employee(
                session,
                leader,
                number,
                UUID(int=1),
                reason=WHY,
                settings=installation.settings,
                now=time.now,
            )
        with pytest.raises(ReasonMissing), installation.database.writing() as session:
            name_workplace(
                session, leader, number, None, reason=" ", whole="Havn Kommune", now=time.now
            )


def test_a_handler_who_is_concerned_too_gives_the_case_to_the_next_leader(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    above = employ(installation, time, "Oda Oven", "leader", unit=town.centre)
    leader = asks(town.leader)
    time.pass_by(timedelta(hours=1))
    name(installation, leader, number, town.leader, time)
    with installation.database.reading() as session:
        case = find_case(session, asks(above), number, time.now).case
        assert case.handler_id == above.id
        assert [one.person_id for one in circle_of(session, case, time.now)] == [above.id]
    with pytest.raises(FourEyes):
        name(installation, leader, number, town.bent, time)
    assert_clean(installation)


def test_what_was_done_for_each_is_owed_to_one_named_afterwards(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    leader = asks(town.leader)
    end_every_step(installation, leader, number, time)
    time.pass_by(timedelta(hours=1))
    name(installation, leader, number, town.bent, time)
    with installation.database.reading() as session:
        case = find_case(session, leader, number, time.now).case
        found = owed_in(session, case, course_of(session, case))
        assert {one.names for one in found} == {("Bent Lund",)}
        steps = [one.step.id for one in found]
        assert steps == ["12.5", "12.10", "12.11", "12.11-week", "12.11-month"]
    with pytest.raises(CaseNotReady) as refused, installation.database.writing() as session:
        close_case(session, leader, number, time.now)
    assert set(refused.value.missing) == {f"again:{one}" for one in steps}

    time.pass_by(timedelta(hours=1))
    for step in steps:
        with installation.database.writing() as session:
            end_case_step(
                session,
                leader,
                number,
                step,
                outcome=Outcome.WAIVED,
                reason="Også aftalt med Bent",
                now=time.now,
            )
    with installation.database.writing() as session:
        close_case(session, leader, number, time.now)


def test_the_workplace_itself_is_harassed_in_a_unit_or_all_of_it_and_its_representative_is_told(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    vera = employ(installation, time, "Vera Vide", "leader", unit=town.centre, everywhere=True)
    amr = employ(installation, time, "Ada Amr", "amr", unit=town.library)
    chief = employ(installation, time, "Carl Chef", "amr", unit=town.centre, everywhere=True)
    cases: list[CaseRecord] = []
    for unit in (town.library.id, None):
        piece = arrival(installation, time, unit)
        with installation.database.writing() as session:
            cases.append(
                open_for_workplace(
                    session,
                    asks(town.archivist),
                    piece,
                    unit,
                    procedure=ISHOEJ,
                    whole="Havn Kommune",
                    now=time.now,
                )
            )
    with installation.database.reading() as session:
        one, two = (session.get_one(CaseRecord, case.id) for case in cases)
        assert (one.handler_id, two.handler_id) == (town.leader.id, vera.id)
        named = [harassed_in(session, case)[0] for case in (one, two)]
        assert [(row.kind, row.name) for row in named] == [
            ("workplace", "Biblioteket"),
            ("workplace", "Havn Kommune"),
        ]
        for case in (one, two):
            assert course_of(session, case).facts.holds == {"workplace"}
            assert course_of(session, case).facts.harassed == frozenset()
        told = {
            row.case.number: {person.id for person in row.people}
            for row in untold(session, time.now)
        }
    assert told == {one.number: {amr.id}, two.number: {chief.id}}
    assert_clean(installation)


def test_the_workplace_is_named_beside_an_employee_and_taken_off_again(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    leader = asks(town.leader)
    with installation.database.writing() as session:
        row = name_workplace(
            session, leader, number, town.library.id, reason=WHY, whole="Havn", now=time.now
        ).id
    with installation.database.reading() as session:
        case = find_case(session, leader, number, time.now).case
        assert "workplace" in course_of(session, case).facts.holds
    time.pass_by(timedelta(hours=1))
    drop(installation, leader, number, row, time)
    with installation.database.reading() as session:
        case = find_case(session, leader, number, time.now).case
        assert "workplace" not in course_of(session, case).facts.holds


def test_the_sealed_account_is_nobody_whom_a_case_could_concern(
    installation: Installation, town: Town, time: Time, asks: Asks, number: str
) -> None:
    with installation.database.writing() as session:
        seal_account(session, "Den forseglede konto", time.now, actor="system")
        sealed = sealed_person(session)
    assert sealed is not None
    with installation.database.reading() as session:
        names = {name for _id, name in people_in(session)}
        assert town.bent.name in names
        assert sealed.name not in names
    with leaves_no_entry(installation), pytest.raises(PersonNotFound):
        name(installation, asks(town.leader), number, sealed, time)
