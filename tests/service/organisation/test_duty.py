"""Who is on duty: over midnight, over the change of the clocks, and when nobody is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest

from service.organisation.duty import ZONE, DutyLine, Gap, gaps, on_duty, shifts

WORKDAYS, EVERY = frozenset({1, 2, 3, 4, 5}), frozenset(range(1, 8))
ANNA, BENT = UUID(int=1), UUID(int=2)


def line(
    begins: str,
    ends: str,
    *,
    weekdays: frozenset[int] = EVERY,
    person: UUID = ANNA,
    first: date = date(2026, 1, 1),
    last: date | None = None,
    place: int = 1,
) -> DutyLine:
    hours = time.fromisoformat(begins), time.fromisoformat(ends)
    return DutyLine(uuid4(), person, first, last, weekdays, *hours, place)


def local(day: str, at: str, fold: int = 0) -> datetime:
    moment = datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=ZONE, fold=fold)
    return moment.astimezone(UTC)


def people(lines: list[DutyLine], now: datetime) -> list[UUID]:
    return [one.person_id for one in on_duty(lines, now)]


@pytest.mark.parametrize(
    ("day", "at", "expected"),
    [
        ("2026-11-20", "15:59", []),  # a Friday
        ("2026-11-20", "16:00", [ANNA]),
        ("2026-11-21", "07:59", [ANNA]),  # Friday's night, on Saturday morning
        ("2026-11-21", "08:00", []),
        ("2026-11-21", "23:00", []),  # Saturday is not in the list
        ("2026-11-23", "03:00", []),  # nor is Sunday's night
        ("2026-11-23", "16:00", [ANNA]),
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(
    day: str, at: str, expected: list[UUID]
) -> None:
    assert people([line("16:00", "08:00", weekdays=WORKDAYS)], local(day, at)) == expected


def test_the_same_hour_twice_is_around_the_clock() -> None:
    lines = [line("08:00", "08:00", weekdays=frozenset({6, 7}))]

    assert people(lines, local("2026-11-21", "07:59")) == []
    assert people(lines, local("2026-11-21", "08:00")) == [ANNA]
    assert people(lines, local("2026-11-23", "07:59")) == [ANNA]
    assert people(lines, local("2026-11-23", "08:00")) == []


def test_a_list_holds_from_its_first_day_to_its_last_nights_end() -> None:
    lines = [line("20:00", "06:00", first=date(2026, 11, 20), last=date(2026, 11, 21))]

    assert people(lines, local("2026-11-20", "05:00")) == []
    assert people(lines, local("2026-11-20", "20:00")) == [ANNA]
    assert people(lines, local("2026-11-22", "05:59")) == [ANNA]
    assert people(lines, local("2026-11-22", "20:00")) == []


def test_who_is_called_first_comes_first() -> None:
    lines = [line("00:00", "00:00", person=BENT, place=2), line("08:00", "16:00", person=ANNA)]

    assert people(lines, local("2026-11-20", "12:00")) == [ANNA, BENT]
    assert people(lines, local("2026-11-20", "17:00")) == [BENT]


def test_nights_are_shorter_and_longer_when_the_clocks_change() -> None:
    night = line("22:00", "06:00")

    def length(day: str) -> timedelta:
        (shift,) = on_duty([night], local(day, "23:00"))
        return shift.until - shift.since

    assert length("2026-03-27") == timedelta(hours=8)
    assert length("2026-03-28") == timedelta(hours=7)
    assert length("2026-10-24") == timedelta(hours=9)


@pytest.mark.parametrize("changeover", ["02:00", "02:30", "03:00"])
@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_lines_that_meet_leave_nobody_out_and_overlap_nowhere_when_the_clocks_change(
    day: str, changeover: str
) -> None:
    lines = [
        line(changeover, "12:00", person=BENT),
        line("12:00", changeover, person=ANNA),
    ]
    start = local(day, "00:00")
    moments = [start + timedelta(minutes=10 * step) for step in range(6 * 11)]

    on = [people(lines, one) for one in moments]

    assert all(len(one) == 1 for one in on)
    assert [one for one, then in pairwise(on) if one != then] == [[ANNA]]
    assert gaps(lines, start, start + timedelta(days=2)) == ()


def test_a_line_in_the_hour_that_is_leapt_over_is_no_turn() -> None:
    lines = [line("02:30", "03:30")]

    assert shifts(lines, local("2026-03-29", "00:00"), local("2026-03-29", "12:00")) == ()
    (autumn,) = shifts(lines, local("2026-10-25", "00:00"), local("2026-10-25", "12:00"))
    assert autumn.until - autumn.since == timedelta(hours=2)


def test_when_nobody_is_on_duty_is_told() -> None:
    lines = [
        line("16:00", "08:00", weekdays=WORKDAYS),
        line("08:00", "16:00", weekdays=WORKDAYS, person=BENT),
        line("10:00", "20:00", weekdays=frozenset({6}), person=BENT),
    ]
    since, until = local("2026-11-20", "09:00"), local("2026-11-23", "12:00")

    assert gaps(lines, since, until) == (
        Gap(local("2026-11-21", "08:00"), local("2026-11-21", "10:00")),
        Gap(local("2026-11-21", "20:00"), local("2026-11-23", "08:00")),
    )
    assert gaps([], since, until) == (Gap(since, until),)
