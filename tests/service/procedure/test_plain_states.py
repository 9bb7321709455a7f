import pytest

from service.procedure.endings import ProposedEnding, end_step
from service.procedure.model import LANGUAGES, Outcome
from service.procedure.plain_states import Progress, plain_states
from service.procedure.reading import SHIPPED
from tests.service.procedure.builders import LEADER, OPENED, ended, facts, shipped

DONE, NOW, LATER = Progress.DONE, Progress.NOW, Progress.LATER


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_employee_sees_five_short_states_of_which_one_is_now(name: str, language: str) -> None:
    line = plain_states(shipped(name), (), facts(), language)

    assert [one.progress for one in line] == [NOW, LATER, LATER, LATER, LATER]
    assert all(len(one.text) <= 70 for one in line)


def test_the_line_moves_on_as_the_steps_end() -> None:
    line = plain_states(shipped(), ended("12.2", "12.1"), facts(), "da")

    assert [one.progress for one in line] == [DONE, DONE, NOW, LATER, LATER]
    assert [one.text for one in line[:3]] == [
        "Det er i sikkerhed",
        "Din leder ved det",
        "Din leder kontakter dig og overtager sagen",
    ]


def test_the_employee_is_not_told_that_something_is_safe_when_it_is_not() -> None:
    waived = ProposedEnding(Outcome.WAIVED, LEADER, "the post was gone before we came")
    ending = end_step(shipped(), (), "12.2", waived, facts=facts(), now=OPENED)

    first = plain_states(shipped(), (ending,), facts(), "da")[0]

    assert (first.progress, first.text) == (
        DONE,
        "Det kunne ikke sikres. Din leder kan fortælle dig hvorfor",
    )


def test_a_stage_is_over_only_when_its_dated_tasks_are() -> None:
    case = facts("serious")

    before = plain_states(shipped(), ended("12.5", case=case), case, "da")
    after = plain_states(shipped(), ended("12.5", "12.5-debrief", case=case), case, "da")

    assert (before[2].progress, after[2].progress) == (LATER, DONE)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_step_stands_behind_one_of_the_five_states(name: str) -> None:
    behind = [step for stage in shipped(name).plain for step in stage.steps]

    assert sorted(behind) == sorted(step.id for step in shipped(name).steps)
