"""How each step of a case stands: the view that the leader's page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.procedure.deadlines import Due, due, opens_at
from service.procedure.endings import Ending, applies, in_force, waiting_for
from service.procedure.facts import Facts
from service.procedure.model import Duty, Procedure, Step


class StepState(StrEnum):
    """*Open* may be ended; *waiting* may not yet; the other three are endings."""

    OPEN = "open"
    WAITING = "waiting"
    DONE = "done"
    NOT_RELEVANT = "not_relevant"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class StepView:
    """One step as it stands.

    `dues` holds its deadlines, the earliest first. `expected` is false for a conditional step
    whose circumstances do not hold, and for an optional one: it must still be ended, by a person.
    `opens_at` is set while a dated task lies ahead.
    """

    step: Step
    state: StepState
    waiting_for: tuple[str, ...]
    ending: Ending | None
    dues: tuple[Due, ...]
    overdue: bool
    ended_late: bool
    expected: bool
    opens_at: datetime | None
    parts: tuple["StepView", ...]

    @property
    def due(self) -> Due | None:
        """The earliest deadline."""
        return self.dues[0] if self.dues else None

    @property
    def ended(self) -> bool:
        """Whether the step has an ending."""
        return self.ending is not None


def states(
    procedure: Procedure, endings: Sequence[Ending], facts: Facts, now: datetime
) -> tuple[StepView, ...]:
    """Return every step in the guideline's order, each with the parts that apply."""
    return tuple(_view(procedure, step, endings, facts, now) for step in procedure.steps)


def flat(views: Sequence[StepView]) -> tuple[StepView, ...]:
    """Return the views with the parts of each directly after it."""
    return tuple(one for view in views for one in (view, *view.parts))


def _view(
    procedure: Procedure, step: Step, endings: Sequence[Ending], facts: Facts, now: datetime
) -> StepView:
    ended = in_force(endings)
    ending = ended.get(step.id)
    waits = () if ending else waiting_for(procedure, step, endings, facts)
    periods = (due(one, facts, ended, procedure.working_time) for one in step.deadlines)
    dues = tuple(sorted((one for one in periods if one), key=lambda one: one.moment))
    first = dues[0].moment if dues else None
    opens = opens_at(step.opens, facts, ended, procedure.working_time)
    return StepView(
        step=step,
        state=_state(ending, waits),
        waiting_for=waits,
        ending=ending,
        dues=dues,
        overdue=ending is None and first is not None and now > first,
        ended_late=first is not None and ending is not None and _first_end(endings, ending) > first,
        expected=applies(step, facts) and step.duty is not Duty.OPTIONAL,
        opens_at=opens if opens is not None and opens > now and ending is None else None,
        parts=tuple(
            _view(procedure, part, endings, facts, now)
            for part in step.parts
            if applies(part, facts) or part.id in ended
        ),
    )


def _state(ending: Ending | None, waits: tuple[str, ...]) -> StepState:
    if ending is not None:
        return StepState(ending.outcome)
    return StepState.WAITING if waits else StepState.OPEN


def _first_end(endings: Sequence[Ending], present: Ending) -> datetime:
    """A correction does not make a step late, nor a late step timely."""
    first = min(
        (one for one in endings if one.step_id == present.step_id), key=lambda one: one.number
    )
    return first.at
