from datetime import timedelta

import pytest

from service.procedure.clocks import ClockState, ClockView, clocks
from service.procedure.deadlines import Due
from service.procedure.endings import Ending, ProposedEnding, correct_ending, end_step
from service.procedure.facts import Facts
from service.procedure.model import Outcome
from tests.service.procedure.builders import LEADER, OPENED, ended, facts, shipped

HOUR = timedelta(hours=1)


def _clock(
    clock_id: str, case: Facts, hours: float = 0, endings: tuple[Ending, ...] = ()
) -> ClockView:
    views = clocks(shipped(), endings, case, OPENED + hours * HOUR)
    return next(view for view in views if view.clock.id == clock_id)


def _due(view: ClockView) -> Due:
    assert view.due is not None
    return view.due


def test_only_the_talks_run_in_every_case() -> None:
    ids = [view.clock.id for view in clocks(shipped(), (), facts(), OPENED)]

    assert ids == ["talk-week", "talk-month"]


def test_each_clock_runs_from_its_own_start() -> None:
    case = facts(
        "threat",
        "absence",
        "defamation",
        incident=OPENED - 10 * HOUR,
        absence=OPENED + 24 * HOUR,
        knowledge=OPENED - 2 * HOUR,
    )

    starts = {
        view.clock.id: _due(view).counted_from for view in clocks(shipped(), (), case, OPENED)
    }

    assert starts == {
        "police": "incident",
        "easy-absence": "absence",
        "private-prosecution": "knowledge",
        "talk-week": "incident",
        "talk-month": "incident",
    }
    assert _due(_clock("police", case)).moment == OPENED + 62 * HOUR


def test_a_clock_waits_for_an_event_that_has_not_come() -> None:
    view = _clock("platform-complaint", facts("platform_notice"))

    assert (view.state, view.due, view.late) == (ClockState.NOT_STARTED, None, False)


def test_72_hours_run_out_after_72_hours_and_not_before() -> None:
    case = facts("threat", incident=OPENED)

    assert _clock("police", case, 72).state is ClockState.RUNNING
    assert _clock("police", case, 72.001).state is ClockState.EXPIRED


@pytest.mark.parametrize(("hours", "late"), [(71, False), (73, True)])
def test_ending_the_step_stops_the_clock_and_says_whether_it_was_in_time(
    hours: int,
    late: bool,  # noqa: FBT001 — a column of the table above
) -> None:
    case = facts("threat", incident=OPENED)
    endings = ended("12.9-decide", "12.9", case=case, now=OPENED + hours * HOUR)

    view = _clock("police", case, 200, endings)

    assert (view.state, view.late) == (ClockState.STOPPED, late)
    assert view.stopped_at == OPENED + hours * HOUR


def test_deciding_not_to_report_stops_the_clock_too() -> None:
    case = facts("threat")
    decided = ended("12.9-decide", case=case)
    waived = ProposedEnding(Outcome.WAIVED, LEADER, "the employee and the lawyer agree not to")
    ending = end_step(shipped(), decided, "12.9", waived, facts=case, now=OPENED + HOUR)

    assert _clock("police", case, 2, (*decided, ending)).state is ClockState.STOPPED


def test_correcting_the_ending_later_does_not_move_the_moment_the_clock_stopped() -> None:
    case = facts("threat", incident=OPENED)
    endings = ended("12.9-decide", "12.9", case=case, now=OPENED + 10 * HOUR)
    again = ProposedEnding(Outcome.WAIVED, LEADER, "the police sent it back")
    correction = correct_ending(
        shipped(), endings, "12.9", again, facts=case, now=OPENED + 90 * HOUR
    )

    view = _clock("police", case, 100, (*endings, correction))

    assert (view.stopped_at, view.late) == (OPENED + 10 * HOUR, False)


def test_an_event_stops_a_clock_as_well_as_a_step_does() -> None:
    case = facts("own_breach", breach_known=OPENED, breach_notified=OPENED + 5 * HOUR)

    view = _clock("data-breach", case, 100)

    assert (view.state, view.stopped_at, view.late) == (
        ClockState.STOPPED,
        OPENED + 5 * HOUR,
        False,
    )


def test_what_has_run_out_comes_first_then_the_nearest_and_the_stopped_last() -> None:
    case = facts(
        "threat", "own_breach", "platform_notice", breach_known=OPENED, breach_notified=OPENED
    )

    views = clocks(shipped(), (), case, OPENED + 80 * HOUR)

    assert [view.clock.id for view in views] == [
        "police",
        "talk-week",
        "talk-month",
        "platform-complaint",
        "data-breach",
    ]
