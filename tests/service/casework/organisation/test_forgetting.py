"""Past absences, deputies and duties go after ninety days; what runs or is to come stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from datetime import time as hour

from sqlalchemy import select

from archive.records.organisation import AbsenceRecord, DeputyRecord, DutyRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.organisation.away import Span, enter_absence, enter_deputy
from service.casework.organisation.duties import Hours, add_duty, end_duty
from service.casework.organisation.forgetting import KEPT, forget_past
from service.installation import Installation
from tests.service.casework.cases.opened import assert_clean, employ, kinds
from tests.service.conftest import Time, Town

DAY = timedelta(days=1)


def test_what_ended_ninety_days_ago_is_removed_and_the_ledger_says_how_much(
    installation: Installation,
    town: Town,
    time: Time,
    asks: Callable[[PersonRecord], Principal],
) -> None:
    operator = asks(employ(installation, time, "Dorte Drift", "operator", unit=town.centre))
    anna = asks(town.anna)
    week, open_end = Span(time.now, time.now + 7 * DAY), Span(time.now, None)
    past = Hours(date(2027, 2, 1), date(2027, 2, 7), frozenset({1}), hour(16), hour(8))
    with installation.database.writing() as session:
        for span in (week, open_end):
            enter_absence(session, anna, town.anna.id, span, time.now)
            enter_deputy(session, anna, town.anna.id, "bent@kommune.example", span, now=time.now)
        add_duty(session, operator, "anna@kommune.example", past, time.now)
        taken_off = add_duty(session, operator, "bent@kommune.example", _always(), time.now)
        add_duty(session, operator, "bent@kommune.example", _always(), time.now)
        end_duty(session, operator, taken_off.id, time.now)

    time.pass_by(KEPT - DAY)
    with installation.database.writing() as session:
        assert forget_past(session, time.now) == 0
    time.pass_by(9 * DAY)
    with installation.database.writing() as session:
        assert forget_past(session, time.now) == 4
        assert forget_past(session, time.now) == 0

    with installation.database.reading() as session:
        for table in (AbsenceRecord, DeputyRecord, DutyRecord):
            (left,) = session.scalars(select(table))
            assert isinstance(left, DutyRecord) or left.until is None
    assert kinds(installation).count("organisation.past_removed") == 1
    assert_clean(installation)


def _always() -> Hours:
    return Hours(date(2027, 2, 1), None, frozenset({1}), hour(16), hour(8))
