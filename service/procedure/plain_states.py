"""*Min sag*: how the case stands, in five plain states for the employee concerned (A6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from service.procedure.endings import Ending, applies, in_force
from service.procedure.facts import Facts
from service.procedure.model import Outcome, PlainStage, Procedure, Step


class Progress(StrEnum):
    """Whether a stage is behind, now or ahead."""

    DONE = "done"
    NOW = "now"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class PlainState:
    """One state of the line, with the words for how it stands."""

    id: str
    progress: Progress
    text: str


def plain_states(
    procedure: Procedure, endings: Sequence[Ending], facts: Facts, language: str
) -> tuple[PlainState, ...]:
    """Return the five states; the first that is not over is the one that is *now*."""
    ended = in_force(endings)
    line: list[PlainState] = []
    for stage in procedure.plain:
        steps = _steps(procedure, stage, facts)
        if all(step.id in ended for step in steps):
            happened = ended[stage.steps[0]].outcome is Outcome.DONE
            words = stage.done if happened else stage.otherwise
            line.append(PlainState(stage.id, Progress.DONE, words.within(language)))
        elif any(one.progress is Progress.NOW for one in line):
            line.append(PlainState(stage.id, Progress.LATER, stage.later.within(language)))
        else:
            line.append(PlainState(stage.id, Progress.NOW, stage.now.within(language)))
    return tuple(line)


def _steps(procedure: Procedure, stage: PlainStage, facts: Facts) -> tuple[Step, ...]:
    """The stage's steps and those of their parts that apply."""
    own = (step for step in procedure.all_steps if step.id in stage.steps)
    return tuple(
        one for step in own for one in (step, *(p for p in step.parts if applies(p, facts)))
    )
