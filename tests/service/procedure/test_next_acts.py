from datetime import datetime, timedelta

from service.procedure.closing import missing_for_closing
from service.procedure.next_acts import coming, next_acts
from tests.service.procedure.builders import OPENED, ended, facts, shipped

EVERYTHING_BUT_THE_END = tuple(f"12.{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 10))


def _acts(*done: str, holds: tuple[str, ...] = (), now: datetime = OPENED) -> list[str]:
    case = facts(*holds)
    endings = ended(*done, case=case)
    return [act.step.id for act in next_acts(shipped(), endings, case, now)]


def test_a_new_case_asks_for_the_evidence_first_and_never_for_more_than_three_acts() -> None:
    assert _acts() == ["12.2", "12.1", "12.5"]


def test_what_is_overdue_comes_before_what_is_not() -> None:
    later = OPENED + timedelta(days=1)

    acts = next_acts(shipped(), ended("12.5"), facts(), later)

    assert [(act.step.id, act.overdue) for act in acts] == [
        ("12.2", True),
        ("12.1", True),
        ("12.6", False),
    ]


def test_a_threat_puts_the_decision_about_the_police_among_the_first() -> None:
    assert "12.9-decide" in _acts("12.1", "12.2", holds=("threat",))


def test_the_optional_comes_last() -> None:
    assert _acts(*(one for one in EVERYTHING_BUT_THE_END if one != "12.8")) == ["12.8", "12.9"]


def test_a_talk_is_something_to_do_only_when_its_week_has_almost_passed() -> None:
    assert "12.11-week" not in _acts(*EVERYTHING_BUT_THE_END)
    assert "12.11-week" in _acts(*EVERYTHING_BUT_THE_END, now=OPENED + timedelta(days=5))


def test_the_next_dates_are_told_before_they_come() -> None:
    ahead = coming(shipped(), ended("12.5"), facts(), OPENED)

    assert [view.step.id for view in ahead] == ["12.11-week", "12.11-month"]


def test_a_case_that_cannot_close_says_what_is_missing_and_what_that_waits_for() -> None:
    missing = missing_for_closing(shipped(), ended(*EVERYTHING_BUT_THE_END), facts(), OPENED)

    assert [(one.step.id, one.waiting_for) for one in missing] == [
        ("12.9", ()),
        ("12.11", ("12.11-week", "12.11-month")),
        ("12.11-week", ()),
        ("12.11-month", ("12.11-week",)),
        ("12.12", ("12.11",)),
    ]
