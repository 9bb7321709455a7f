"""A file of the organisation: what it would change is shown, and then made, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.entries import Collected, Row
from archive.ledger.log import collect, record
from archive.records.people import PersonRecord, RoleRecord, UnitRecord
from service.access.endings import end_person, end_role
from service.access.invitations import invite
from service.access.people import add_unit
from service.casework.organisation.by_hand import (
    Told,
    bring_back,
    change_person,
    change_unit,
    end_unit,
    move_person,
    move_unit,
)
from service.casework.organisation.present import present_organisation
from service.errors import PlanChanged
from service.organisation.comparing import compare
from service.organisation.plan import Change, Kind, Plan
from service.organisation.wanted import read_wanted

IN_AN_IN = 500
"""So many values go into one `IN`, far below what any database takes."""


def plan_of(
    session: Session,
    content: bytes,
    roles: tuple[str, ...],
    now: datetime,
    *,
    end_missing: bool = False,
    end_many: bool = False,
    asked_by: UUID | None = None,
) -> Plan:
    """Return what a file would change now; raises `FileUnusable`."""
    present = present_organisation(session, now)
    numbers = {one.number: one.name for one in present.units if one.number}
    wanted = read_wanted(content, roles, numbers)
    return compare(present, wanted, end_missing=end_missing, end_many=end_many, asked_by=asked_by)


def require_shown(plan: Plan, digest: str) -> None:
    """Raise `PlanChanged` unless this is the plan that was shown."""
    if plan.digest != digest:
        raise PlanChanged("the organisation has changed since this was shown")


def apply_plan(
    session: Session,
    plan: Plan,
    content: bytes,
    now: datetime,
    *,
    actor: str,
    inviting: bool = False,
) -> None:
    """Make these changes and no other, each with its entry; the plan was made in this session.

    With `inviting` whoever is new, back or has another address is told of their way in by mail,
    unless they have come in already.
    """
    making = _Making(session, Told(now, actor))
    for kind, changes in groupby(plan.changes, key=lambda one: one.kind):
        making.make(kind, list(changes))
    if inviting:
        invite(session, making.new_here, now, actor=actor)
    adopted = [*plan.adopted]
    for start in range(0, len(adopted), IN_AN_IN):
        some = adopted[start : start + IN_AN_IN]
        for unit in session.scalars(select(UnitRecord).where(UnitRecord.id.in_(some))):
            unit.by_file = True
        for person in session.scalars(select(PersonRecord).where(PersonRecord.id.in_(some))):
            person.by_file = True
    record(
        session,
        "organisation.imported",
        at=now,
        actor=actor,
        file_sha256=hashlib.sha256(content).hexdigest(),
        plan=plan.digest,
        counts={str(kind): number for kind, number in plan.counts.items()},
        adopted=len(adopted),
        rows_left_aside=len(plan.unusable),
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """A new row with the entry that speaks of it, and the person that it is about."""

    entry: str
    row: PersonRecord | RoleRecord
    person: PersonRecord
    facts: dict[str, Any]


class _Making:
    """One plan on its way into the tables; new units and people are found by their keys."""

    def __init__(self, session: Session, told: Told) -> None:
        self._session = session
        self._told = told
        self._units = {row.name: row for row in session.scalars(select(UnitRecord))}
        self._new: dict[str, PersonRecord] = {}
        self.new_here: list[PersonRecord] = []
        """Who is new, back, or has another address."""

    def make(self, kind: Kind, changes: Sequence[Change]) -> None:
        """Make all changes of one sort."""
        if kind is Kind.PERSON_ADDED:
            self._add_people(changes)
        elif kind is Kind.ROLE_GIVEN:
            self._give_roles(changes)
        else:
            for change in changes:
                self._make_one(change)

    def _make_one(self, change: Change) -> None:
        if change.kind is Kind.UNIT_ADDED:
            self._add_unit(change)
        elif change.kind is Kind.ROLE_ENDED:
            held = self._session.get_one(RoleRecord, change.id)
            end_role(self._session, held, self._told.at, actor=self._told.by)
        elif change.kind.startswith("unit"):
            self._unit(change)
        else:
            self._person(change)

    def _add_unit(self, change: Change) -> None:
        unit = add_unit(
            self._session,
            change.name,
            self._told.at,
            parent=self._unit_id(change.after("parent")),
            actor=self._told.by,
            number=change.after("number"),
            by_file=True,
        )
        self._units[unit.name] = unit

    def _add_people(self, changes: Sequence[Change]) -> None:
        """Add people in one go; that nobody has their number or address, the plan has seen."""
        for change in changes:
            self._new[change.key] = PersonRecord(
                id=uuid4(),
                name=change.name,
                email=change.after("email"),
                unit_id=self._unit_id(change.after("unit")),
                title=change.after("title"),
                phone=change.after("phone"),
                language=change.after("language") or "da",
                number=change.after("number"),
                by_file=True,
                added_at=self._told.at,
            )
        self._keep([Kept("person.added", one, one, {}) for one in self._new.values()])
        self.new_here += self._new.values()

    def _give_roles(self, changes: Sequence[Change]) -> None:
        kept = []
        for change in changes:
            person, role = self._whom(change.key), change.after("role") or ""
            held = RoleRecord(
                id=uuid4(),
                person_id=person.id,
                role=role,
                unit_id=self._unit_id(change.after("unit")),
                since=self._told.at,
                by_file=True,
            )
            kept.append(Kept("role.given", held, person, {"role": role}))
        self._keep(kept)

    def _keep(self, kept: Sequence[Kept]) -> None:
        """Insert rows together, each with an entry of its own: a flush a row costs ten times it."""
        self._session.add_all(one.row for one in kept)
        self._session.flush()
        changed = self._session.info["changed"]
        for one in kept:
            rows: dict[str, Row | None] = {each.row_key(): each for each in (one.row, one.person)}
            changed.pop(one.row.row_key())
            subject = one.person.row_key()
            entry = Collected(
                one.entry, self._told.at, self._told.by, subject, None, one.facts, rows
            )
            collect(self._session, entry)

    def _unit(self, change: Change) -> None:
        unit = self._session.get_one(UnitRecord, change.id)
        if change.kind is Kind.UNIT_CHANGED:
            self._units.pop(unit.name, None)
            change_unit(
                self._session,
                unit,
                self._told,
                name=change.after("name"),
                number=change.after("number"),
            )
            self._units[unit.name] = unit
        elif change.kind is Kind.UNIT_MOVED:
            parent = self._unit_id(change.after("parent"))
            move_unit(self._session, unit, parent, self._told)
        elif change.kind is Kind.UNIT_BACK:
            bring_back(self._session, unit, self._told)
        else:
            end_unit(self._session, unit, self._told)

    def _person(self, change: Change) -> None:
        person = self._session.get_one(PersonRecord, change.id)
        if change.kind is Kind.PERSON_CHANGED:
            fields = {one.field: one.after for one in change.differences}
            change_person(self._session, person, self._told, fields)
            if "email" in fields:
                self.new_here.append(person)
        elif change.kind is Kind.PERSON_MOVED:
            move_person(self._session, person, self._unit_id(change.after("unit")), self._told)
        elif change.kind is Kind.PERSON_BACK:
            bring_back(self._session, person, self._told)
            self.new_here.append(person)
        else:
            end_person(self._session, person, self._told.at, actor=self._told.by)

    def _whom(self, key: str) -> PersonRecord:
        kind, _, name = key.partition(":")
        if kind == "id":
            return self._session.get_one(PersonRecord, UUID(name))
        return self._new[key]

    def _unit_id(self, name: str | None) -> UUID | None:
        return self._units[name].id if name is not None else None
