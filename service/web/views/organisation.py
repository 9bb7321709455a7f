"""Units, people, files, absence and the duty list."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

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
    """`organisation_people.html`: people found, and a form for a new one.

    Attributes:
        waiting: Whether only those are shown who have never come in.
        not_in: How many they are.
        provider: What people call the provider that signs them in, or None.
    """

    q: str
    people: tuple[PersonLine, ...]
    more: bool
    choices: Choices
    waiting: bool = False
    not_in: int = 0
    provider: str | None = None
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
class ProgramLine:
    """One program's token; `unit` None reaches the whole municipality.

    Attributes:
        state: `valid`, `expired` or `revoked`.
        end_url: Where it is ended; None where it has ended.
    """

    name: str
    role: str
    unit: str | None
    made_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    state: str
    end_url: str | None

    @property
    def last(self) -> datetime:
        """The last moment of it, whose day people name."""
        return self.expires_at - timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ProgramsView:
    """`organisation_programs.html`: programs with access, and a form for another.

    Attributes:
        standing, ended: The latest first.
        made: Name and secret of the one that was made just now; shown this once.
    """

    standing: tuple[ProgramLine, ...]
    ended: tuple[ProgramLine, ...]
    choices: Choices
    roles: tuple[str, ...]
    may_change: bool
    made: tuple[str, str] | None = None
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
        invites: Whether somebody would be new here, and so could be told of their way in.
    """

    plan: str | None = None
    apply_url: str | None = None
    groups: tuple[ChangeGroup, ...] = ()
    unusable: tuple[tuple[int, str], ...] = ()
    notes: tuple[str, ...] = ()
    withheld: str | None = None
    changed_meanwhile: bool = False
    invites: bool = False
    form: FormState = field(default_factory=FormState)

    @property
    def total(self) -> int:
        """How many changes there are."""
        return sum(len(one.lines) for one in self.groups)
