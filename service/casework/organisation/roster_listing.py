"""The roster as it is looked at: names with their people, and until when who has left counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, or_, select
from sqlalchemy.orm import Session

from archive.records.people import PersonRecord, RosterRecord, UnitRecord
from service.access.principal import Principal
from service.errors import PersonNotFound, RowNotFound

SEE: Final = "roster.see"
MOST: Final = 50
"""So many names are listed at once; a search finds the others."""


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One name with its person, where it is of one of ours; title and unit are then theirs.

    `id` is None for one of ours of whom nothing more is known; `ended_at` is when they left, and
    `counts_until` when they are forgotten.
    """

    id: UUID | None
    person_id: UUID | None
    name: str
    nicknames: tuple[str, ...]
    titles: tuple[str, ...]
    unit: str | None
    ended_at: datetime | None = None
    counts_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RosterPage:
    """What a search finds; `people` are of ours and have no name besides their own."""

    lines: tuple[RosterLine, ...]
    people: tuple[RosterLine, ...]
    more: bool
    count: int
    working_here: int


def roster_page(
    session: Session, who: Principal, text: str, now: datetime, *, days: int
) -> RosterPage:
    """Return the names that hold a text, or the first; `days` is how long who left still counts."""
    who.require(SEE)
    wanted = text.strip()
    query = joined().where(counts(now, days))
    own = func.coalesce(PersonRecord.name, RosterRecord.name)
    if wanted:
        query = query.where(_holds(own, wanted))
    rows = session.execute(query.order_by(own, RosterRecord.id).limit(MOST + 1)).all()
    working = (PersonRecord.sealed.is_(False), _works_here(now))
    people: Sequence[RosterLine] = ()
    if wanted:
        without = select(RosterRecord.person_id).where(RosterRecord.person_id.is_not(None))
        found = session.execute(
            select(PersonRecord, UnitRecord.name)
            .outerjoin(UnitRecord, UnitRecord.id == PersonRecord.unit_id)
            .where(
                *working,
                _holds(PersonRecord.name, wanted),
                PersonRecord.id.not_in(without),
            )
            .order_by(PersonRecord.name, PersonRecord.id)
            .limit(MOST)
        )
        people = [_of_person(person, unit) for person, unit in found]
    return RosterPage(
        tuple(_line(*row, days=days) for row in rows[:MOST]),
        tuple(people),
        len(rows) > MOST,
        _count(session, now, days),
        session.scalar(select(func.count()).select_from(PersonRecord).where(*working)) or 0,
    )


def roster_line(session: Session, who: Principal, entry_id: UUID, *, days: int) -> RosterLine:
    """Return one name; raises `RowNotFound`."""
    who.require(SEE)
    row = session.execute(joined().where(RosterRecord.id == entry_id)).one_or_none()
    if row is None:
        raise RowNotFound(str(entry_id))
    return _line(*row, days=days)


def line_of_person(session: Session, who: Principal, person_id: UUID, *, days: int) -> RosterLine:
    """Return one of ours as the roster knows them; raises `PersonNotFound`."""
    who.require(SEE)
    row = session.execute(joined().where(RosterRecord.person_id == person_id)).one_or_none()
    if row is not None:
        return _line(*row, days=days)
    person = session.get(PersonRecord, person_id)
    if person is None or person.sealed:
        raise PersonNotFound(str(person_id))
    unit = session.get(UnitRecord, person.unit_id) if person.unit_id else None
    return _of_person(person, unit.name if unit else None)


def counts(now: datetime, days: int) -> ColumnElement[bool]:
    """Return the condition that a name counts: its person works here, or left not long ago."""
    left = func.coalesce(RosterRecord.ended_at, PersonRecord.ended_at)
    return or_(left.is_(None), left > now - timedelta(days=days))


def _holds(name: SQLColumnExpression[str], text: str) -> ColumnElement[bool]:
    """Return the condition that a name holds a text; SQLite folds no case beyond ASCII."""
    spelled = dict.fromkeys((text, text.lower(), text.title(), text.upper()))
    return or_(*(name.icontains(one, autoescape=True) for one in spelled))


def joined() -> Select[RosterRecord, PersonRecord, str]:
    """Return names with their person and the name of that person's unit, where there is one."""
    return (
        select(RosterRecord, PersonRecord, UnitRecord.name)
        .outerjoin(PersonRecord, PersonRecord.id == RosterRecord.person_id)
        .outerjoin(UnitRecord, UnitRecord.id == PersonRecord.unit_id)
    )


def _line(
    row: RosterRecord, person: PersonRecord | None, unit: str | None, *, days: int
) -> RosterLine:
    ended = row.ended_at or (person.ended_at if person else None)
    titles = tuple(str(one) for one in row.titles)
    if person is not None and person.title:
        titles = (person.title,)
    return RosterLine(
        row.id,
        row.person_id,
        person.name if person else row.name,
        tuple(str(one) for one in row.nicknames),
        titles,
        unit if person else row.unit,
        ended,
        ended + timedelta(days=days) if ended else None,
    )


def _of_person(person: PersonRecord, unit: str | None) -> RosterLine:
    titles = (person.title,) if person.title else ()
    return RosterLine(None, person.id, person.name, (), titles, unit)


def _count(session: Session, now: datetime, days: int) -> int:
    query = joined().with_only_columns(func.count(RosterRecord.id)).where(counts(now, days))
    return int(session.scalar(query) or 0)


def _works_here(now: datetime) -> ColumnElement[bool]:
    return or_(PersonRecord.ended_at.is_(None), PersonRecord.ended_at > now)
