"""A file against the organisation as it stands: who and what would be added, changed, ended."""

from __future__ import annotations

from uuid import UUID

from service.organisation.comparing_units import Units
from service.organisation.plan import (
    Change,
    Difference,
    Keeps,
    Kind,
    Plan,
    Present,
    PresentPerson,
    PresentRole,
    Withheld,
)
from service.organisation.refusals import RowFault, Unusable
from service.organisation.wanted import RowRefused, Wanted, WantedPerson, WantedRole

ENDED_AT_MOST = 5
"""One of so many people may end by a file that no longer names them; more is a wrong file."""

_ORDER = {kind: number for number, kind in enumerate(Kind)}
_PLAIN = ("name", "email", "number", "title", "phone", "language")


def compare(
    present: Present,
    wanted: Wanted,
    *,
    end_missing: bool = False,
    end_many: bool = False,
    asked_by: UUID | None = None,
) -> Plan:
    """Return what would change.

    People who stand in the file no longer end only by `end_missing`, and then only those whom an
    earlier file named; none where a row could not be used (it may be theirs), nor more than a
    fifth unless `end_many`. Whoever asks changes neither their own roles nor address, and does
    not end themselves.
    """
    units = Units(present, wanted)
    people = _People(present, wanted, units, asked_by)
    for person in wanted.people:
        people.take(person)
    unusable = (*wanted.unusable, *units.unusable, *people.unusable)
    missing = [
        one
        for one in present.people
        if one.by_file and not one.ended and one.id not in people.seen and one.id != asked_by
    ]
    standing = sum(one.by_file and not one.ended for one in present.people)
    withheld = None
    if end_missing and missing and unusable:
        withheld = Withheld.ROWS
    elif end_missing and len(missing) * ENDED_AT_MOST > standing and not end_many:
        withheld = Withheld.TOO_MANY
    ends = end_missing and withheld is None
    changes = [*units.changes, *people.changes]
    if ends:
        changes += [_ended(one, units) for one in missing]
        if not unusable:
            changes += units.left_empty(people.units_after(missing))
    return Plan(
        changes=tuple(sorted(changes, key=lambda one: _ORDER[one.kind])),
        unusable=tuple(sorted(unusable, key=lambda one: one.line)),
        adopted=(*units.adopted, *people.adopted),
        missing=len(missing),
        withheld=withheld,
        keeps=tuple(people.keeps),
        other_columns=wanted.other_columns,
    )


def _ended(person: PresentPerson, units: Units) -> Change:
    unit = units.name_of(person.unit_id)
    differences = (Difference("email", person.email, None), Difference("unit", unit, None))
    told = tuple(one for one in differences if one.before)
    return Change(Kind.PERSON_ENDED, person.name, person.id, differences=told)


