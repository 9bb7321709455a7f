"""Whatever a leader does, in whatever order: the guideline's order holds, and nothing closes early.

The definitions beside the tests are naive and read the raw file, not our own model.
"""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.procedure.closing import may_close, missing_for_closing
from service.procedure.endings import Ending, correct_ending, end_step
from service.procedure.errors import ProcedureError, StepNotAllowed
from service.procedure.facts import Facts
from service.procedure.model import Outcome
from service.procedure.next_acts import next_acts
from service.procedure.reading import SHIPPED
from service.procedure.states import StepState, flat, states
from tests.service.procedure.builders import OPENED, facts, proposal, shipped, shipped_tables

everywhere = pytest.mark.parametrize("name", SHIPPED)


def _raw_steps(name: str) -> list[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Every step, and the step it is a part of."""
    found: list[tuple[dict[str, Any], dict[str, Any] | None]] = []
    for step in shipped_tables(name)["steps"]:
        found.append((step, None))
        found.extend((part, step) for part in step.get("parts", ()))
    return found


def _in_play(raw: dict[str, Any], parent: dict[str, Any] | None, holds: frozenset[str]) -> bool:
    if parent is None:
        return True
    wanted = not raw.get("when") or any(one in holds for one in raw["when"])
    return wanted and not any(one in holds for one in raw.get("unless", ()))


def _must_come_first(name: str, step_id: str, holds: frozenset[str]) -> set[str]:
    steps = _raw_steps(name)
    idle = {raw["id"] for raw, parent in steps if not _in_play(raw, parent, holds)}
    raw, parent = next(pair for pair in steps if pair[0]["id"] == step_id)
    first = set(raw.get("requires", ()))
    if parent is not None:
        siblings = {part["id"] for part in parent["parts"]}
        first |= set(parent.get("requires", ())) - siblings
    return first - idle


class _Case:
    """A case carried forward by whatever acts are allowed."""

    def __init__(self, name: str) -> None:
        self.name, self.procedure = name, shipped(name)
        self.endings: tuple[Ending, ...] = ()
        self.holds: frozenset[str] = frozenset()
        self.now = OPENED

    @property
    def facts(self) -> Facts:
        return facts(*self.holds)

    def act(self, step_id: str, outcome: Outcome) -> bool:
        step = self.procedure.find(step_id)
        assert step is not None
        before = {ending.step_id for ending in self.endings}
        do = correct_ending if step_id in before else end_step
        proposed = proposal(step, outcome)
        if do is correct_ending:
            proposed = type(proposed)(outcome, proposed.by, "corrected", proposed.values)
        try:
            ending = do(
                self.procedure, self.endings, step_id, proposed, facts=self.facts, now=self.now
            )
        except StepNotAllowed:
            return False
        assert step_id in before or _must_come_first(self.name, step_id, self.holds) <= before
        assert ending.at == self.now
        assert outcome in {Outcome(one) for one in step.endings}
        self.endings = (*self.endings, ending)
        return True


acts = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from(Outcome), st.integers(0, 40)), max_size=60
)


def _carry(case: _Case, script: list[tuple[int, Outcome, int]]) -> None:
    ids = [step.id for step in case.procedure.all_steps]
    circumstances = [one.id for one in case.procedure.circumstances]
    for place, outcome, turn in script:
        case.now += timedelta(minutes=17)
        if turn < len(circumstances):
            case.holds ^= {circumstances[turn]}
        case.act(ids[place % len(ids)], outcome)
        _check_closing(case)


def _check_closing(case: _Case) -> None:
    ended = {ending.step_id for ending in case.endings}
    open_ones = {
        raw["id"]
        for raw, parent in _raw_steps(case.name)
        if raw["id"] not in ended and _in_play(raw, parent, case.holds)
    }
    missing = missing_for_closing(case.procedure, case.endings, case.facts, case.now)
    assert {one.step.id for one in missing} == open_ones
    assert may_close(case.procedure, case.endings, case.facts, case.now) is (not open_ones)


@everywhere
@settings(deadline=None, max_examples=40)
@given(script=acts)
def test_no_sequence_of_acts_ends_a_step_early_or_closes_a_case_with_something_missing(
    name: str, script: list[tuple[int, Outcome, int]]
) -> None:
    _carry(_Case(name), script)


@everywhere
@settings(deadline=None, max_examples=40)
@given(script=acts)
def test_what_is_shown_as_open_can_end_and_what_is_shown_as_waiting_cannot(
    name: str, script: list[tuple[int, Outcome, int]]
) -> None:
    case = _Case(name)
    _carry(case, script)

    for view in flat(states(case.procedure, case.endings, case.facts, case.now)):
        trial = _Case(name)
        trial.endings, trial.holds, trial.now = case.endings, case.holds, case.now
        if view.ended:
            assert view.state.value == next(
                one.outcome.value for one in reversed(case.endings) if one.step_id == view.step.id
            )
        else:
            assert trial.act(view.step.id, Outcome.DONE) is (view.state is StepState.OPEN)


@everywhere
@settings(deadline=None, max_examples=40)
@given(script=acts, days=st.integers(0, 60))
def test_the_case_can_always_be_brought_to_its_end(
    name: str, script: list[tuple[int, Outcome, int]], days: int
) -> None:
    case = _Case(name)
    _carry(case, script)
    case.now += timedelta(days=days + 60)

    for _ in case.procedure.all_steps:
        now_acts = next_acts(case.procedure, case.endings, case.facts, case.now)
        assert len(now_acts) <= 3
        for act in now_acts[:1]:
            assert case.act(act.step.id, Outcome.DONE)

    assert may_close(case.procedure, case.endings, case.facts, case.now)


@everywhere
@settings(deadline=None, max_examples=25)
@given(script=acts)
def test_numbers_run_on_and_each_correction_names_what_it_supersedes(
    name: str, script: list[tuple[int, Outcome, int]]
) -> None:
    case = _Case(name)
    _carry(case, script)

    assert [ending.number for ending in case.endings] == list(range(1, len(case.endings) + 1))
    latest: dict[str, int] = {}
    for ending in case.endings:
        assert ending.supersedes == latest.get(ending.step_id)
        assert ending.reason or (ending.supersedes is None and ending.outcome is Outcome.DONE)
        latest[ending.step_id] = ending.number


def test_every_refusal_has_a_stable_code_of_its_own() -> None:
    def family(error: type[ProcedureError]) -> list[type[ProcedureError]]:
        return [error, *(one for sub in error.__subclasses__() for one in family(sub))]

    codes = [error.code for error in family(ProcedureError)]

    assert len(codes) == len(set(codes))
