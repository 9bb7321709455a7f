"""Who handles a case: the leader nearest to the employee concerned, and never that employee."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from archive.records.people import PersonRecord, RoleRecord, UnitRecord


def nearest_leader(
    session: Session, unit_id: UUID | None, other_than: set[UUID], now: datetime
) -> PersonRecord | None:
    """Return the leader of a unit, or of the nearest unit above it; never one of `other_than`.

    Where there is no such unit it is one who leads everywhere, if anybody does.
    """
    seen: set[UUID] = set()
    unit = session.get(UnitRecord, unit_id) if unit_id is not None else None
    while unit is not None and unit.id not in seen:
        seen.add(unit.id)
        leader = session.scalars(_leading(unit.id, other_than, now)).first()
        if leader is not None:
            return leader
        unit = session.get(UnitRecord, unit.parent_id) if unit.parent_id is not None else None
    return session.scalars(_leading(None, other_than, now)).first()


def _leading(unit_id: UUID | None, other_than: set[UUID], now: datetime) -> Select[PersonRecord]:
    return (
        select(PersonRecord)
        .join(RoleRecord, RoleRecord.person_id == PersonRecord.id)
        .where(
            RoleRecord.role == "leader",
            RoleRecord.unit_id.is_(None) if unit_id is None else RoleRecord.unit_id == unit_id,
            RoleRecord.since <= now,
            or_(RoleRecord.until.is_(None), RoleRecord.until > now),
            or_(PersonRecord.ended_at.is_(None), PersonRecord.ended_at > now),
            PersonRecord.id.not_in(other_than),
        )
        .order_by(RoleRecord.since, PersonRecord.id)
        .limit(1)
    )