class _People:
    """The people of a file, matched with ours by number first, then by address."""

    def __init__(
        self, present: Present, wanted: Wanted, units: Units, asked_by: UUID | None
    ) -> None:
        self._by_number = {one.number: one for one in present.people if one.number}
        self._by_email = {one.email: one for one in present.people if one.email}
        self._present = present
        self._says_roles = wanted.says_roles
        self._units = units
        self._asked_by = asked_by
        self._unit_after: dict[UUID | str, str | None] = {}
        self._roles_after: dict[UUID | str, set[tuple[str, str | None]]] = {}
        self.seen: set[UUID] = set()
        self.changes: list[Change] = []
        self.adopted: list[UUID] = []
        self.unusable: list[Unusable] = []
        self.keeps: list[Keeps] = []

    def take(self, wanted: WantedPerson) -> None:
        """Compare one person, or say why not."""
        try:
            known = self._match(wanted)
            if known is None:
                self._add(wanted)
            else:
                self._change(known, wanted)
        except RowRefused as refused:
            self.unusable.append(Unusable(wanted.line, refused.fault, refused.what))

    def units_after(self, missing: list[PresentPerson]) -> set[str]:
        """Return the keys of the units that somebody belongs to, or holds a role in, afterwards."""
        gone = {one.id for one in missing}
        used = {key for key in self._unit_after.values() if key}
        used |= {key for held in self._roles_after.values() for _, key in held if key}
        for one in self._present.people:
            if one.ended or one.id in gone:
                continue
            if one.id not in self._unit_after:
                used |= {self._units.key_of(one.unit_id)} if one.unit_id else set()
            if one.id not in self._roles_after:
                used |= {self._units.key_of(held.unit_id) for held in one.roles if held.unit_id}
        return used

    def _match(self, wanted: WantedPerson) -> PresentPerson | None:
        by_number = self._by_number.get(wanted.number) if wanted.number else None
        by_email = self._by_email.get(wanted.email) if wanted.email else None
        found = by_number or by_email
        if found is None:
            return None
        self.seen.add(found.id)
        if by_email is not None and by_email.id != found.id:
            raise RowRefused(RowFault.EMAIL_OF_ANOTHER, wanted.email or "")
        if by_number is None:
            if found.number and wanted.number:
                raise RowRefused(RowFault.NUMBER_DIFFERS, wanted.email or "")
            if found.ended:
                # An address may pass to somebody new; what was the first one's does not.
                raise RowRefused(RowFault.LEFT_BEFORE, wanted.email or "")
        return found

    def _add(self, wanted: WantedPerson) -> None:
        if wanted.name is None:
            raise RowRefused(RowFault.NO_NAME, wanted.email or wanted.number or "")
        key = _key(wanted)
        unit = self._units.key_named(wanted.unit)
        roles = self._wanted_roles(wanted, unit)
        told = [(name, getattr(wanted, name)) for name in _PLAIN if name != "name"]
        told.append(("unit", self._units.name_after(unit)))
        differences = tuple(Difference(name, None, value) for name, value in told if value)
        self.changes.append(
            Change(Kind.PERSON_ADDED, wanted.name, key=key, differences=differences)
        )
        self._unit_after[key] = unit
        self._roles_after[key] = roles
        self.changes += [self._given(wanted.name, key, *one) for one in sorted(roles, key=str)]

    def _change(self, known: PresentPerson, wanted: WantedPerson) -> None:
        before = self._units.key_of(known.unit_id) if known.unit_id else None
        after = self._units.key_named(wanted.unit) if wanted.unit else before
        roles = self._wanted_roles(wanted, after)
        held = {(one.role, self._key_of_role(one)): one for one in known.roles}
        given = sorted(roles - set(held), key=str)
        ended = [one for key, one in held.items() if one.by_file and key not in roles]
        ended = ended if self._says_roles else []
        differences = tuple(
            Difference(name, getattr(known, name), getattr(wanted, name))
            for name in _PLAIN
            if getattr(wanted, name) not in (None, getattr(known, name))
        )
        own = given or ended or any(one.field == "email" for one in differences)
        if known.id == self._asked_by and own:
            raise RowRefused(RowFault.YOURSELF, known.name)
        name, key = wanted.name or known.name, f"id:{known.id}"
        if known.ended:
            self.changes.append(Change(Kind.PERSON_BACK, name, known.id, key))
        if differences:
            kind = Kind.PERSON_CHANGED
            self.changes.append(Change(kind, known.name, known.id, key, differences))
        if after != before:
            names = self._units.name_of(known.unit_id), self._units.name_after(after)
            moved = (Difference("unit", *names),)
            self.changes.append(Change(Kind.PERSON_MOVED, name, known.id, key, moved))
            self._tell_kept(known, name, before)
        self.changes += [self._ended_role(name, one) for one in ended]
        self.changes += [self._given(name, key, *one) for one in given]
        if not known.by_file:
            self.adopted.append(known.id)
        self._unit_after[known.id] = after
        left = {pair for pair, one in held.items() if one not in ended}
        self._roles_after[known.id] = left | set(given)

    def _wanted_roles(self, wanted: WantedPerson, own: str | None) -> set[tuple[str, str | None]]:
        return {(one.role, self._where(one, own)) for one in wanted.roles}

    def _where(self, wanted: WantedRole, own: str | None) -> str | None:
        """Return the unit's key; None is everywhere, which only the file's own word gives."""
        if wanted.everywhere:
            return None
        if wanted.unit is None:
            if own is None:
                raise RowRefused(RowFault.ROLE_NOWHERE, wanted.role)
            return own
        return self._units.key_named(wanted.unit)

    def _key_of_role(self, held: PresentRole) -> str | None:
        return self._units.key_of(held.unit_id) if held.unit_id else None

    def _given(self, name: str, key: str, role: str, unit: str | None) -> Change:
        where = Difference("unit", None, self._units.name_after(unit))
        return Change(
            Kind.ROLE_GIVEN, name, key=key, differences=(Difference("role", None, role), where)
        )

    def _ended_role(self, name: str, held: PresentRole) -> Change:
        where = Difference("unit", self._units.name_of(held.unit_id), None)
        differences = (Difference("role", held.role, None), where)
        return Change(Kind.ROLE_ENDED, name, held.id, differences=differences)

    def _tell_kept(self, known: PresentPerson, name: str, before: str | None) -> None:
        if before is None:
            return
        self.keeps += [
            Keeps(name, one.role, self._units.name_of(one.unit_id) or "")
            for one in known.roles
            if not one.by_file and self._key_of_role(one) == before
        ]


def _key(wanted: WantedPerson) -> str:
    return f"number:{wanted.number}" if wanted.number else f"email:{wanted.email}"
