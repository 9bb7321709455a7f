"""*Gør nu*: at most three acts, the most urgent first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.procedure.deadlines import Due
from service.procedure.endings import Ending
from service.procedure.facts import Facts
from service.procedure.model import Procedure, Step
from service.procedure.states import StepState, StepView, flat, states

MOST = 3


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do now; `step` says what, who and why."""

    step: Step
    due: Due | None
    overdue: bool


def next_acts(
    procedure: Procedure, endings: Sequence[Ending], facts: Facts, now: datetime, most: int = MOST
) -> tuple[Act, ...]:
    """Return the acts that can be done now: the expected before the optional, then by deadline.

    What waits for something stands aside for it, and a dated task comes when it opens.
    """
    ready = [
        (not view.expected, not view.overdue, _when(view), place, view)
        for place, view in enumerate(flat(states(procedure, endings, facts, now)))
        if view.state is StepState.OPEN and view.opens_at is None
    ]
    ready.sort(key=lambda one: one[:4])
    return tuple(Act(view.step, view.due, view.overdue) for *_, view in ready[:most])


def coming(
    procedure: Procedure, endings: Sequence[Ending], facts: Facts, now: datetime
) -> Iterator[StepView]:
    """Yield the dated tasks that lie ahead, for the header's *next date*."""
    ahead = [v for v in flat(states(procedure, endings, facts, now)) if v.opens_at is not None]
    yield from sorted(ahead, key=_when)


def _when(view: StepView) -> float:
    return view.due.moment.timestamp() if view.due else float("inf")
