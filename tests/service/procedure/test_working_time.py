from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.procedure.working_time import WorkingTime, public_holidays

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
DENMARK = WorkingTime("DK", "Europe/Copenhagen", closed=frozenset({"06-05", "12-24", "12-31"}))
NORWAY = WorkingTime("NO", "Europe/Oslo")

# The nights on which the clocks change in 2026 and 2027: a Sunday each, at 01:00 UTC.
CHANGES = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2027, 3, 28, 1, tzinfo=UTC),
    datetime(2027, 10, 31, 1, tzinfo=UTC),
]

unhurried = settings(deadline=None)

moments = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001 — Hypothesis puts the zone on
    max_value=datetime(2028, 1, 1),  # noqa: DTZ001 — Hypothesis adds the zone
    timezones=st.just(UTC),
)
near_changes = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes),
    st.sampled_from(CHANGES),
    st.integers(-4 * 24 * 60, 4 * 24 * 60),
)
starts = moments | near_changes


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=COPENHAGEN)


@pytest.mark.parametrize("change", CHANGES)
def test_the_clocks_do_change_in_these_nights(change: datetime) -> None:
    before, after = (change + timedelta(hours=h) for h in (-1, 1))

    assert before.astimezone(COPENHAGEN).utcoffset() != after.astimezone(COPENHAGEN).utcoffset()


@unhurried
@given(starts)
@example(CHANGES[0] - timedelta(hours=10))
@example(CHANGES[1] - timedelta(hours=10))
def test_72_hours_are_72_hours_whatever_the_clock_on_the_wall_does(start: datetime) -> None:
    assert DENMARK.after_hours(start, 72) - start == timedelta(hours=72)


def test_72_hours_over_a_spring_night_end_an_hour_later_on_the_wall() -> None:
    due = DENMARK.after_hours(local(2027, 3, 26, 14), 72)

    assert due == local(2027, 3, 29, 15)


def test_72_hours_over_an_autumn_night_end_an_hour_earlier_on_the_wall() -> None:
    due = DENMARK.after_hours(local(2027, 10, 29, 14), 72)

    assert due == local(2027, 11, 1, 13)


def _slow_working_minutes(working_time: WorkingTime, start: datetime, end: datetime) -> int:
    """Count the open minutes one by one, by the wall clock of each."""
    count, moment = 0, start
    while moment < end:
        wall = moment.astimezone(ZoneInfo(working_time.zone))
        if working_time.is_working_day(wall.date()) and (
            working_time.opens <= wall.time() < working_time.closes
        ):
            count += 1
        moment += timedelta(minutes=1)
    return count


@unhurried
@given(near_changes, st.integers(1, 12))
@example(local(2026, 12, 23, 15, 0).astimezone(UTC), 4)
@example(local(2027, 3, 24, 15, 30).astimezone(UTC), 4)
def test_working_hours_agree_with_counting_every_open_minute(start: datetime, hours: int) -> None:
    due = DENMARK.after_working_hours(start, hours)

    assert _slow_working_minutes(DENMARK, start, due) == hours * 60


@unhurried
@given(near_changes, st.integers(1, 30))
def test_working_hours_count_right_even_where_the_workplace_never_sleeps(
    start: datetime, hours: int
) -> None:
    night = WorkingTime(
        "DK", "Europe/Copenhagen", time(0), time(23, 59), frozenset({1, 2, 3, 4, 5, 6, 7})
    )

    due = night.after_working_hours(start, hours)

    assert _slow_working_minutes(night, start, due) == hours * 60


@unhurried
@given(starts, st.integers(0, 20))
def test_a_working_day_deadline_is_closing_time_of_an_open_day(start: datetime, days: int) -> None:
    due = DENMARK.after_working_days(start, days).astimezone(COPENHAGEN)

    assert DENMARK.is_working_day(due.date())
    assert due.time() == time(16)
    assert due >= start


@unhurried
@given(starts, st.integers(1, 20))
def test_so_many_working_days_lie_between_start_and_deadline(start: datetime, days: int) -> None:
    due = DENMARK.after_working_days(start, days).astimezone(COPENHAGEN).date()

    first = start.astimezone(COPENHAGEN).date()
    between = [first + timedelta(days=n) for n in range(1, (due - first).days + 1)]
    assert sum(DENMARK.is_working_day(day) for day in between) == days


@unhurried
@given(starts, starts, st.integers(0, 30))
def test_a_later_start_never_gives_an_earlier_deadline(a: datetime, b: datetime, n: int) -> None:
    earlier, later = sorted((a, b))

    for after in (
        DENMARK.after_hours,
        DENMARK.after_working_hours,
        DENMARK.after_working_days,
        DENMARK.after_days,
        DENMARK.after_months,
    ):
        assert after(earlier, n) <= after(later, n)


