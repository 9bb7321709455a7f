"""Somebody says of themselves that they are in danger: one alert however often they press."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from datetime import time as clock_time

import pytest
from sqlalchemy import select

from archive.records.alerts import AlertRecord
from archive.records.cases import CaseRecord, HarassedRecord, NoticeRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.cases.alerts import NAMED, Alert, alert_for, alerts_for, take_alert
from service.casework.cases.closing import close_case
from service.casework.cases.course import course_of, shipped_procedure
from service.casework.cases.danger import (
    SHOWN,
    own_alert,
    say_danger,
    stands_or_stood_lately,
    write_to_duty,
)
from service.casework.organisation.duties import Hours, add_duty
from service.errors import ReasonMissing, RowNotFound
from service.installation import Installation
from service.jobs.alerting import tell_duty
from tests.service.casework.cases.opened import (
    ISHOEJ,
    assert_clean,
    employ,
    end_every_step,
    kinds,
    open_one,
)
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]


@pytest.fixture
def guard(installation: Installation, town: Town, time: Time, asks: Asks) -> PersonRecord:
    """On duty at all hours."""
    operator = employ(installation, time, "Olga Drift", "operator", unit=town.centre)
    person = employ(installation, time, "Vagn Vagt", unit=town.school)
    on_duty(installation, time, asks(operator), person)
    return person


def on_duty(one: Installation, time: Time, who: Principal, person: PersonRecord) -> None:
    hours = Hours(
        date(2027, 1, 1), None, frozenset(range(1, 8)), clock_time(0), clock_time(0), place=1
    )
    with one.database.writing() as session:
        add_duty(session, who, person.email or "", hours, time.now)


def press(
    one: Installation, who: Principal, time: Time, *, seen: object = None, case: str | None = None
) -> AlertRecord:
    with one.database.writing() as session:
        return say_danger(
            session,
            who,
            time.now,
            procedure=shipped_procedure(ISHOEJ),
            seen=seen,  # type: ignore[arg-type]  # a row's id or None
            number=case,
        )


def alerts(one: Installation) -> list[AlertRecord]:
    with one.database.reading() as session:
        return list(session.scalars(select(AlertRecord).order_by(AlertRecord.raised_at)))


def numbers(one: Installation) -> list[str]:
    with one.database.reading() as session:
        return list(session.scalars(select(CaseRecord.number).order_by(CaseRecord.opened_at)))


def waiting(one: Installation, who: Principal, time: Time) -> list[Alert]:
    with one.database.reading() as session:
        return alerts_for(session, who, time.now)


def take(one: Installation, who: Principal, time: Time, alert: AlertRecord) -> None:
    with one.database.writing() as session:
        take_alert(session, who, alert.id, time.now)


def test_without_a_case_one_is_opened_and_those_on_duty_learn_who_it_is(
    installation: Installation, town: Town, time: Time, asks: Asks, guard: PersonRecord
) -> None:
    anna, vagn = asks(town.anna), asks(guard)
    alert = press(installation, anna, time)

    with installation.database.reading() as session:
        case = session.get_one(CaseRecord, alert.case_id)
        harassed = session.scalars(select(HarassedRecord.person_id)).all()
        assert case.handler_id == town.leader.id
        assert harassed == [town.anna.id]
        assert "danger" in course_of(session, case).facts.holds
    (told,) = waiting(installation, vagn, time)
    assert told.in_danger is not None
    assert (told.in_danger.name, told.in_danger.unit) == (town.anna.name, town.library.name)
    assert not told.may_see_case
    tell_duty(installation)
    with installation.database.reading() as session:
        sent = session.scalars(select(NoticeRecord).where(NoticeRecord.kind == "alert")).one()
        assert sent.recipient == guard.email
        assert town.anna.name not in sent.message
    take(installation, vagn, time, alert)
    with installation.database.reading() as session:
        told_anna = own_alert(session, anna, time.now)
        assert told_anna is not None
        assert told_anna.taken_by == guard.name
    assert_clean(installation)


def test_a_second_press_is_the_same_alert_also_once_somebody_has_taken_it(
    installation: Installation, town: Town, time: Time, asks: Asks, guard: PersonRecord
) -> None:
    anna = asks(town.anna)
    first = press(installation, anna, time)
    before = kinds(installation)
    time.pass_by(timedelta(seconds=1))
    assert press(installation, anna, time).id == first.id
    take(installation, asks(guard), time, first)
    assert press(installation, anna, time).id == first.id, "the same form, sent again"
    assert kinds(installation) == [*before, "alert.taken"]

    again = press(installation, anna, time, seen=first.id)
    assert again.id != first.id, "whoever has seen that it was taken says it anew"
    assert again.case_id == first.case_id
    assert len(numbers(installation)) == 1
    assert_clean(installation)


def test_two_presses_at_once_are_one_alert_in_one_case(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    anna = asks(town.anna)
    with ThreadPoolExecutor(4) as several:
        list(several.map(lambda _: press(installation, anna, time).id, range(8)))

    assert len(alerts(installation)) == len(numbers(installation)) == 1
    assert_clean(installation)


def test_it_belongs_to_the_case_that_was_named_or_to_the_latest_open_one(
    installation: Installation, town: Town, time: Time, asks: Asks, guard: PersonRecord
) -> None:
    anna, vagn = asks(town.anna), asks(guard)
    older = open_one(installation, town, time)
    time.pass_by(timedelta(hours=1))
    newer = open_one(installation, town, time)
    others = open_one(installation, town, time, harassed=[town.bent])

    found = []
    latest = None
    for named in (older, None, others):
        alert = press(installation, anna, time, seen=latest, case=named)
        take(installation, vagn, time, alert)
        time.pass_by(timedelta(minutes=1))
        latest = alert.id
        with installation.database.reading() as session:
            found.append(session.get_one(CaseRecord, alert.case_id).number)
    assert found == [older, newer, newer], "somebody else's case is never theirs to name"


def test_a_closed_case_is_not_opened_again_but_a_new_one_is(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    leader = asks(town.leader)
    number = open_one(installation, town, time)
    end_every_step(installation, leader, number, time)
    with installation.database.writing() as session:
        close_case(session, leader, number, time.now)

    press(installation, asks(town.anna), time)

    assert len(numbers(installation)) == 2


def test_whoever_is_in_danger_is_not_the_one_who_is_told_nor_who_takes_it(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    olga = asks(employ(installation, time, "Olga Drift", "operator", unit=town.centre))
    on_duty(installation, time, olga, town.anna)
    anna = asks(town.anna)
    alert = press(installation, anna, time)

    tell_duty(installation)
    with installation.database.reading() as session:
        told = set(session.scalars(select(NoticeRecord.recipient)))
        assert own_alert(session, anna, time.now) is not None
    assert told == {town.leader.email, "olga.10@kommune.example"}
    assert waiting(installation, anna, time) == []
    with installation.database.writing() as session, pytest.raises(RowNotFound):
        take_alert(session, anna, alert.id, time.now)


def test_where_nobody_can_be_told_the_page_says_so(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    alone = employ(installation, time, "Ene Alene", unit=town.school)
    press(installation, asks(alone), time)
    with installation.database.reading() as session:
        told = own_alert(session, asks(alone), time.now)
    assert told is not None
    assert told.reachable == (town.other_leader.email is not None)

    nobodys = employ(installation, time, "Ingen Enhed", unit=town.centre)
    press(installation, asks(nobodys), time)
    with installation.database.reading() as session:
        told = own_alert(session, asks(nobodys), time.now)
    assert told is not None
    assert not told.reachable


def test_their_words_reach_those_on_duty_and_nobody_else_writes_them(
    installation: Installation, town: Town, time: Time, asks: Asks, guard: PersonRecord
) -> None:
    anna = asks(town.anna)
    alert = press(installation, anna, time)
    with installation.database.writing() as session:
        write_to_duty(session, anna, alert.id, " På lageret, ring 20 30 40 50 ", time.now)
    (told,) = waiting(installation, asks(guard), time)
    assert told.in_danger is not None
    assert told.in_danger.words == "På lageret, ring 20 30 40 50"

    for who, words, refused in (
        (asks(town.bent), "Bent", RowNotFound),
        (asks(town.leader), "Leder", RowNotFound),
        (anna, "  ", ReasonMissing),
    ):
        with installation.database.writing() as session, pytest.raises(refused):
            write_to_duty(session, who, alert.id, words, time.now)
    assert_clean(installation)


def test_the_page_tells_of_it_for_half_a_day_after_it_was_taken(
    installation: Installation, town: Town, time: Time, asks: Asks, guard: PersonRecord
) -> None:
    anna = asks(town.anna)
    alert = press(installation, anna, time)
    take(installation, asks(guard), time, alert)
    page = (asks(guard), alert.id)
    for passed, named in ((timedelta(), True), (SHOWN, True), (NAMED, False)):
        with installation.database.reading() as session:
            told = alert_for(session, *page, time.now + passed)
        assert (told.in_danger is not None) is named
        assert told.taken_by == guard.name
    for passed, shown in ((timedelta(), True), (SHOWN, False)):
        time.pass_by(passed)
        with installation.database.reading() as session:
            assert stands_or_stood_lately(session, anna, time.now) is shown
