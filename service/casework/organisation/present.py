"""The organisation as it stands, read out of the tables as values."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive.records.people import PersonRecord, RoleRecord, UnitRecord
from service.organisation.plan import Present, PresentPerson, PresentRole, PresentUnit


def present_organisation(session: Session, now: datetime) -> Present:
    """Return every unit and person, those that have ended too, with the roles held now."""
    roles: dict[UUID, list[PresentRole]] = defaultdict(list)
    held = select(
        RoleRecord.id,
        RoleRecord.person_id,
        RoleRecord.role,
        RoleRecord.unit_id,
        RoleRecord.by_file,
    ).where(or_(RoleRecord.until.is_(None), RoleRecord.until > now))
    for row in session.execute(held.order_by(RoleRecord.since, RoleRecord.id)):
        roles[row.person_id].append(PresentRole(row.id, row.role, row.unit_id, row.by_file))
    units = select(
        UnitRecord.id,
        UnitRecord.name,
        UnitRecord.number,
        UnitRecord.parent_id,
        UnitRecord.by_file,
        UnitRecord.ended_at,
    ).order_by(UnitRecord.name)
    people = select(
        PersonRecord.id,
        PersonRecord.name,
        PersonRecord.email,
        PersonRecord.number,
        PersonRecord.unit_id,
        PersonRecord.title,
        PersonRecord.phone,
        PersonRecord.language,
        PersonRecord.by_file,
        PersonRecord.ended_at,
    ).where(PersonRecord.sealed.is_(False))
    return Present(
        tuple(
            PresentUnit(
                row.id,
                row.name,
                row.number,
                row.parent_id,
                row.by_file,
                row.ended_at is not None and row.ended_at <= now,
            )
            for row in session.execute(units)
        ),
        tuple(
            PresentPerson(
                *row[:9],
                row.ended_at is not None and row.ended_at <= now,
                tuple(roles[row.id]),
            )
            for row in session.execute(people.order_by(PersonRecord.name, PersonRecord.id))
        ),
    )
