"""Danger: whoever is on duty is told at once, at any hour, again and again until one takes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from datetime import time as clock_time

import pytest
from sqlalchemy import select

from archive.ledger.log import record
from archive.records.alerts import AlertRecord
from archive.records.cases import NoticeRecord
from archive.records.people import PersonRecord
from archive.records.tellings import UnreachableRecord
from service.access.endings import end_person
from service.access.principal import Principal
from service.casework.cases.alerts import alert_for, alerts_for, take_alert
from service.casework.cases.closing import close_case
from service.casework.cases.steps import state_circumstance
from service.casework.organisation.duties import Hours, add_duty
from service.errors import RowNotFound
from service.installation import Installation
from service.jobs.alerting import tell_duty
from tests.service.casework.cases.opened import assert_clean, employ, end_every_step, open_one
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]
NIGHT = timedelta(hours=14)


@pytest.fixture
def operator(installation: Installation, town: Town, time: Time) -> PersonRecord:
    return employ(installation, time, "Olga Drift", "operator", unit=town.centre, everywhere=True)


@pytest.fixture
def guard(
    installation: Installation, town: Town, time: Time, asks: Asks, operator: PersonRecord
) -> PersonRecord:
    """On duty from four in the afternoon until eight in the morning, every day."""
    person = employ(installation, time, "Vagn Vagt", unit=town.school)
    hours = Hours(
        date(2027, 1, 1), None, frozenset(range(1, 8)), clock_time(16), clock_time(8), place=1
    )
    with installation.database.writing() as session:
        add_duty(session, asks(operator), person.email or "", hours, time.now)
    return person


def danger(
    one: Installation, who: Principal, number: str, time: Time, *, holds: bool = True
) -> None:
    with one.database.writing() as session:
        state_circumstance(session, who, number, "danger", holds=holds, moment=None, now=time.now)


def told(one: Installation) -> list[str]:
    with one.database.reading() as session:
        query = select(NoticeRecord.recipient).where(NoticeRecord.kind == "alert")
        return list(session.scalars(query.order_by(NoticeRecord.made_at, NoticeRecord.recipient)))


def alert(one: Installation) -> AlertRecord:
    with one.database.reading() as session:
        return session.scalars(select(AlertRecord)).one()


def test_whoever_is_on_duty_is_told_at_night_every_five_minutes_until_it_is_taken(
    installation: Installation, town: Town, time: Time, asks: Asks, guard: PersonRecord
) -> None:
    number = open_one(installation, town, time)
    time.pass_by(NIGHT)
    danger(installation, asks(town.leader), number, time)
    danger(installation, asks(town.leader), number, time)  # said twice, it is one alert

    tell_duty(installation)
    tell_duty(installation)
    assert told(installation) == [guard.email]
    time.pass_by(timedelta(minutes=5))
    tell_duty(installation)
    assert told(installation).count(guard.email or "") == 2
    assert len(told(installation)) > 2, "now others are told too"

    with installation.database.writing() as session:
        taken = take_alert(session, asks(guard), alert(installation).id, time.now)
    assert taken.taken_by == guard.name
    before = told(installation)
    time.pass_by(timedelta(hours=1))
    tell_duty(installation)
    assert told(installation) == before
    assert_clean(installation)


def test_where_nobody_is_on_duty_the_handler_and_the_operators_are_told_at_once(
    installation: Installation, town: Town, time: Time, asks: Asks, guard: PersonRecord
) -> None:
    number = open_one(installation, town, time)
    danger(installation, asks(town.leader), number, time)  # at nine in the morning

    tell_duty(installation)

    assert set(told(installation)) == {town.leader.email, "olga.10@kommune.example"}
    assert guard.email not in told(installation)


def test_a_clock_that_is_put_back_keeps_nobody_waiting(
    installation: Installation, town: Town, time: Time, asks: Asks, guard: PersonRecord
) -> None:
    number = open_one(installation, town, time)
    time.pass_by(NIGHT + timedelta(hours=2))  # two hours too fast
    danger(installation, asks(town.leader), number, time)
    tell_duty(installation)
    assert told(installation) == [guard.email]

    time.pass_by(-timedelta(hours=2))
    tell_duty(installation)
    tell_duty(installation)

    assert told(installation).count(guard.email or "") == 2


def test_a_guard_without_an_address_leaves_the_others_told_in_the_first_round(
    installation: Installation, town: Town, time: Time, asks: Asks, guard: PersonRecord
) -> None:
    number = open_one(installation, town, time)
    with installation.database.writing() as session:
        person = session.merge(guard)
        person.email = None
        record(session, "person.changed", at=time.now, subject=person)
    time.pass_by(NIGHT)
    danger(installation, asks(town.leader), number, time)

    tell_duty(installation)

    assert set(told(installation)) == {town.leader.email, "olga.10@kommune.example"}


def test_nobody_is_told_of_danger_in_a_case_that_is_closed(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number = open_one(installation, town, time)
    danger(installation, asks(town.leader), number, time)
    end_every_step(installation, asks(town.leader), number, time)
    with installation.database.writing() as session:
        close_case(session, asks(town.leader), number, time.now)

    tell_duty(installation)

    assert told(installation) == []
    assert alert(installation).over_at == time.now


def test_the_mail_names_nobody_and_leads_to_the_one_act(
    installation: Installation, town: Town, time: Time, asks: Asks, guard: PersonRecord
) -> None:
    number = open_one(installation, town, time)
    time.pass_by(NIGHT)
    danger(installation, asks(town.leader), number, time)
    tell_duty(installation)

    with installation.database.reading() as session:
        message = session.scalars(select(NoticeRecord.message)).one()
    assert f"https://vaern.example/alerts/{alert(installation).id}" in message.replace("=\r\n", "")
    assert "112" in message
    assert town.anna.name.split()[0] not in message
    assert guard.name.split()[0] not in message


def test_an_alert_is_open_to_those_told_to_and_to_nobody_else(
    installation: Installation, town: Town, time: Time, asks: Asks, guard: PersonRecord
) -> None:
    number = open_one(installation, town, time)
    time.pass_by(NIGHT)
    danger(installation, asks(town.leader), number, time)
    row = alert(installation)

    with installation.database.reading() as session:
        seen = alert_for(session, asks(guard), row.id, time.now)
        assert (seen.number, seen.may_see_case) == (number, False)
        assert [one.id for one in alerts_for(session, asks(town.leader), time.now)] == [row.id]
        assert alerts_for(session, asks(town.bent), time.now) == []
        with pytest.raises(RowNotFound):
            alert_for(session, asks(town.bent), row.id, time.now)
    with installation.database.writing() as session, pytest.raises(RowNotFound):
        take_alert(session, asks(town.other_leader), row.id, time.now)


def test_danger_that_is_over_or_a_guard_who_has_left_is_told_no_more(
    installation: Installation, town: Town, time: Time, asks: Asks, guard: PersonRecord
) -> None:
    number = open_one(installation, town, time)
    time.pass_by(NIGHT)
    danger(installation, asks(town.leader), number, time)
    with installation.database.writing() as session:
        end_person(session, session.merge(guard), time.now, actor="system")
    tell_duty(installation)
    assert guard.email not in told(installation)

    time.pass_by(timedelta(minutes=1))
    danger(installation, asks(town.leader), number, time, holds=False)
    before = told(installation)
    time.pass_by(timedelta(hours=1))
    tell_duty(installation)
    assert told(installation) == before
    time.pass_by(timedelta(minutes=1))
    danger(installation, asks(town.leader), number, time)
    tell_duty(installation)
    assert len(told(installation)) > len(before), "danger anew is an alert anew"


def test_where_no_mail_reaches_the_one_on_duty_others_are_told_in_the_first_round(
    installation: Installation,
    town: Town,
    time: Time,
    asks: Asks,
    guard: PersonRecord,
) -> None:
    with installation.database.writing() as session:
        on_duty = session.get_one(PersonRecord, guard.id)
        on_duty.email = "vagn at kommune"
        record(session, "person.changed", at=time.now, subject=on_duty)
    number = open_one(installation, town, time)
    time.pass_by(NIGHT)
    danger(installation, asks(town.leader), number, time)

    tell_duty(installation)

    assert len(told(installation)) == 2, "whoever handles the case, and whoever runs Værn"
    assert town.leader.email in told(installation)
    with installation.database.reading() as session:
        assert session.scalars(select(UnreachableRecord.code)).all() == ["not_an_address"]
