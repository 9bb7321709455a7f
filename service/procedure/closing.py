"""Closing a case: refused until every step has ended, with the list of what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.procedure.endings import Ending
from service.procedure.facts import Facts
from service.procedure.model import Procedure, Step
from service.procedure.states import flat, states


@dataclass(frozen=True, slots=True)
class Missing:
    """A step or part that has not ended, and what it waits for itself."""

    step: Step
    waiting_for: tuple[str, ...]
    opens_at: datetime | None


def missing_for_closing(
    procedure: Procedure, endings: Sequence[Ending], facts: Facts, now: datetime
) -> tuple[Missing, ...]:
    """Return what must end before the case may close, in the guideline's order."""
    return tuple(
        Missing(view.step, view.waiting_for, view.opens_at)
        for view in flat(states(procedure, endings, facts, now))
        if not view.ended
    )


def may_close(procedure: Procedure, endings: Sequence[Ending], facts: Facts, now: datetime) -> bool:
    """Whether every step has ended as done, not relevant or waived."""
    return not missing_for_closing(procedure, endings, facts, now)
