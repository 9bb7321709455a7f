"""Units and people changed one at a time; each change has its entry in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.people import PersonRecord, RoleRecord, UnitRecord
from service.access.people import UnitsBelow
from service.errors import NameTaken, NotOneself, UnitInItself, UnitInUse

CHANGEABLE = frozenset({"name", "email", "number", "title", "phone", "language"})


@dataclass(frozen=True, slots=True)
class Told:
    """When something was changed, and by whom."""

    at: datetime
    by: str


def change_unit(
    session: Session,
    unit: UnitRecord,
    told: Told,
    *,
    name: str | None = None,
    number: str | None = None,
) -> None:
    """Give a unit another name or number; raises `NameTaken`."""
    for column, value in ((UnitRecord.name, name), (UnitRecord.number, number)):
        taken = select(UnitRecord.id).where(UnitRecord.id != unit.id, column == value)
        if value is not None and session.scalars(taken).first() is not None:
            raise NameTaken(value)
    unit.name, unit.number = name or unit.name, number or unit.number
    record(session, "unit.changed", at=told.at, actor=told.by, subject=unit)


def move_unit(session: Session, unit: UnitRecord, parent: UUID | None, told: Told) -> None:
    """Put a unit below another, or on top; raises `UnitInItself`.

    Whoever holds a role in a unit above reaches it from now on, with what belongs to it.
    """
    if parent is not None and parent in (UnitsBelow(session)(unit.id) or ()):
        raise UnitInItself(unit.name)
    unit.parent_id = parent
    record(session, "unit.moved", at=told.at, actor=told.by, subject=unit)


def end_unit(session: Session, unit: UnitRecord, told: Told) -> None:
    """Close a unit to which nobody belongs any more; raises `UnitInUse`.

    Its cases stay where they are, and so does whoever reaches them from above.
    """
    people = select(PersonRecord.id).where(
        PersonRecord.unit_id == unit.id,
        or_(PersonRecord.ended_at.is_(None), PersonRecord.ended_at > told.at),
    )
    roles = select(RoleRecord.id).where(
        RoleRecord.unit_id == unit.id,
        or_(RoleRecord.until.is_(None), RoleRecord.until > told.at),
    )
    below = select(UnitRecord.id).where(
        UnitRecord.parent_id == unit.id, UnitRecord.ended_at.is_(None)
    )
    for query in (people, roles):
        if session.scalars(query.limit(1)).first() is not None:
            raise UnitInUse(unit.name)
    if session.scalars(below.limit(1)).first() is not None:
        raise UnitInUse(unit.name)
    unit.ended_at = told.at
    record(session, "unit.ended", at=told.at, actor=told.by, subject=unit)


def change_person(
    session: Session, person: PersonRecord, told: Told, fields: Mapping[str, str | None]
) -> None:
    """Give a person another name, address, number, title, telephone or language.

    Raises `NameTaken`, and `NotOneself` for one's own address: it decides who signs in.
    """
    changed = {name: value for name, value in fields.items() if getattr(person, name) != value}
    if unknown := set(changed) - CHANGEABLE:
        raise ValueError(f"not changed here: {min(unknown)}")
    if "email" in changed and told.by == f"person:{person.id}":
        raise NotOneself("one's own address is changed by somebody else")
    for name in ("email", "number"):
        if value := changed.get(name):
            column = PersonRecord.email if name == "email" else PersonRecord.number
            if session.scalars(select(PersonRecord.id).where(column == value)).first():
                raise NameTaken(value)
    if not changed:
        return
    for name, value in changed.items():
        setattr(person, name, value)
    kind = "person.renamed" if {"name", "email"} & set(changed) else "person.changed"
    record(session, kind, at=told.at, actor=told.by, subject=person, fields=sorted(changed))


def move_person(session: Session, person: PersonRecord, unit_id: UUID | None, told: Told) -> None:
    """Let a person belong to another unit; quiet where they do already."""
    if person.unit_id == unit_id:
        return
    person.unit_id = unit_id
    record(session, "person.moved", at=told.at, actor=told.by, subject=person)


def bring_back(session: Session, row: UnitRecord | PersonRecord, told: Told) -> None:
    """Let a unit or person that had ended stand again; roles and sessions do not come back.

    Quiet where it has not ended.
    """
    if row.ended_at is None:
        return
    row.ended_at = None
    kind = "unit.back" if isinstance(row, UnitRecord) else "person.back"
    record(session, kind, at=told.at, actor=told.by, subject=row)
