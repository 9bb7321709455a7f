"""The duty list: its lines, who is on duty now, and when nobody is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID, uuid4

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.organisation import DutyRecord
from archive.records.people import PersonRecord
from service.access.people import person_by_email
from service.access.principal import Principal
from service.casework.organisation.away import CHANGE, answers_for
from service.errors import DeputyUnknown, RowNotFound
from service.organisation.duty import DutyLine, on_duty


@dataclass(frozen=True, slots=True)
class Hours:
    """When a line of the list holds, in local days and times (`organisation.duty`)."""

    first_day: date
    last_day: date | None
    weekdays: frozenset[int]
    begins: time
    ends: time
    place: int = 1


@dataclass(frozen=True, slots=True)
class OnDuty:
    """One who is on duty now, in the order in which they are called.

    `instead_of` is whose turn it is, where a deputy answers it.
    """

    person_id: UUID
    name: str
    email: str | None
    phone: str | None
    language: str
    until: datetime
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list with its person."""

    line: DutyLine
    name: str
    phone: str | None


def on_duty_now(session: Session, now: datetime) -> tuple[OnDuty, ...]:
    """Return who is on duty, who is called first coming first; nobody stands there twice.

    A deputy answers the turn of somebody who is away; a turn that nobody answers is left out.
    """
    found: dict[UUID, OnDuty] = {}
    for shift in on_duty(duty_lines(session, now), now):
        answers = answers_for(session, shift.person_id, now)
        if answers.person_id is None or answers.person_id in found:
            continue
        person = session.get_one(PersonRecord, answers.person_id)
        turn = session.get_one(PersonRecord, shift.person_id)
        found[person.id] = OnDuty(
            person.id,
            person.name,
            person.email,
            person.phone,
            person.language,
            shift.until,
            turn.name if turn.id != person.id else None,
        )
    return tuple(found.values())


def duty_lines(session: Session, now: datetime) -> tuple[DutyLine, ...]:
    """Return every line that has not been taken off the list."""
    return tuple(one.line for one in listed_duties(session, now))


def listed_duties(session: Session, now: datetime) -> tuple[Listed, ...]:
    """Return the list, those called first coming first; whoever has left is no longer in it."""
    rows = session.execute(
        select(DutyRecord, PersonRecord)
        .join(PersonRecord, PersonRecord.id == DutyRecord.person_id)
        .where(
            or_(DutyRecord.ended_at.is_(None), DutyRecord.ended_at > now),
            or_(PersonRecord.ended_at.is_(None), PersonRecord.ended_at > now),
        )
        .order_by(DutyRecord.place, DutyRecord.first_day, DutyRecord.begins, DutyRecord.id)
    )
    return tuple(Listed(_line(row), person.name, person.phone) for row, person in rows)


def add_duty(
    session: Session, who: Principal, email: str, hours: Hours, now: datetime
) -> DutyRecord:
    """Put a line on the list; raises `DeputyUnknown`."""
    who.require(CHANGE)
    person = person_by_email(session, email)
    if person is None or (person.ended_at is not None and person.ended_at <= now):
        raise DeputyUnknown(email)
    row = DutyRecord(
        id=uuid4(),
        person_id=person.id,
        first_day=hours.first_day.isoformat(),
        last_day=hours.last_day.isoformat() if hours.last_day else None,
        weekdays="".join(str(day) for day in sorted(hours.weekdays)),
        begins=f"{hours.begins:%H:%M}",
        ends=f"{hours.ends:%H:%M}",
        place=hours.place,
        entered_at=now,
        entered_by=who.actor,
    )
    session.add(row)
    record(session, "duty.entered", at=now, actor=who.actor, subject=person)
    return row


def end_duty(session: Session, who: Principal, duty_id: UUID, now: datetime) -> None:
    """Take a line off the list; raises `RowNotFound`."""
    who.require(CHANGE)
    row = session.get(DutyRecord, duty_id)
    if row is None or row.ended_at is not None:
        raise RowNotFound(str(duty_id))
    row.ended_at = now
    record(session, "duty.ended", at=now, actor=who.actor, subject=f"people:{row.person_id}")


def _line(row: DutyRecord) -> DutyLine:
    return DutyLine(
        row.id,
        row.person_id,
        date.fromisoformat(row.first_day),
        date.fromisoformat(row.last_day) if row.last_day else None,
        frozenset(int(day) for day in row.weekdays),
        time.fromisoformat(row.begins),
        time.fromisoformat(row.ends),
        row.place,
    )
