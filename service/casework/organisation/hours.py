"""When people work: their own hours, those of their unit, or the municipality's.

They decide when somebody is told of what is not urgent, and nothing else: no deadline and no alert
waits for them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.people import PersonRecord, UnitRecord
from archive.records.tellings import WorkingHoursRecord
from service.access.principal import Principal
from service.casework.cases.course import shipped_procedure
from service.casework.organisation.away import CHANGE, OWN
from service.errors import PersonNotFound
from service.organisation.hours import WorkingHours, of_procedure
from service.settings import Settings


def usual_hours(settings: Settings) -> WorkingHours:
    """Return the municipality's: those by which its procedure counts."""
    return of_procedure(shipped_procedure(settings.procedure).working_time)


def hours_of(session: Session, person: PersonRecord, settings: Settings) -> WorkingHours:
    """Return when a person works: their own, else those of the nearest unit that has any."""
    usual = usual_hours(settings)
    row = _of_person(session, person.id)
    seen: set[UUID] = set()
    unit_id = person.unit_id
    while row is None and unit_id is not None and unit_id not in seen:
        seen.add(unit_id)
        row = _of_unit(session, unit_id)
        unit_id = session.scalar(select(UnitRecord.parent_id).where(UnitRecord.id == unit_id))
    return usual if row is None else _as_hours(row, usual)


def own_hours(session: Session, who: Principal, settings: Settings) -> WorkingHours | None:
    """Return one's own, or None where one follows the unit and the municipality."""
    who.require(OWN)
    row = _of_person(session, who.person_id) if who.person_id is not None else None
    return None if row is None else _as_hours(row, usual_hours(settings))


def unit_hours(
    session: Session, who: Principal, unit_id: UUID, settings: Settings
) -> WorkingHours | None:
    """Return the hours of one unit, or None where it follows what is above it."""
    who.require(CHANGE)
    row = _of_unit(session, unit_id)
    return None if row is None else _as_hours(row, usual_hours(settings))


def set_own_hours(
    session: Session, who: Principal, hours: WorkingHours | None, now: datetime
) -> None:
    """Enter one's own hours, or (None) follow the unit again; raises `PersonNotFound`."""
    who.require(OWN)
    if who.person_id is None:
        raise PersonNotFound("a program has no hours")
    row = _of_person(session, who.person_id)
    _set(session, row, hours, who.actor, now, person_id=who.person_id)


def set_unit_hours(
    session: Session, who: Principal, unit: UnitRecord, hours: WorkingHours | None, now: datetime
) -> None:
    """Enter the hours of a unit and those below it, or (None) let it follow what is above."""
    who.require(CHANGE)
    _set(session, _of_unit(session, unit.id), hours, who.actor, now, unit_id=unit.id)


def _set(
    session: Session,
    row: WorkingHoursRecord | None,
    hours: WorkingHours | None,
    actor: str,
    now: datetime,
    *,
    person_id: UUID | None = None,
    unit_id: UUID | None = None,
) -> None:
    subject = f"people:{person_id}" if person_id is not None else f"units:{unit_id}"
    if hours is None:
        if row is None:
            return
        session.delete(row)
        record(session, "hours.removed", at=now, actor=actor, subject=subject)
        return
    if row is None:
        row = WorkingHoursRecord(id=uuid4(), person_id=person_id, unit_id=unit_id)
        session.add(row)
    row.weekdays = "".join(str(day) for day in sorted(hours.weekdays))
    row.begins, row.ends = f"{hours.begins:%H:%M}", f"{hours.ends:%H:%M}"
    row.on_holidays = hours.on_holidays
    row.entered_at, row.entered_by = now, actor
    record(session, "hours.entered", at=now, actor=actor, subject=subject)


def _of_person(session: Session, person_id: UUID) -> WorkingHoursRecord | None:
    query = select(WorkingHoursRecord).where(WorkingHoursRecord.person_id == person_id)
    return session.scalars(query).one_or_none()


def _of_unit(session: Session, unit_id: UUID) -> WorkingHoursRecord | None:
    query = select(WorkingHoursRecord).where(WorkingHoursRecord.unit_id == unit_id)
    return session.scalars(query).one_or_none()


def _as_hours(row: WorkingHoursRecord, usual: WorkingHours) -> WorkingHours:
    return replace(
        usual,
        weekdays=frozenset(int(day) for day in row.weekdays),
        begins=time.fromisoformat(row.begins),
        ends=time.fromisoformat(row.ends),
        on_holidays=row.on_holidays,
    )
