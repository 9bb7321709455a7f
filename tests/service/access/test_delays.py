"""How long a sign-in waits: nothing at first, twice as long each time, never for good."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.access.delays import ACCOUNT, ADDRESS, DEVICE, NONE, PAIR, Schedule

SCHEDULES = (ACCOUNT, ADDRESS, DEVICE, PAIR)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_wait_only_grows_and_never_beyond_its_longest(schedule: Schedule) -> None:
    waits = [schedule.wait(failures) for failures in range(10_000)]

    assert waits == sorted(waits)
    assert waits[: schedule.free + 1] == [NONE] * (schedule.free + 1)
    assert waits[schedule.free + 1] == timedelta(seconds=2)
    assert waits[schedule.free + 4] == timedelta(seconds=16)
    assert waits[-1] == schedule.longest <= timedelta(minutes=15)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_failures_are_forgotten_one_by_one(schedule: Schedule) -> None:
    assert schedule.standing(5, NONE) == 5
    assert schedule.standing(5, schedule.forgets) == 4
    assert schedule.standing(5, 4.9 * schedule.forgets) == 1
    assert schedule.standing(5, 100 * schedule.forgets) == 0


def test_a_clock_that_went_back_forgets_nothing_and_adds_nothing() -> None:
    assert PAIR.standing(5, -timedelta(days=1)) == 5
