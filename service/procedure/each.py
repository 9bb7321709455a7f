"""What is done for each employee concerned, and is owed to one who was named after it was done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.procedure.endings import Ending, applies, in_force
from service.procedure.facts import Facts
from service.procedure.model import Procedure, Step


@dataclass(frozen=True, slots=True)
class Owed:
    """A step that has ended, and those named since, to whom its ending says nothing yet."""

    step: Step
    names: tuple[str, ...]


def owed(
    procedure: Procedure,
    endings: Sequence[Ending],
    facts: Facts,
    named: Mapping[str, datetime],
    elsewhere: Mapping[str, frozenset[str]],
) -> tuple[Owed, ...]:
    """Return what is owed, in the guideline's order; correcting the step settles it.

    `named` says by person from when they are named. `elsewhere` says by step for whom it was
    done already in a case that was merged into this one.
    """
    ended = in_force(endings)
    found = []
    for step in procedure.all_steps:
        if not step.each or step.id not in ended or not applies(step, facts):
            continue
        done_for = elsewhere.get(step.id, frozenset())
        names = tuple(
            person
            for person, since in named.items()
            if since > ended[step.id].at and person not in done_for
        )
        if names:
            found.append(Owed(step, names))
    return tuple(found)
