"""A file of the organisation: what it would change is shown, and then made, in one transaction."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.people import PersonRecord, RoleRecord, UnitRecord
from service.access.endings import end_person, end_role
from service.access.people import add_person, add_unit, give_role
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


def apply_plan(session: Session, plan: Plan, content: bytes, now: datetime, *, actor: str) -> None:
    """Make these changes and no other, each with its entry; the plan was made in this session."""
    making = _Making(session, Told(now, actor))
    for change in plan.changes:
        making.make(change)
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


class _Making:
    """One plan on its way into the tables; new units and people are found by their keys."""

    def __init__(self, session: Session, told: Told) -> None:
        self._session = session
        self._told = told
        self._units = {row.name: row for row in session.scalars(select(UnitRecord))}
        self._new: dict[str, PersonRecord] = {}

    def make(self, change: Change) -> None:
        """Make one change."""
        if change.kind in {Kind.UNIT_ADDED, Kind.PERSON_ADDED}:
            self._add(change)
        elif change.kind in {Kind.ROLE_GIVEN, Kind.ROLE_ENDED}:
            self._role(change)
        elif change.kind.startswith("unit"):
            self._unit(change)
        else:
            self._person(change)

    def _add(self, change: Change) -> None:
        session, now, actor = self._session, self._told.at, self._told.by
        if change.kind is Kind.UNIT_ADDED:
            parent = self._unit_id(change.after("parent"))
            unit = add_unit(
                session,
                change.name,
                now,
                parent=parent,
                actor=actor,
                number=change.after("number"),
                by_file=True,
            )
            self._units[unit.name] = unit
            return
        self._new[change.key] = add_person(
            session,
            name=change.name,
            email=change.after("email"),
            unit_id=self._unit_id(change.after("unit")),
            now=now,
            actor=actor,
            title=change.after("title"),
            phone=change.after("phone"),
            language=change.after("language") or "da",
            number=change.after("number"),
            by_file=True,
        )

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
        elif change.kind is Kind.PERSON_MOVED:
            move_person(self._session, person, self._unit_id(change.after("unit")), self._told)
        elif change.kind is Kind.PERSON_BACK:
            bring_back(self._session, person, self._told)
        else:
            end_person(self._session, person, self._told.at, actor=self._told.by)

    def _role(self, change: Change) -> None:
        now, actor = self._told.at, self._told.by
        if change.kind is Kind.ROLE_ENDED:
            held = self._session.get_one(RoleRecord, change.id)
            end_role(self._session, held, now, actor=actor)
            return
        give_role(
            self._session,
            self._whom(change.key),
            change.after("role") or "",
            unit_id=self._unit_id(change.after("unit")),
            now=now,
            actor=actor,
            by_file=True,
        )

    def _whom(self, key: str) -> PersonRecord:
        kind, _, name = key.partition(":")
        if kind == "id":
            return self._session.get_one(PersonRecord, UUID(name))
        return self._new[key]

    def _unit_id(self, name: str | None) -> UUID | None:
        return self._units[name].id if name is not None else None
