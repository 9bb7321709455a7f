"""Who is away, who stands in and who is on duty, as the tables have it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from datetime import time as hour

import pytest

from archive.records.people import PersonRecord
from service.access.endings import end_person
from service.access.principal import Principal
from service.casework.organisation.away import (
    Span,
    absences_of,
    answers_for,
    deputies_of,
    end_absence,
    end_deputy,
    enter_absence,
    enter_deputy,
)
from service.casework.organisation.duties import (
    Hours,
    add_duty,
    end_duty,
    listed_duties,
    on_duty_now,
)
from service.errors import DeputyUnknown, NotOneself, NotPermitted, PersonNotFound, RowNotFound
from service.installation import Installation
from tests.service.casework.cases.opened import assert_clean, employ, kinds
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]
NIGHT = Hours(date(2027, 2, 1), None, frozenset(range(1, 8)), hour(16), hour(8))
DAY = timedelta(days=1)


@pytest.fixture
def operator(installation: Installation, time: Time, town: Town, asks: Asks) -> Principal:
    return asks(employ(installation, time, "Dorte Drift", "operator", unit=town.centre))


def test_notices_for_somebody_who_is_away_go_to_their_deputy(
    installation: Installation, town: Town, time: Time, asks: Asks, operator: Principal
) -> None:
    leader = asks(town.leader)
    before = kinds(installation)
    with installation.database.writing() as session:
        span = Span(time.now, time.now + 3 * DAY)
        enter_deputy(session, leader, town.leader.id, "OLE@kommune.example ", span, now=time.now)
        assert answers_for(session, town.leader.id, time.now).person_id == town.leader.id
        enter_absence(session, leader, town.leader.id, span, time.now)
    with installation.database.reading() as session:
        found = answers_for(session, town.leader.id, time.now)
        assert (found.person_id, found.through) == (town.other_leader.id, (town.leader.id,))
        later = answers_for(session, town.leader.id, time.now + 3 * DAY)
        assert later.person_id == town.leader.id
        (line,) = deputies_of(session, operator, town.leader.id, time.now)
        assert (line.name, line.has_left) == ("Ole Anden", False)
    with installation.database.writing() as session:
        end_person(session, session.merge(town.other_leader), time.now, actor="system")
    with installation.database.reading() as session:
        assert answers_for(session, town.leader.id, time.now).person_id is None
    entries = ["deputy.entered", "absence.entered", "person.ended"]
    assert kinds(installation)[len(before) :] == entries
    assert_clean(installation)


def test_one_enters_and_ends_ones_own_and_nobody_elses(
    installation: Installation, town: Town, time: Time, asks: Asks, operator: Principal
) -> None:
    anna, bent = asks(town.anna), asks(town.bent)
    span = Span(time.now, None)
    with installation.database.writing() as session:
        with pytest.raises(PersonNotFound):
            enter_absence(session, bent, town.anna.id, span, time.now)
        with pytest.raises(NotOneself):
            enter_deputy(session, anna, town.anna.id, "anna@kommune.example", span, now=time.now)
        with pytest.raises(DeputyUnknown):
            enter_deputy(session, anna, town.anna.id, "nobody@x.dk", span, now=time.now)
        enter_absence(session, anna, town.anna.id, span, time.now)
        enter_deputy(session, operator, town.anna.id, "bent@kommune.example", span, now=time.now)
    time.pass_by(DAY)
    with installation.database.writing() as session:
        (away,) = absences_of(session, anna, town.anna.id, time.now)
        (deputy,) = deputies_of(session, anna, town.anna.id, time.now)
        assert absences_of(session, bent, town.anna.id, time.now) == ()
        assert deputies_of(session, bent, town.anna.id, time.now) == ()
        with pytest.raises(RowNotFound):
            end_absence(session, bent, away.id, time.now)
        with pytest.raises(RowNotFound):
            end_deputy(session, bent, deputy.id, time.now)
        assert end_absence(session, operator, away.id, time.now) == town.anna.id
        assert end_deputy(session, anna, deputy.id, time.now) == town.anna.id
        with pytest.raises(RowNotFound):
            end_absence(session, anna, away.id, time.now)
        assert absences_of(session, anna, town.anna.id, time.now) == ()
    assert_clean(installation)


def test_an_absence_to_come_is_taken_back_without_a_trace_in_the_list(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    anna = asks(town.anna)
    with installation.database.writing() as session:
        enter_absence(session, anna, town.anna.id, Span(time.now + DAY, None), time.now)
        (away,) = absences_of(session, anna, town.anna.id, time.now)
        end_absence(session, anna, away.id, time.now)
        assert absences_of(session, anna, town.anna.id, time.now) == ()
        assert answers_for(session, town.anna.id, time.now + 2 * DAY).person_id == town.anna.id


def test_a_deputy_answers_the_duty_of_whoever_is_away_and_nobody_is_called_twice(
    installation: Installation, town: Town, time: Time, asks: Asks, operator: Principal
) -> None:
    with installation.database.writing() as session:
        first = add_duty(session, operator, "anna@kommune.example", NIGHT, time.now)
        second = replace(NIGHT, place=2)
        add_duty(session, operator, "bent@kommune.example", second, time.now)
    evening = time.now.replace(hour=20)

    def called() -> list[tuple[str, str | None]]:
        with installation.database.reading() as looking:
            return [(one.name, one.instead_of) for one in on_duty_now(looking, evening)]

    assert called() == [("Anna Holm", None), ("Bent Lund", None)]
    with installation.database.reading() as looking:
        assert on_duty_now(looking, evening.replace(hour=12)) == ()
    with installation.database.writing() as session:
        anna = asks(town.anna)
        enter_absence(session, anna, town.anna.id, Span(time.now, None), time.now)
    assert called() == [("Bent Lund", None)]
    with installation.database.writing() as session:
        span = Span(time.now, None)
        enter_deputy(session, anna, town.anna.id, "mette@kommune.example", span, now=time.now)
    assert called() == [("Mette Leder", "Anna Holm"), ("Bent Lund", None)]
    with installation.database.writing() as session:
        end_duty(session, operator, first.id, time.now)
        end_person(session, session.merge(town.bent), time.now, actor="system")
    assert called() == []
    with installation.database.reading() as looking:
        assert listed_duties(looking, time.now) == ()
    assert_clean(installation)


def test_only_those_who_run_vaern_change_the_duty_list(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    for one in (town.leader, town.lawyer, town.anna):
        with installation.database.writing() as session, pytest.raises(NotPermitted):
            add_duty(session, asks(one), "anna@kommune.example", NIGHT, time.now)
