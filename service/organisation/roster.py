"""A file of names: by what else employees are called, and who is named though they never sign in.

Pure: the file and the names as they stand become a plan, which is shown and then made.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from service.organisation.refusals import RowFault, Unusable
from service.organisation.roster_rows import WantedName, read_names
from service.organisation.wanted import fold

ENDED_AT_MOST: Final = 5
"""One of so many may end by a file that no longer names them; more is a wrong file."""


class Kind(StrEnum):
    """What would happen to one name."""

    ADDED = "added"
    CHANGED = "changed"
    BACK = "back"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class OfOurs:
    """One of ours, by whom a row may be meant; `ended` is whether they have left."""

    id: UUID
    name: str
    email: str | None
    number: str | None
    ended: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A name as it stands; with `person_id` it says more of one of ours."""

    id: UUID
    person_id: UUID | None
    name: str
    nicknames: tuple[str, ...]
    titles: tuple[str, ...]
    unit: str | None
    by_file: bool
    ended: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One change; `id` is the name that stands, `person_id` the one of ours that it is of."""

    kind: Kind
    name: str
    id: UUID | None = None
    person_id: UUID | None = None
    nicknames: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class RosterPlan:
    """What a file would change; `known` are those of whom it says nothing new.

    `missing` stood in an earlier file and not in this one; `withheld` is whether they were to end
    and do not, since they are too many, or a row that was left aside may be theirs.
    """

    changes: tuple[Change, ...]
    unusable: tuple[Unusable, ...]
    known: int
    missing: int
    withheld: bool

    @property
    def digest(self) -> str:
        """A short name of exactly these changes: another file or list has another."""
        told = json.dumps([asdict(one) for one in self.changes], default=str, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    @property
    def counts(self) -> Mapping[Kind, int]:
        """How many changes of each sort."""
        return Counter(one.kind for one in self.changes)


def plan_roster(
    content: bytes,
    ours: Sequence[OfOurs],
    standing: Sequence[Standing],
    *,
    end_missing: bool = False,
) -> RosterPlan:
    """Return what a file of names would change; raises `FileUnusable`.

    A row is of one of ours by their address or number, else by a name that only one bears. An
    empty cell changes nothing.
    """
    comparing = _Comparing(ours, standing)
    for row in read_names(content):
        comparing.take(row)
    missing = [
        one for one in standing if one.by_file and not one.ended and one.id not in comparing.seen
    ]
    by_file = sum(one.by_file and not one.ended for one in standing)
    too_many = len(missing) * ENDED_AT_MOST > by_file
    withheld = bool(end_missing and missing and (comparing.unusable or too_many))
    changes = list(comparing.changes)
    if end_missing and not withheld:
        changes += [Change(Kind.ENDED, one.name, one.id, one.person_id) for one in missing]
    changes.sort(key=lambda one: (list(Kind).index(one.kind), fold(one.name), str(one.id)))
    return RosterPlan(
        tuple(changes), tuple(comparing.unusable), comparing.known, len(missing), withheld
    )


@dataclass
class _Comparing:
    """Rows one after another against what stands."""

    ours: Sequence[OfOurs]
    standing: Sequence[Standing]
    changes: list[Change] = field(default_factory=list)
    unusable: list[Unusable] = field(default_factory=list)
    seen: set[UUID] = field(default_factory=set)
    known: int = 0

    def __post_init__(self) -> None:
        self._by_key = {key: one for one in self.ours for key in (one.email, one.number) if key}
        self._by_name: dict[str, list[OfOurs]] = defaultdict(list)
        for one in self.ours:
            if not one.ended:
                self._by_name[fold(one.name)].append(one)
        self._of_person = {one.person_id: one for one in self.standing if one.person_id}
        self._alone = {fold(one.name): one for one in self.standing if not one.person_id}
        self._said: set[object] = set()

    def take(self, row: WantedName | Unusable) -> None:
        """Take one row, or keep why it cannot be used."""
        if isinstance(row, Unusable):
            self.unusable.append(row)
            return
        person = self._person(row)
        if person is None and len(self._by_name[fold(row.name)]) > 1:
            self.unusable.append(Unusable(row.line, RowFault.NAME_OF_SEVERAL, row.name))
            return
        key: object = person.id if person else fold(row.name)
        if key in self._said:
            self.unusable.append(Unusable(row.line, RowFault.NAME_TWICE, row.name))
            return
        self._said.add(key)
        self._compare(row, person)

    def _person(self, row: WantedName) -> OfOurs | None:
        for key in (row.number, row.email):
            if key and key in self._by_key:
                return self._by_key[key]
        named = self._by_name[fold(row.name)]
        return named[0] if len(named) == 1 else None

    def _compare(self, row: WantedName, person: OfOurs | None) -> None:
        stands = self._of_person.get(person.id) if person else self._alone.get(fold(row.name))
        if stands is None:
            # Name, title and unit of ours are known from the organisation already.
            if person is not None and not row.nicknames:
                self.known += 1
                return
            self.changes.append(
                Change(
                    Kind.ADDED,
                    person.name if person else row.name,
                    None,
                    person.id if person else None,
                    row.nicknames,
                    () if person else row.titles,
                    None if person else row.unit,
                )
            )
            return
        self.seen.add(stands.id)
        wanted = Change(
            Kind.BACK if stands.ended else Kind.CHANGED,
            stands.name,
            stands.id,
            stands.person_id,
            row.nicknames or stands.nicknames,
            stands.titles if person else row.titles or stands.titles,
            stands.unit if person else row.unit or stands.unit,
        )
        same = (wanted.nicknames, wanted.titles, wanted.unit) == (
            stands.nicknames,
            stands.titles,
            stands.unit,
        )
        if same and not stands.ended:
            self.known += 1
        else:
            self.changes.append(wanted)
