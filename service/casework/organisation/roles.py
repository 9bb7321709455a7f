"""Roles given and ended, and people let go, by those who run Værn: never to or for themselves."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from archive.records.people import PersonRecord, RoleRecord, UnitRecord
from service.access.endings import end_person, end_role
from service.access.people import give_role
from service.access.principal import Principal
from service.casework.organisation.away import CHANGE
from service.errors import NotOneself, PersonNotFound, RowNotFound, UnitNotFound


def person_to_change(
    session: Session, who: Principal, person_id: UUID, *, oneself: bool = True
) -> PersonRecord:
    """Return whom an act is about; raises `PersonNotFound`, and `NotOneself` where forbidden.

    The sealed account is nobody, and nothing of it is changed by hand.
    """
    who.require(CHANGE)
    person = session.get(PersonRecord, person_id)
    if person is None or person.sealed:
        raise PersonNotFound(str(person_id))
    if not oneself and person.id == who.person_id:
        raise NotOneself("somebody else does this")
    return person


def unit_to_change(session: Session, who: Principal, unit_id: UUID) -> UnitRecord:
    """Return which unit an act is about; raises `UnitNotFound`."""
    who.require(CHANGE)
    unit = session.get(UnitRecord, unit_id)
    if unit is None:
        raise UnitNotFound(str(unit_id))
    return unit


def give(
    session: Session,
    who: Principal,
    person_id: UUID,
    role: str,
    *,
    unit_id: UUID | None,
    until: datetime | None,
    now: datetime,
) -> None:
    """Give somebody else a role, in one unit or (None) everywhere, perhaps for a time.

    Quiet where they hold it already until then or longer.
    """
    person = person_to_change(session, who, person_id, oneself=False)
    if person.ended_at is not None and person.ended_at <= now:
        raise PersonNotFound(str(person_id))
    if unit_id is not None:
        unit_to_change(session, who, unit_id)
    held = select(RoleRecord.id).where(
        RoleRecord.person_id == person_id,
        RoleRecord.role == role,
        RoleRecord.unit_id.is_not_distinct_from(unit_id),
        RoleRecord.by_group.is_(False),
        or_(RoleRecord.until.is_(None), RoleRecord.until >= until if until else false()),
    )
    if session.scalars(held).first() is not None:
        return
    give_role(session, person, role, unit_id=unit_id, now=now, actor=who.actor, until=until)


def take(session: Session, who: Principal, role_id: UUID, now: datetime) -> UUID:
    """End somebody else's role; returns whose it was."""
    who.require(CHANGE)
    held = session.get(RoleRecord, role_id)
    if held is None:
        raise RowNotFound(str(role_id))
    person_to_change(session, who, held.person_id, oneself=False)
    end_role(session, held, now, actor=who.actor)
    return held.person_id


def let_go(session: Session, who: Principal, person_id: UUID, now: datetime) -> None:
    """Let somebody else leave: what they could do ends with their next request."""
    person = person_to_change(session, who, person_id, oneself=False)
    end_person(session, person, now, actor=who.actor)
