"""What would change in an organisation, as plain values; applying does this and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass
from enum import StrEnum
from uuid import UUID

from service.organisation.refusals import Unusable


@dataclass(frozen=True, slots=True)
class PresentUnit:
    """A unit as it stands."""

    id: UUID
    name: str
    number: str | None
    parent_id: UUID | None
    by_file: bool
    ended: bool


@dataclass(frozen=True, slots=True)
class PresentRole:
    """A role held now; `unit_id` is None where it reaches the whole municipality."""

    id: UUID
    role: str
    unit_id: UUID | None
    by_file: bool


@dataclass(frozen=True, slots=True)
class PresentPerson:
    """A person as they stand, with the roles that they hold now."""

    id: UUID
    name: str
    email: str | None
    number: str | None
    unit_id: UUID | None
    title: str | None
    phone: str | None
    language: str
    by_file: bool
    ended: bool
    roles: tuple[PresentRole, ...] = ()


@dataclass(frozen=True, slots=True)
class Present:
    """The whole organisation as it stands."""

    units: tuple[PresentUnit, ...]
    people: tuple[PresentPerson, ...]


class Kind(StrEnum):
    """One sort of change, in the order in which they are made."""

    UNIT_ADDED = "unit_added"
    UNIT_BACK = "unit_back"
    UNIT_CHANGED = "unit_changed"
    UNIT_MOVED = "unit_moved"
    PERSON_ADDED = "person_added"
    PERSON_BACK = "person_back"
    PERSON_CHANGED = "person_changed"
    PERSON_MOVED = "person_moved"
    ROLE_ENDED = "role_ended"
    ROLE_GIVEN = "role_given"
    PERSON_ENDED = "person_ended"
    UNIT_ENDED = "unit_ended"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that becomes another; None is nothing (of a role's unit: everywhere)."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `id` is the unit's, person's or (ended) role's; None where it is new.

    `key` names the person of a new role before they have an id: `number:…`, `email:…` or `id:…`.
    """

    kind: Kind
    name: str
    id: UUID | None = None
    key: str = ""
    differences: tuple[Difference, ...] = ()

    def after(self, field: str) -> str | None:
        """Return what something becomes, or None."""
        return next((one.after for one in self.differences if one.field == field), None)


class Withheld(StrEnum):
    """Why nobody is ended although it was asked for."""

    ROWS = "rows"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Keeps:
    """A role that was given by hand in a unit which its holder leaves: the file does not end it."""

    name: str
    role: str
    unit: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that would change, and what would not and why.

    Attributes:
        adopted: Units and people that stood here before, and follow the file from now on.
        missing: How many people of earlier files stand in this one no longer.
        withheld: Why they are not ended, where that was asked for.
    """

    changes: tuple[Change, ...]
    unusable: tuple[Unusable, ...]
    adopted: tuple[UUID, ...] = ()
    missing: int = 0
    withheld: Withheld | None = None
    keeps: tuple[Keeps, ...] = ()
    other_columns: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not self.changes and not self.adopted

    @property
    def counts(self) -> dict[Kind, int]:
        """How many changes of each sort, in their order."""
        found = Counter(one.kind for one in self.changes)
        return {kind: found[kind] for kind in Kind if found[kind]}

    @property
    def digest(self) -> str:
        """A short name of exactly these changes: another file or organisation has another."""
        told = [asdict(one) for one in self.changes]
        said = json.dumps([told, sorted(map(str, self.adopted))], default=str, sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:16]