def test_the_same_day_means_the_next_open_day_once_the_workplace_has_closed() -> None:
    assert DENMARK.after_working_days(local(2027, 2, 5, 15, 59), 0) == local(2027, 2, 5, 16)
    assert DENMARK.after_working_days(local(2027, 2, 5, 16), 0) == local(2027, 2, 8, 16)


def test_four_working_hours_from_friday_afternoon_end_on_monday() -> None:
    assert DENMARK.after_working_hours(local(2027, 2, 5, 14), 4) == local(2027, 2, 8, 10)


def test_a_full_working_day_ends_at_closing_time_and_not_the_next_morning() -> None:
    assert DENMARK.after_working_hours(local(2027, 2, 5, 8), 8) == local(2027, 2, 5, 16)


def test_working_days_step_over_easter() -> None:
    assert DENMARK.after_working_days(local(2027, 3, 24, 10), 1) == local(2027, 3, 30, 16)


def test_working_days_step_over_christmas_and_the_days_closed_by_agreement() -> None:
    assert DENMARK.after_working_days(local(2026, 12, 23, 10), 1) == local(2026, 12, 28, 16)
    assert DENMARK.after_working_days(local(2026, 12, 30, 10), 1) == local(2027, 1, 4, 16)


def test_days_end_when_the_local_day_ends_also_when_it_is_23_hours_long() -> None:
    due = DENMARK.after_days(local(2027, 3, 14, 9), 14)

    assert due == datetime(2027, 3, 28, 23, 59, 59, tzinfo=COPENHAGEN)
    midnight = local(2027, 3, 28).astimezone(UTC)
    assert due - midnight == timedelta(hours=23) - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("start", "months", "last_day"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2027, 3, 31), 1, date(2027, 4, 30)),
        (date(2027, 12, 15), 1, date(2028, 1, 15)),
        (date(2027, 6, 30), 6, date(2027, 12, 30)),
        (date(2027, 2, 28), 6, date(2027, 8, 28)),
    ],
)
def test_months_keep_the_day_or_take_the_last_of_the_month(
    start: date, months: int, last_day: date
) -> None:
    due = DENMARK.after_months(datetime.combine(start, time(12), COPENHAGEN), months)

    assert due.astimezone(COPENHAGEN).date() == last_day


@unhurried
@given(starts, st.integers(0, 30))
def test_months_end_on_the_same_day_or_on_the_month_s_last(start: datetime, months: int) -> None:
    first = start.astimezone(COPENHAGEN).date()
    due = DENMARK.after_months(start, months).astimezone(COPENHAGEN).date()

    assert (due.year - first.year) * 12 + due.month - first.month == months
    assert due.day == first.day or (due.day < first.day and (due + timedelta(days=1)).day == 1)


@unhurried
@given(near_changes, st.integers(0, 48))
def test_a_reminder_comes_in_working_hours_and_as_late_as_it_may(due: datetime, hours: int) -> None:
    reminder = DENMARK.reminder_before(due, hours)

    wall, latest = reminder.astimezone(COPENHAGEN), due - timedelta(hours=hours)
    assert reminder <= latest
    assert DENMARK.is_working_day(wall.date())
    assert time(8) <= wall.time() <= time(16)
    assert _slow_working_minutes(DENMARK, reminder, latest) == 0


def test_a_reminder_for_the_very_opening_comes_at_the_opening() -> None:
    assert DENMARK.reminder_before(local(2027, 2, 5, 10), 2) == local(2027, 2, 5, 8)


def test_store_bededag_was_a_holiday_until_2023_and_no_longer() -> None:
    assert date(2023, 5, 5) in public_holidays("DK", 2023)
    assert date(2024, 4, 26) not in public_holidays("DK", 2024)
    assert DENMARK.is_working_day(date(2027, 4, 23))


def test_norway_keeps_its_own_days() -> None:
    assert not NORWAY.is_working_day(date(2029, 5, 17))
    assert not NORWAY.is_working_day(date(2028, 5, 1))
    assert DENMARK.is_working_day(date(2028, 5, 1))


def test_the_clock_on_the_wall_says_whether_the_workplace_is_open() -> None:
    assert DENMARK.is_open(local(2027, 2, 5, 8))
    assert not DENMARK.is_open(local(2027, 2, 5, 16))
    assert not DENMARK.is_open(local(2027, 2, 6, 10))


@pytest.mark.parametrize("closes", [time(7), time(8)])
def test_a_working_day_must_have_an_hour_in_it(closes: time) -> None:
    with pytest.raises(ValueError, match="opens before it closes"):
        WorkingTime("DK", "Europe/Copenhagen", time(8), closes)
