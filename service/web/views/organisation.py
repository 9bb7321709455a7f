"""Units, people, files, absence and the duty list."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from service.casework.organisation.away import AwayLine, DeputyLine
from service.casework.organisation.duties import OnDuty
from service.casework.organisation.listing import PersonFacts, PersonLine, UnitFacts, UnitLine
from service.web.views.frame import FormState

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """`organisation.html`: the tree, who is on duty, and a form for a new unit."""

    units: tuple[UnitLine, ...]
    people: int
    choices: Choices
    on_duty: tuple[OnDuty, ...]
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class UnitView:
    """`organisation_unit.html`: one unit, who belongs to it and what stands below."""

    unit: UnitFacts
    choices: Choices
    own_choice: str
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class PeopleView:
    """`organisation_people.html`: people found, and a form for a new one."""

    q: str
    people: tuple[PersonLine, ...]
    more: bool
    choices: Choices
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class PersonView:
    """`organisation_person.html`: one person; `is_oneself` may change less."""

    person: PersonFacts
    unit: str | None
    choices: Choices
    roles: tuple[str, ...]
    is_oneself: bool
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class AbsenceView:
    """`absence.html`: when one is away, and who stands in."""

    absences: tuple[AwayLine, ...]
    deputies: tuple[DeputyLine, ...]
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class DutyLineView:
    """One line of the duty list, in words."""

    name: str
    phone: str | None
    days: str
    hours: str
    first_day: datetime
    last_day: datetime | None
    place: int
    end_url: str


@dataclass(frozen=True, slots=True)
class GapView:
    """When nobody is on duty."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class DutyView:
    """`duty.html`: who is on duty now, when nobody is in the next seven days, the list."""

    on_duty: tuple[OnDuty, ...]
    gaps: tuple[GapView, ...]
    lines: tuple[DutyLineView, ...]
    today: str
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """All changes of one sort: its head, and name and details of each."""

    title: str
    kind: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ImportView:
    """`organisation_import.html`: the form, or what a file would change.

    Attributes:
        plan: The name of exactly these changes; None where no file was read.
        apply_url: Where to say yes; None where nothing would change.
        unusable: Line and reason of each row that is left aside.
        notes: What else is to be known, each a sentence.
        withheld: Why nobody is ended although it was asked for, or None.
        changed_meanwhile: Whether the organisation changed since it was shown before.
    """

    plan: str | None = None
    apply_url: str | None = None
    groups: tuple[ChangeGroup, ...] = ()
    unusable: tuple[tuple[int, str], ...] = ()
    notes: tuple[str, ...] = ()
    withheld: str | None = None
    changed_meanwhile: bool = False
    form: FormState = field(default_factory=FormState)

    @property
    def total(self) -> int:
        """How many changes there are."""
        return sum(len(one.lines) for one in self.groups)
