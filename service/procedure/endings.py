"""Steps end, each with who, when and why; nothing is taken back, only superseded.

The moment of an ending is always the `now` that the service passes in. When something happened
is a field of its own, stated by a person, and moves nothing: no ending can be back-dated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from service.procedure.blanks import check_blanks
from service.procedure.errors import (
    NotByThisPerson,
    NothingToCorrect,
    ReasonMissing,
    StepAlreadyEnded,
    StepNotAllowed,
    StepUnknown,
)
from service.procedure.facts import Facts
from service.procedure.model import Outcome, Procedure, Step


@dataclass(frozen=True, slots=True)
class ProposedEnding:
    """What a person wants to record: how the step ends, why, and its filled-in fields."""

    outcome: Outcome
    by: str
    reason: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a step ended. `number` counts a case's endings from 1; `supersedes` is one of them."""

    number: int
    step_id: str
    outcome: Outcome
    by: str
    at: datetime
    reason: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    supersedes: int | None = None


def in_force(endings: Sequence[Ending]) -> dict[str, Ending]:
    """Return the ending that holds for each ended step: the one with the highest number."""
    return {one.step_id: one for one in sorted(endings, key=lambda ending: ending.number)}


def applies(step: Step, facts: Facts) -> bool:
    """Whether one of `when` holds, where it names any, and none of `unless`."""
    wanted = not step.when or not facts.holds.isdisjoint(step.when)
    return wanted and facts.holds.isdisjoint(step.unless)


def waiting_for(
    procedure: Procedure, step: Step, endings: Sequence[Ending], facts: Facts
) -> tuple[str, ...]:
    """Return what must end before this step may, leaving out parts that do not apply here."""
    ended = in_force(endings)
    out_of_play = {
        part.id for one in procedure.steps for part in one.parts if not applies(part, facts)
    }
    required = dict.fromkeys(procedure.requirements(step))
    return tuple(one for one in required if one not in ended and one not in out_of_play)


def end_step(
    procedure: Procedure,
    endings: Sequence[Ending],
    step_id: str,
    proposed: ProposedEnding,
    *,
    facts: Facts,
    now: datetime,
) -> Ending:
    """Return the ending to record.

    Raises `StepUnknown`, `StepAlreadyEnded`, `StepNotAllowed`, `NotByThisPerson`,
    `ReasonMissing`, `FieldMissing` or `FieldInvalid`.
    """
    step = _find(procedure, step_id)
    if step_id in in_force(endings):
        raise StepAlreadyEnded(step_id)
    missing = waiting_for(procedure, step, endings, facts)
    if missing:
        raise StepNotAllowed(step_id, f"it waits for {', '.join(missing)}", missing)
    _check(step, proposed, facts)
    if proposed.outcome is not Outcome.DONE and not proposed.reason.strip():
        raise ReasonMissing(step_id)
    return _recorded(endings, step_id, proposed, now, supersedes=None)


def correct_ending(
    procedure: Procedure,
    endings: Sequence[Ending],
    step_id: str,
    proposed: ProposedEnding,
    *,
    facts: Facts,
    now: datetime,
) -> Ending:
    """Return a new ending that supersedes the step's present one; always with a reason.

    The step stays ended, so what followed it still stands on firm ground.
    """
    step = _find(procedure, step_id)
    present = in_force(endings).get(step_id)
    if present is None:
        raise NothingToCorrect(step_id)
    _check(step, proposed, facts)
    if not proposed.reason.strip():
        raise ReasonMissing(step_id)
    return _recorded(endings, step_id, proposed, now, supersedes=present.number)


def _find(procedure: Procedure, step_id: str) -> Step:
    step = procedure.find(step_id)
    if step is None:
        raise StepUnknown(step_id)
    return step


def _check(step: Step, proposed: ProposedEnding, facts: Facts) -> None:
    if proposed.outcome not in step.endings:
        allowed = ", ".join(step.endings)
        raise StepNotAllowed(step.id, f"{proposed.outcome} is none of its endings ({allowed})")
    if step.not_by_employee and proposed.by in facts.harassed:
        raise NotByThisPerson(step.id, "the employee concerned is never the one who does this")
    if proposed.outcome is Outcome.DONE:
        check_blanks(step, proposed.values, by=proposed.by, facts=facts)


def _recorded(
    endings: Sequence[Ending],
    step_id: str,
    proposed: ProposedEnding,
    now: datetime,
    *,
    supersedes: int | None,
) -> Ending:
    if now.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return Ending(
        number=max((ending.number for ending in endings), default=0) + 1,
        step_id=step_id,
        outcome=proposed.outcome,
        by=proposed.by,
        at=now,
        reason=proposed.reason.strip(),
        values={name: value for name, value in proposed.values.items() if value.strip()},
        supersedes=supersedes,
    )
