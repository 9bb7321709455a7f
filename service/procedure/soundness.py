"""Whether a procedure hangs together: every name it uses exists and nothing waits for itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import chain

from service.procedure.lines import Place
from service.procedure.model import (
    OPENED,
    Blank,
    Clock,
    Duty,
    FieldType,
    Origin,
    Outcome,
    Period,
    PlainStage,
    Procedure,
    Step,
)

_ENDED = "ended:"
_PLAIN_STAGES = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where."""

    place: Place
    problem: str


@dataclass(frozen=True, slots=True)
class _Names:
    steps: frozenset[str]
    roles: frozenset[str]
    events: frozenset[str]
    circumstances: frozenset[str]

    def starts(self, place: Place, starts: Iterable[str]) -> Iterator[Fault]:
        """A period starts at the opening, a declared event, or the ending of a step."""
        for start in starts:
            if start.startswith(_ENDED):
                known = start.removeprefix(_ENDED) in self.steps
            else:
                known = start in self.events
            if not known:
                yield Fault(place, f"unknown start {start!r}")


def first_fault(procedure: Procedure) -> Fault | None:
    """Return the first thing that does not hang together, or None."""
    names = _Names(
        steps=frozenset(step.id for step in procedure.all_steps),
        roles=frozenset(role.id for role in procedure.roles),
        events=frozenset(event.id for event in procedure.events),
        circumstances=frozenset(one.id for one in procedure.circumstances),
    )
    return next(
        chain(
            _duplicates(procedure),
            [] if OPENED in names.events else [Fault(("events",), f"{OPENED!r} needs a word")],
            *(_step_faults(place, step, names) for place, step in _placed(procedure)),
            *(_clock_faults(("clocks", i), c, names) for i, c in enumerate(procedure.clocks)),
            _plain_faults(procedure.plain, names),
            _cycles(procedure),
        ),
        None,
    )


def _placed(procedure: Procedure) -> Iterator[tuple[Place, Step]]:
    for i, step in enumerate(procedure.steps):
        yield ("steps", i), step
        for j, part in enumerate(step.parts):
            yield ("steps", i, "parts", j), part


def _duplicates(procedure: Procedure) -> Iterator[Fault]:
    groups: tuple[Iterable[tuple[Place, str]], ...] = (
        ((place, step.id) for place, step in _placed(procedure)),
        ((("roles", i), role.id) for i, role in enumerate(procedure.roles)),
        ((("events", i), event.id) for i, event in enumerate(procedure.events)),
        ((("circumstances", i), one.id) for i, one in enumerate(procedure.circumstances)),
        ((("clocks", i), clock.id) for i, clock in enumerate(procedure.clocks)),
        ((("plain", i), stage.id) for i, stage in enumerate(procedure.plain)),
    )
    for group in groups:
        seen: set[str] = set()
        for place, one in group:
            if one in seen:
                yield Fault((*place, "id"), f"{one!r} stands twice")
            seen.add(one)


def _step_faults(place: Place, step: Step, names: _Names) -> Iterator[Fault]:
    yield from _role_faults(place, step, names)
    for other in step.requires:
        if other not in names.steps:
            yield Fault((*place, "requires"), f"unknown step {other!r}")
    yield from _when_faults(place, (*step.when, *step.unless), names)
    for number, caution in enumerate(step.cautions):
        yield from _when_faults((*place, "cautions", number), caution.when, names)
    yield from _ending_faults(place, step)
    if any(part.parts for part in step.parts):
        yield Fault((*place, "parts"), "a part has no parts of its own")
    if step.opens is not None:
        yield from names.starts((*place, "opens", "starts"), step.opens.starts)
    for number, period in enumerate(step.deadlines):
        yield from _period_faults((*place, "deadlines", number), period, names)
    yield from _blank_faults(place, step.blanks)


def _role_faults(place: Place, step: Step, names: _Names) -> Iterator[Fault]:
    named: list[tuple[Place, tuple[str, ...]]] = [((*place, "responsible"), step.responsible)]
    for number, voice in enumerate(step.voices):
        named.append(((*place, "voices", number, "roles"), voice.roles))
        named.append(((*place, "voices", number, "doer"), (voice.doer,) if voice.doer else ()))
    for where, roles in named:
        for role in roles:
            if role not in names.roles:
                yield Fault(where, f"unknown role {role!r}")


def _ending_faults(place: Place, step: Step) -> Iterator[Fault]:
    if Outcome.DONE not in step.endings:
        yield Fault((*place, "endings"), "a step that can never be done is no step")
    if step.duty is Duty.MANDATORY and Outcome.NOT_RELEVANT in step.endings:
        yield Fault((*place, "endings"), "a mandatory step is never 'not_relevant'")


def _when_faults(place: Place, when: Iterable[str], names: _Names) -> Iterator[Fault]:
    for one in when:
        if one not in names.circumstances:
            yield Fault((*place, "when"), f"unknown circumstance {one!r}")


def _period_faults(place: Place, period: Period, names: _Names) -> Iterator[Fault]:
    yield from names.starts((*place, "starts"), period.starts)
    yield from _when_faults(place, period.when, names)
    if period.origin is not Origin.SUGGESTION and not period.citation.strip():
        yield Fault((*place, "citation"), "a deadline from a source or the law says which")


def _blank_faults(place: Place, blanks: tuple[Blank, ...]) -> Iterator[Fault]:
    earlier: dict[str, Blank] = {}
    for number, blank in enumerate(blanks):
        here = (*place, "blanks", number)
        if blank.id in earlier:
            yield Fault((*here, "id"), f"{blank.id!r} stands twice")
        if (blank.type is FieldType.CHOICE) != bool(blank.choices):
            yield Fault((*here, "choices"), "a choice field has choices, and no other field")
        if blank.other_than and blank.type is not FieldType.PERSON:
            yield Fault((*here, "other_than"), "only a person can be another person")
        asked = blank.required_when
        if asked is not None:
            known = {c.id for c in earlier[asked.field].choices} if asked.field in earlier else ()
            for answer in asked.answers:
                if answer not in known:
                    problem = f"no earlier field {asked.field!r} has the answer {answer!r}"
                    yield Fault((*here, "required_when"), problem)
        earlier[blank.id] = blank


def _clock_faults(place: Place, clock: Clock, names: _Names) -> Iterator[Fault]:
    yield from _period_faults((*place, "period"), clock.period, names)
    for stop in clock.stopped_by:
        if stop not in names.steps and stop not in names.events:
            yield Fault((*place, "stopped_by"), f"{stop!r} is neither step nor event")


def _plain_faults(stages: tuple[PlainStage, ...], names: _Names) -> Iterator[Fault]:
    if len(stages) != _PLAIN_STAGES:
        yield Fault(("plain",), f"the employee sees {_PLAIN_STAGES} states, not {len(stages)}")
    for number, stage in enumerate(stages):
        for step in stage.steps:
            if step not in names.steps:
                yield Fault(("plain", number, "steps"), f"unknown step {step!r}")


def _cycles(procedure: Procedure) -> Iterator[Fault]:
    graph = {step.id: procedure.requirements(step) for step in procedure.all_steps}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as cycle:
        place = next(place for place, step in _placed(procedure) if step.id in cycle.args[1])
        yield Fault((*place, "requires"), f"waits for itself: {' ← '.join(cycle.args[1])}")
