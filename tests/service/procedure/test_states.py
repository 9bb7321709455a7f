from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.procedure.endings import Ending, ProposedEnding, correct_ending
from service.procedure.facts import Facts
from service.procedure.model import Origin, Outcome
from service.procedure.states import StepState, StepView, flat, states
from tests.service.procedure.builders import LEADER, OPENED, ended, facts, shipped

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def _view(
    step_id: str,
    endings: tuple[Ending, ...] = (),
    case: Facts | None = None,
    now: datetime = OPENED,
) -> StepView:
    views = flat(states(shipped(), endings, case or facts(), now))
    return next(view for view in views if view.step.id == step_id)


def _ids(*holds: str) -> set[str]:
    return {view.step.id for view in flat(states(shipped(), (), facts(*holds), OPENED))}


def _wall(moment: datetime) -> str:
    return f"{moment.astimezone(COPENHAGEN):%Y-%m-%d %H:%M}"


def test_a_new_case_has_its_twelve_steps_and_says_what_the_waiting_ones_wait_for() -> None:
    views = states(shipped(), (), facts(), OPENED)

    assert len(views) == 12
    assert {view.step.id: view.waiting_for for view in views if view.waiting_for} == {
        "12.3": ("12.2",),
        "12.11": ("12.5", "12.11-week", "12.11-month"),
        "12.12": ("12.11",),
    }


def test_the_first_three_start_side_by_side() -> None:
    assert {_view(one).state for one in ("12.1", "12.2", "12.5")} == {StepState.OPEN}


def test_a_step_opens_when_what_it_waits_for_has_ended() -> None:
    assert _view("12.3").state is StepState.WAITING
    assert _view("12.3", ended("12.2")).state is StepState.OPEN


def test_a_step_stays_overdue_until_it_ends_and_then_says_that_it_was_late() -> None:
    late = OPENED + timedelta(hours=2)

    assert not _view("12.2", now=OPENED + timedelta(hours=1)).overdue
    assert _view("12.2", now=late).overdue
    view = _view("12.2", ended("12.2", now=late), now=late)
    assert (view.overdue, view.ended_late) == (False, True)
    assert not _view("12.2", ended("12.2"), now=late).ended_late


def test_a_correction_makes_no_step_late_and_no_late_step_timely() -> None:
    timely, late = ended("12.2"), ended("12.2", now=OPENED + timedelta(days=1))
    again = ProposedEnding(Outcome.WAIVED, LEADER, "the wrong file")

    for endings, was_late in ((timely, False), (late, True)):
        correction = correct_ending(
            shipped(), endings, "12.2", again, facts=facts(), now=OPENED + timedelta(days=2)
        )
        view = _view("12.2", (*endings, correction))
        assert (view.state, view.ended_late) == (StepState.WAIVED, was_late)


@pytest.mark.parametrize(
    ("circumstance", "part"),
    [
        ("violence", "12.6-safety"),
        ("violence", "12.5-debrief"),
        ("serious", "12.6-direction"),
        ("serious", "12.5-debrief"),
        ("others_threatened", "12.6-threatened"),
        ("threat", "12.9-decide"),
        ("meeting_agreed", "12.8-held"),
    ],
)
def test_a_dated_task_comes_with_its_circumstance_and_not_without(
    circumstance: str, part: str
) -> None:
    assert part not in _ids()
    assert part in _ids(circumstance)


def test_a_task_that_was_done_stays_in_sight_when_its_circumstance_no_longer_holds() -> None:
    done = ended("12.6-safety", case=facts("violence"))

    assert _view("12.6-safety", done, facts()).state is StepState.DONE


def test_nobody_can_make_the_two_talks_go_away() -> None:
    every = {one.id for one in shipped().circumstances}

    assert {"12.11-week", "12.11-month"} <= _ids() & _ids(*every)


def test_a_debrief_does_not_hold_back_the_first_aid_nor_the_talks() -> None:
    endings = ended("12.5", case=facts("serious"))

    assert _view("12.11-week", endings, facts("serious")).state is StepState.OPEN


@pytest.mark.parametrize("danger", ["restraining_order", "author_unknown", "unsafe_contact"])
def test_dialogue_is_not_expected_where_it_may_do_harm(danger: str) -> None:
    assert _view("12.7").expected
    assert not _view("12.7", case=facts(danger)).expected


def test_a_police_report_is_expected_for_a_threat_and_stays_a_question_otherwise() -> None:
    assert _view("12.9", case=facts("threat")).expected
    assert not _view("12.9").expected


def test_the_earliest_of_several_deadlines_counts() -> None:
    case = facts("absence", "compensation_possible", absence=OPENED + timedelta(days=1))
    view = _view("12.10", case=case)

    assert [one.origin for one in view.dues] == [Origin.SUGGESTION, Origin.LAW, Origin.LAW]
    assert view.due == view.dues[0]
    assert [one.moment for one in view.dues] == sorted(one.moment for one in view.dues)
    assert not view.dues[0].whole_day
    assert view.dues[1].whole_day


def test_a_deadline_says_what_it_was_counted_from_and_when_that_is_a_guess() -> None:
    guessed = _view("12.11-week").due
    known = _view("12.11-week", case=facts(incident=OPENED - timedelta(days=2))).due

    assert guessed is not None
    assert known is not None
    assert (guessed.counted_from, guessed.assumed) == ("opened", True)
    assert (known.counted_from, known.assumed) == ("incident", False)
    assert guessed.moment - known.moment == timedelta(days=2)


def test_the_talks_come_after_a_week_and_a_month_and_open_some_days_before() -> None:
    week, month = _view("12.11-week", ended("12.5")), _view("12.11-month", ended("12.5"))

    assert week.due is not None
    assert month.due is not None
    assert (_wall(week.due.moment), _wall(month.due.moment)) == (
        "2027-02-08 23:59",
        "2027-03-01 23:59",
    )
    assert week.opens_at is not None
    assert _wall(week.opens_at) == "2027-02-05 00:00"
    assert _view("12.11-week", now=week.opens_at - timedelta(seconds=1)).opens_at == week.opens_at
    assert _view("12.11-week", now=week.opens_at).opens_at is None


@settings(deadline=None, max_examples=30)
@given(
    opened=st.sampled_from(
        [datetime(2026, 10, 23, 12, tzinfo=UTC), datetime(2027, 3, 26, 12, tzinfo=UTC)]
    ),
    minutes=st.integers(0, 3 * 24 * 60),
)
def test_deadlines_over_both_nights_when_the_clocks_change_are_right_by_the_wall_and_by_the_watch(
    opened: datetime, minutes: int
) -> None:
    start = opened + timedelta(minutes=minutes)
    case = facts("threat", opened=start)

    police, week, block = (_view(one, case=case).due for one in ("12.9", "12.11-week", "12.4"))

    assert police is not None
    assert week is not None
    assert block is not None
    assert police.moment - start == timedelta(hours=72)
    assert week.moment.astimezone(COPENHAGEN).date() == (
        start.astimezone(COPENHAGEN).date() + timedelta(days=7)
    )
    assert f"{block.moment.astimezone(COPENHAGEN):%H:%M}" == "16:00"
