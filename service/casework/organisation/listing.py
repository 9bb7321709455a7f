"""The organisation as those who run Værn look at it; nothing of any case is told."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from archive.records.people import CredentialRecord, PersonRecord, RoleRecord, UnitRecord
from service.access.identities import linked_people
from service.access.invitations import Invited, count_not_yet_in, how_far, not_yet_in
from service.access.principal import Principal
from service.casework.organisation.away import (
    AwayLine,
    DeputyLine,
    absences_of,
    deputies_of,
    last_moment,
)
from service.errors import PersonNotFound, UnitNotFound

SEE = "organisation.see"
MOST = 200
"""So many people are listed at once; a search finds the others."""


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit in the tree; `people` belong to it and to none below."""

    id: UUID
    name: str
    depth: int
    people: int


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person in a list."""

    id: UUID
    name: str
    title: str | None
    email: str | None
    unit: str | None
    has_left: bool
    invited: Invited | None = None
    """How far they are, where only those are listed who have never come in."""


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """One unit: what it is called, where it stands, who belongs to it."""

    id: UUID
    name: str
    number: str | None
    parent_id: UUID | None
    by_file: bool
    ended: bool
    people: tuple[PersonLine, ...]
    more: bool
    below: tuple[UnitLine, ...]
    holders: tuple[tuple[UUID, str, str], ...]
    """Who holds which role in it: id, name, role."""


@dataclass(frozen=True, slots=True)
class RoleLine:
    """One role that somebody holds now or is to hold."""

    id: UUID
    role: str
    unit: str | None
    until: datetime | None
    by_group: bool
    by_file: bool

    @property
    def last(self) -> datetime | None:
        """The last moment of it, whose day people name; None is until further notice."""
        return last_moment(self.until)


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """One person with everything that is changed by hand."""

    id: UUID
    name: str
    email: str | None
    number: str | None
    title: str | None
    phone: str | None
    language: str
    unit_id: UUID | None
    by_file: bool
    ended_at: datetime | None
    signs_in: bool
    invited: Invited | None
    """How far they are, as long as they have never come in."""
    roles: tuple[RoleLine, ...]
    absences: tuple[AwayLine, ...]
    deputies: tuple[DeputyLine, ...]


def unit_tree(session: Session, who: Principal, now: datetime) -> tuple[UnitLine, ...]:
    """Return every open unit, each before those below it, by name."""
    who.require(SEE)
    query = (
        select(PersonRecord.unit_id, func.count().label("people"))
        .where(_stands(PersonRecord, now), PersonRecord.unit_id.is_not(None))
        .group_by(PersonRecord.unit_id)
    )
    belong = Counter({row.unit_id: row.people for row in session.execute(query)})
    below: dict[UUID | None, list[UnitRecord]] = defaultdict(list)
    units = session.scalars(select(UnitRecord).order_by(UnitRecord.name)).all()
    open_ones = {one.id for one in units if one.ended_at is None or one.ended_at > now}
    for unit in units:
        if unit.id in open_ones:
            # One that stands below a closed unit is shown on top, not lost.
            below[unit.parent_id if unit.parent_id in open_ones else None].append(unit)
    found: list[UnitLine] = []
    waiting = [(unit, 0) for unit in reversed(below[None])]
    while waiting:
        unit, depth = waiting.pop()
        found.append(UnitLine(unit.id, unit.name, depth, belong[unit.id]))
        waiting += [(one, depth + 1) for one in reversed(below[unit.id])]
    return tuple(found)


def count_people(session: Session, who: Principal, now: datetime) -> int:
    """Count those who work here, in a unit or in none."""
    who.require(SEE)
    query = select(func.count()).where(_stands(PersonRecord, now), PersonRecord.sealed.is_(False))
    return session.scalar(query) or 0


def unit_facts(session: Session, who: Principal, unit_id: UUID, now: datetime) -> UnitFacts:
    """Return one unit; raises `UnitNotFound`."""
    who.require(SEE)
    unit = session.get(UnitRecord, unit_id)
    if unit is None:
        raise UnitNotFound(str(unit_id))
    people = _people(session, now, PersonRecord.unit_id == unit_id, _stands(PersonRecord, now))
    tree = unit_tree(session, who, now)
    direct = set(session.scalars(select(UnitRecord.id).where(UnitRecord.parent_id == unit_id)))
    holders = session.execute(
        select(PersonRecord.id, PersonRecord.name, RoleRecord.role)
        .join(RoleRecord, RoleRecord.person_id == PersonRecord.id)
        .where(RoleRecord.unit_id == unit_id, _holds(now), _stands(PersonRecord, now))
        .order_by(RoleRecord.role, PersonRecord.name)
    )
    return UnitFacts(
        id=unit.id,
        name=unit.name,
        number=unit.number,
        parent_id=unit.parent_id,
        by_file=unit.by_file,
        ended=unit.ended_at is not None and unit.ended_at <= now,
        people=people[:MOST],
        more=len(people) > MOST,
        below=tuple(one for one in tree if one.id in direct),
        holders=tuple((id_, name, role) for id_, name, role in holders),
    )


def find_people(
    session: Session, who: Principal, text: str, now: datetime, *, waiting: bool = False
) -> tuple[tuple[PersonLine, ...], bool]:
    """Return people whose name, address or number holds a text, and whether there are more.

    With `waiting` only those who have never come in, with how far each of them is.
    """
    who.require(SEE)
    wanted = text.strip()
    conditions = [_stands(PersonRecord, now)]
    if wanted:
        columns = (PersonRecord.name, PersonRecord.email, PersonRecord.number)
        like = [column.icontains(wanted, autoescape=True) for column in columns]
        conditions = [or_(*like)]  # whoever has left is found by name only
    if waiting:
        conditions.append(not_yet_in(now))
    people = _people(session, now, *conditions)
    shown = people[:MOST]
    if waiting:
        far = how_far(session, ((one.id, one.email) for one in shown), now)
        shown = tuple(replace(one, invited=far[one.id]) for one in shown)
    return shown, len(people) > MOST


def waiting_people(session: Session, who: Principal, now: datetime) -> int:
    """Count those who have never come in."""
    who.require(SEE)
    return count_not_yet_in(session, now)


def person_facts(session: Session, who: Principal, person_id: UUID, now: datetime) -> PersonFacts:
    """Return one person; raises `PersonNotFound`."""
    who.require(SEE)
    person = session.get(PersonRecord, person_id)
    if person is None or person.sealed:
        raise PersonNotFound(str(person_id))
    roles = session.execute(
        select(RoleRecord, UnitRecord.name)
        .outerjoin(UnitRecord, UnitRecord.id == RoleRecord.unit_id)
        .where(RoleRecord.person_id == person_id, _holds(now))
        .order_by(RoleRecord.role, UnitRecord.name)
    )
    local = session.get(CredentialRecord, person_id) is not None
    signs_in = local or person_id in linked_people(session)
    far = how_far(session, [(person.id, person.email)], now)
    return PersonFacts(
        id=person.id,
        name=person.name,
        email=person.email,
        number=person.number,
        title=person.title,
        phone=person.phone,
        language=person.language,
        unit_id=person.unit_id,
        by_file=person.by_file,
        ended_at=person.ended_at,
        signs_in=signs_in,
        invited=None if signs_in else far[person.id],
        roles=tuple(
            RoleLine(row.id, row.role, unit, row.until, row.by_group, row.by_file)
            for row, unit in roles
        ),
        absences=absences_of(session, who, person_id, now),
        deputies=deputies_of(session, who, person_id, now),
    )


def _people(
    session: Session, now: datetime, *conditions: ColumnElement[bool]
) -> tuple[PersonLine, ...]:
    rows = session.execute(
        select(PersonRecord, UnitRecord.name)
        .outerjoin(UnitRecord, UnitRecord.id == PersonRecord.unit_id)
        .where(*conditions, PersonRecord.sealed.is_(False))
        .order_by(PersonRecord.name, PersonRecord.id)
        .limit(MOST + 1)
    )
    return tuple(
        PersonLine(
            one.id,
            one.name,
            one.title,
            one.email,
            unit,
            one.ended_at is not None and one.ended_at <= now,
        )
        for one, unit in rows
    )


def _stands(table: type[PersonRecord], now: datetime) -> ColumnElement[bool]:
    return or_(table.ended_at.is_(None), table.ended_at > now)


def _holds(now: datetime) -> ColumnElement[bool]:
    return or_(RoleRecord.until.is_(None), RoleRecord.until > now)
