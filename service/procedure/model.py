"""What a procedure consists of, as frozen values.

The shapes here are the shapes of the TOML file: `reading` fills them from it and refuses a key
that no shape knows. Ids such as `12.3` and sources such as `ISHOJ-12.3` are the guideline's own.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, StringConstraints

from service.procedure.working_time import WorkingTime

LANGUAGES = ("da", "nb", "en")
OPENED = "opened"  # the one event every case has: the moment our own clock saw it open

Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-z][0-9a-z._-]*$")]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Shape:
    """A table of the file: a key it does not know is an error, never ignored."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


class Duty(StrEnum):
    """How much the guideline asks for the step."""

    MANDATORY = "mandatory"
    EXPECTED = "expected"
    CONDITIONAL = "conditional"
    OPTIONAL = "optional"


class Outcome(StrEnum):
    """The three ways in which a step ends."""

    DONE = "done"
    NOT_RELEVANT = "not_relevant"
    WAIVED = "waived"


class Unit(StrEnum):
    """What a period is counted in; `working_time` says how."""

    HOURS = "hours"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    DAYS = "days"
    MONTHS = "months"


class Origin(StrEnum):
    """Who set a deadline: the source guideline, the law, or a suggestion of the product."""

    SOURCE = "source"
    LAW = "law"
    SUGGESTION = "suggestion"


class FieldType(StrEnum):
    """What a field to fill in holds: words, an ISO date, one of its choices, a person's id."""

    TEXT = "text"
    DATE = "date"
    CHOICE = "choice"
    PERSON = "person"


class Other(StrEnum):
    """Whom a person field may not name."""

    ENDER = "ender"
    HARASSED = "harassed"


@dataclass(frozen=True, slots=True)
class Text(Shape):
    """One text in every language of the interface."""

    da: Words
    nb: Words
    en: Words

    def within(self, language: str) -> str:
        """Return the text in `language`; an unknown language reads Danish."""
        return {"nb": self.nb, "en": self.en}.get(language, self.da)


@dataclass(frozen=True, slots=True)
class Named(Shape):
    """A role, an event or a circumstance, and its word in each language."""

    id: Id
    word: Text


@dataclass(frozen=True, slots=True)
class Period(Shape):
    """How long, counted from the first of `starts` that has happened, and who says so.

    `when` names circumstances of which one must hold; empty means always.
    """

    amount: Annotated[int, Field(ge=0, strict=True)]
    unit: Unit
    starts: Annotated[tuple[str, ...], Field(min_length=1)]
    origin: Origin
    citation: str = ""
    when: tuple[Id, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice(Shape):
    """One answer of a choice field."""

    id: Id
    label: Text


@dataclass(frozen=True, slots=True)
class RequiredWhen(Shape):
    """Another field's answers that make this field required."""

    field: Id
    answers: Annotated[tuple[Id, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Blank(Shape):
    """A field to fill in before the step counts as done."""

    id: Id
    type: FieldType
    label: Text
    required: bool = False
    required_when: RequiredWhen | None = None
    choices: tuple[Choice, ...] = ()
    other_than: tuple[Other, ...] = ()


@dataclass(frozen=True, slots=True)
class Opens(Shape):
    """When a dated task comes into *Gør nu*; before that it is shown with its date."""

    amount: Annotated[int, Field(ge=0, strict=True)]
    unit: Unit
    starts: Annotated[tuple[str, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Caution(Shape):
    """What to beware of in a step where one of these circumstances holds."""

    when: Annotated[tuple[Id, ...], Field(min_length=1)]
    text: Text


@dataclass(frozen=True, slots=True)
class Voice(Shape):
    """The same step in words for others than those who do it.

    `roles` names for whom; none means everyone who is not responsible for the step. `doer` is
    who does what is told here, where that is another than those responsible. What a voice
    leaves out is said as the step says it.
    """

    roles: tuple[Id, ...] = ()
    doer: Id | None = None
    title: Text | None = None
    do: Text | None = None
    why: Text | None = None


@dataclass(frozen=True, slots=True)
class Step(Shape):
    """One step, or a dated part of one.

    A part applies only where one of `when` holds (if it names any) and none of `unless`. A step
    of its own always has to end; there the two only say whether it is expected. A step waits
    for a part of its own only where `requires` names it; the case waits for all that apply.
    What is done for `each` employee concerned is owed anew to one who is named afterwards.
    """

    id: Id
    source: str
    title: Text
    do: Text
    why: Text
    done_when: Text
    duty: Duty
    responsible: Annotated[tuple[Id, ...], Field(min_length=1)]
    endings: Annotated[tuple[Outcome, ...], Field(min_length=1)]
    requires: tuple[str, ...] = ()
    when: tuple[Id, ...] = ()
    unless: tuple[Id, ...] = ()
    not_by_employee: bool = False
    each: bool = False
    opens: Opens | None = None
    deadlines: tuple[Period, ...] = ()
    blanks: tuple[Blank, ...] = ()
    cautions: tuple[Caution, ...] = ()
    voices: tuple[Voice, ...] = ()
    parts: tuple["Step", ...] = ()


@dataclass(frozen=True, slots=True)
class Clock(Shape):
    """A deadline that runs beside the steps until one of `stopped_by` (steps, events) comes."""

    id: Id
    title: Text
    why: Text
    period: Period
    stopped_by: Annotated[tuple[str, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class PlainStage(Shape):
    """One of the five plain states of *Min sag*, and the steps behind it.

    The first of `steps` carries the words: where it ended without being done, `otherwise` is
    said, so that the employee is never told of something that did not happen.
    """

    id: Id
    steps: Annotated[tuple[str, ...], Field(min_length=1)]
    later: Text
    now: Text
    done: Text
    otherwise: Text


@dataclass(frozen=True, slots=True)
class Procedure(Shape):
    """A municipality's procedure: what, who, by when and why."""

    id: Id
    version: Annotated[int, Field(ge=1, strict=True)]
    title: Text
    summary: Text
    working_time: WorkingTime
    roles: tuple[Named, ...]
    events: tuple[Named, ...]
    circumstances: tuple[Named, ...]
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    clocks: tuple[Clock, ...] = ()
    plain: tuple[PlainStage, ...] = ()

    def find(self, step_id: str) -> Step | None:
        """Return the step or part with this id."""
        return next((step for step in self.all_steps if step.id == step_id), None)

    def parent(self, part_id: str) -> Step | None:
        """Return the step that the part belongs to; None for a step of its own."""
        return next((s for s in self.steps if any(p.id == part_id for p in s.parts)), None)

    def requirements(self, step: Step) -> tuple[str, ...]:
        """Return what the step requires; a part also what its step requires beside parts."""
        parent = self.parent(step.id)
        if parent is None:
            return step.requires
        parts = {part.id for part in parent.parts}
        return (*(one for one in parent.requires if one not in parts), *step.requires)

    @property
    def all_steps(self) -> tuple[Step, ...]:
        """Every step, each followed by its parts."""
        return tuple(one for step in self.steps for one in (step, *step.parts))
