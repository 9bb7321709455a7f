"""Reminders of what runs out: in time, while somebody is at work, once, and not of what is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from archive.records.cases import NoticeRecord
from archive.records.people import PersonRecord
from archive.records.tellings import TellingRecord
from service.access.principal import Principal
from service.casework.cases.steps import state_known_facts
from service.casework.organisation.away import Span, enter_absence, enter_deputy
from service.casework.telling.asking import A_WHILE
from service.installation import Installation
from service.jobs.reminding import Reminding
from service.jobs.telling import tell_due
from tests.service.casework.cases.opened import assert_clean, employ, end_every_step, open_one
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]


def wall(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Copenhagen"))  # type: ignore[arg-type,misc]  # day and time


def threatened(one: Installation, town: Town, time: Time, asks: Asks) -> str:
    """Open a case in which there was a threat: the police have 72 hours."""
    number = open_one(one, town, time)
    with one.database.writing() as session:
        leader, holds = asks(town.leader), frozenset({"threat"})
        state_known_facts(session, leader, number, holds=holds, incident=None, now=time.now)
    return number


def reminded(one: Installation, of: str = "clock:police") -> list[TellingRecord]:
    with one.database.reading() as session:
        rows = session.scalars(select(TellingRecord).where(TellingRecord.kind == "case.deadline"))
        return [row for row in rows if row.facts["of"] == of]


def look(one: Installation, *times: Reminding) -> None:
    for each in times or (Reminding(),):
        each.look(one)


def test_the_police_clock_is_told_a_day_before_and_on_friday_where_it_runs_out_on_sunday(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    time.now = wall(2027, 2, 4, 10)  # a Thursday
    threatened(installation, town, time, asks)
    time.now = wall(2027, 2, 5, 15, 50)
    look(installation)
    assert reminded(installation) == []

    time.now = wall(2027, 2, 5, 16)
    same = Reminding()
    look(installation, same, same, Reminding())
    (row,) = reminded(installation)
    assert row.deadline == wall(2027, 2, 7, 10)
    assert row.waits_until == time.now + A_WHILE, "Monday would be too late"
    time.pass_by(A_WHILE)
    tell_due(installation)

    with installation.database.reading() as session:
        (mail,) = session.scalars(select(NoticeRecord))
    assert mail.recipient == town.leader.email
    assert "72 timer" in mail.message
    assert_clean(installation)


def test_a_deputy_is_reminded_of_the_case_of_whoever_is_away(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    deputy = employ(installation, time, "Carl Chef", "leader", unit=town.centre)
    threatened(installation, town, time, asks)
    time.pass_by(timedelta(hours=49))
    with installation.database.writing() as session:
        leader, span = asks(town.leader), Span(time.now, None)
        enter_absence(session, leader, town.leader.id, span, time.now)
        enter_deputy(session, leader, town.leader.id, deputy.email or "", span, now=time.now)

    look(installation)
    time.pass_by(timedelta(minutes=3))
    tell_due(installation)

    (row,) = reminded(installation)
    assert row.told_to == deputy.id


def test_what_is_done_meanwhile_is_not_told(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number = threatened(installation, town, time, asks)
    time.pass_by(timedelta(hours=49))
    look(installation)
    assert len(reminded(installation)) == 1
    end_every_step(installation, asks(town.leader), number, time)
    time.pass_by(timedelta(minutes=3))
    tell_due(installation)

    (row,) = reminded(installation)
    assert (row.outcome, row.told_at) == ("moot", None)
    look(installation)
    assert len(reminded(installation)) == 1
    assert_clean(installation)
