"""Working hours: when somebody is next at work, over nights, holidays and changes of the clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.organisation.hours import WorkingHours, of_procedure, waits_until
from service.procedure.shipping import shipped_procedure

USUAL = of_procedure(shipped_procedure("ishoej").working_time)
FRIDAYS = replace(USUAL, weekdays=frozenset({5}), begins=time(10), ends=time(12))


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Copenhagen"))  # type: ignore[arg-type,misc]  # day and time


@pytest.mark.parametrize(
    ("now", "next_at_work"),
    [
        (local(2027, 2, 1, 7, 59), local(2027, 2, 1, 8)),
        (local(2027, 2, 1, 12), local(2027, 2, 1, 12)),
        (local(2027, 2, 1, 16), local(2027, 2, 2, 8)),
        (local(2027, 2, 5, 20), local(2027, 2, 8, 8)),
        (local(2027, 3, 24, 17), local(2027, 3, 30, 8)),  # Easter, and the clocks change in it
        (local(2027, 12, 23, 18), local(2027, 12, 27, 8)),  # Christmas Eve is closed by agreement
        (local(2028, 5, 5, 9), local(2028, 5, 5, 9)),
        (local(2023, 5, 5, 9), local(2023, 5, 8, 8)),  # Store Bededag, a holiday until 2023
    ],
)
def test_they_are_next_at_work_on_the_first_open_day(now: datetime, next_at_work: datetime) -> None:
    assert USUAL.next_at_work(now) == next_at_work.astimezone(UTC)


def test_whoever_works_on_holidays_is_at_work_then() -> None:
    nurse = replace(USUAL, weekdays=frozenset(range(1, 8)), on_holidays=True)

    assert nurse.is_at_work(local(2027, 12, 25, 9))
    assert not USUAL.is_at_work(local(2027, 12, 25, 9))


def test_own_hours_give_way_to_a_deadline_and_the_usual_ones_too() -> None:
    monday_evening = local(2027, 2, 1, 20)

    assert waits_until(monday_evening, FRIDAYS, USUAL, None) == local(2027, 2, 5, 10)
    tuesday = waits_until(monday_evening, FRIDAYS, USUAL, local(2027, 2, 2, 16))
    assert tuesday == local(2027, 2, 2, 8)
    at_once = waits_until(monday_evening, FRIDAYS, USUAL, local(2027, 2, 2, 6))
    assert at_once == monday_evening


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 — the zone is given below
    st.sets(st.integers(1, 7), min_size=1),
    st.times(max_value=time(22)),
    st.integers(1, 110),
    st.booleans(),
)
def test_the_next_moment_is_never_before_now_and_always_within_their_hours(
    naive: datetime,
    weekdays: set[int],
    begins: time,
    minutes: int,
    on_holidays: bool,  # noqa: FBT001 — drawn by the test
) -> None:
    now = naive.replace(tzinfo=UTC)
    begins = begins.replace(second=0, microsecond=0)
    ends = (
        datetime(2027, 1, 1, begins.hour, begins.minute, tzinfo=UTC) + timedelta(minutes=minutes)
    ).time()
    hours = WorkingHours(frozenset(weekdays), begins, ends, on_holidays=on_holidays)

    at = hours.next_at_work(now)

    assert at >= now
    assert hours.is_at_work(at)
    wall = at.astimezone(ZoneInfo("Europe/Copenhagen"))
    assert wall.isoweekday() in weekdays
