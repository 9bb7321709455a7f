"""Who finds a case, and who may act on it: the invisible is not found, the rest is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from archive.records.people import PersonRecord
from service.access.endings import end_role
from service.access.people import give_role
from service.access.principal import Principal
from service.access.rights import Level
from service.casework.cases.closing import close_case
from service.casework.cases.course import shipped_procedure
from service.casework.cases.finding import case_for, find_case, may_on
from service.casework.cases.listing import list_cases, own_cases
from service.casework.cases.opening import open_case
from service.casework.cases.steps import end_case_step, state_circumstance
from service.errors import CaseClosed, CaseNotFound, NotPermitted
from service.installation import Installation
from service.procedure.model import Outcome
from tests.service.casework.cases.opened import (
    employ,
    end_every_step,
    leaves_no_entry,
    open_one,
    roles_of,
)
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]


def level(installation: Installation, who: Principal, number: str, time: Time) -> Level:
    with installation.database.reading() as session:
        return find_case(session, who, number, time.now).level


def numbers(installation: Installation, who: Principal, time: Time) -> list[str]:
    with installation.database.reading() as session:
        return [one.number for one in list_cases(session, who, time.now)]


def test_each_finds_the_case_with_as_much_of_it_as_the_table_says(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number = open_one(installation, town, time)

    assert level(installation, asks(town.leader), number, time) is Level.FULL
    assert level(installation, asks(town.lawyer), number, time) is Level.FULL
    assert level(installation, asks(town.archivist), number, time) is Level.STATUS
    assert level(installation, asks(town.anna), number, time) is Level.STATUS


def test_another_units_leader_and_a_colleague_do_not_find_it_nor_see_it_in_a_list(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number = open_one(installation, town, time)

    for person in (town.other_leader, town.bent):
        who = asks(person)
        with pytest.raises(CaseNotFound):
            level(installation, who, number, time)
        assert numbers(installation, who, time) == []
        with leaves_no_entry(installation), pytest.raises(CaseNotFound):
            act_on(installation, who, number, time)


def test_a_number_that_does_not_exist_is_refused_in_the_same_way(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    with pytest.raises(CaseNotFound):
        level(installation, asks(town.leader), "2027-999", time)


def test_whoever_sees_a_case_but_may_not_act_on_it_is_told_so(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number = open_one(installation, town, time)

    for person in (town.anna, town.archivist, town.lawyer):
        with leaves_no_entry(installation), pytest.raises(NotPermitted):
            act_on(installation, asks(person), number, time)


def test_a_leader_reaches_the_units_beneath_theirs_and_not_those_above(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    chief = employ(installation, time, "Carl Chef", "leader", unit=town.centre)
    below = open_one(installation, town, time)
    above = open_one(installation, town, time, unit=town.centre, harassed=[])

    assert sorted(numbers(installation, asks(chief), time)) == [below, above]
    assert numbers(installation, asks(town.leader), time) == [below]


def test_a_case_without_a_unit_is_seen_only_by_those_who_see_all(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    with installation.database.writing() as session:
        case = open_case(
            session,
            procedure=shipped_procedure("ishoej"),
            unit_id=None,
            harassed=[],
            accounts=[],
            evidence=[],
            now=time.now,
        )
        number = case.number

    assert numbers(installation, asks(town.leader), time) == []
    assert numbers(installation, asks(town.archivist), time) == [number]


def test_a_centre_chief_sees_only_cases_marked_as_serious(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    chief = employ(installation, time, "Carl Chef", "centre_chief", unit=town.centre)
    number = open_one(installation, town, time)
    assert numbers(installation, asks(chief), time) == []

    state(installation, asks(town.leader), number, time, holds=True)
    assert level(installation, asks(chief), number, time) is Level.FULL

    time.pass_by(timedelta(minutes=1))
    state(installation, asks(town.leader), number, time, holds=False)
    assert numbers(installation, asks(chief), time) == []


def test_an_employee_finds_the_cases_in_which_they_are_concerned_and_no_others(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    hers = open_one(installation, town, time)
    open_one(installation, town, time, harassed=[town.bent])

    with installation.database.reading() as session:
        assert [one.number for one in own_cases(session, asks(town.anna))] == [hers]
    assert numbers(installation, asks(town.anna), time) == [hers]


def test_a_role_that_has_ended_or_not_begun_reaches_nothing(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number = open_one(installation, town, time)
    with installation.database.writing() as session:
        begins = time.now + timedelta(hours=1)
        give_role(session, town.bent, "lawyer", unit_id=None, now=begins, actor="system")
    assert numbers(installation, asks(town.bent), time) == []

    time.pass_by(timedelta(hours=2))
    assert numbers(installation, asks(town.bent), time) == [number]

    with installation.database.writing() as session:
        (held,) = roles_of(installation, town.bent)
        end_role(session, session.merge(held), time.now, actor="system")
    assert numbers(installation, asks(town.bent), time) == []


def test_nothing_changes_in_a_closed_case_but_it_is_still_found(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, who = open_one(installation, town, time), asks(town.leader)
    end_every_step(installation, who, number, time)
    with installation.database.writing() as session:
        close_case(session, who, number, time.now)

    with leaves_no_entry(installation), pytest.raises(CaseClosed):
        act_on(installation, who, number, time)
    with leaves_no_entry(installation), pytest.raises(CaseClosed):
        state(installation, who, number, time, holds=True)
    with installation.database.reading() as session:
        case = find_case(session, who, number, time.now).case
        assert not may_on(session, who, case, "case.step", time.now)
        closed = list_cases(session, who, time.now, closed=True)
    assert [one.number for one in closed] == [number]


def test_a_page_that_only_asks_whether_an_act_is_open_takes_no_lock(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    """PostgreSQL refuses `FOR UPDATE` in a read-only session."""
    number = open_one(installation, town, time)

    with installation.database.reading() as session:
        case = case_for(session, asks(town.leader), number, "case.close", time.now)

    assert case.number == number


def act_on(installation: Installation, who: Principal, number: str, time: Time) -> None:
    with installation.database.writing() as session:
        end_case_step(
            session, who, number, "12.1", outcome=Outcome.WAIVED, reason="x", now=time.now
        )


def state(
    installation: Installation, who: Principal, number: str, time: Time, *, holds: bool
) -> None:
    with installation.database.writing() as session:
        state_circumstance(session, who, number, "serious", holds=holds, moment=None, now=time.now)
