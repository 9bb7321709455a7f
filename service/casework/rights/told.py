"""Who hears of a change of the table of rights: those who may agree, and the DPO."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive.records.people import PersonRecord, RoleRecord
from service.access.rights import Rights

CHANGE: Final = "rights.change"
APPROVE: Final = "rights.approve"
DPO: Final = "lawyer"
"""The role that stands for the data protection officer (PROCEDURE §10: *Lawyer / DPO*)."""
IN_THEIR_PLACE: Final = "director"
"""Who is told where there is no DPO but the one who did it."""


def who_may_agree(
    session: Session, rights: Rights, gains: str, asker: UUID | None, now: datetime
) -> Sequence[PersonRecord]:
    """Return those who hold a role that may agree, without who asked and who would gain."""
    roles = [role for role in rights.roles if rights.of(APPROVE, role)]
    gaining = {one.id for one in holders(session, [gains], None, now)}
    return [one for one in holders(session, roles, asker, now) if one.id not in gaining]


def who_is_told(session: Session, but: UUID | None, now: datetime) -> Sequence[PersonRecord]:
    """Return the DPO, or the directors where nobody else is one."""
    found = holders(session, [DPO], but, now)
    return found or holders(session, [IN_THEIR_PLACE], but, now)


def holders(
    session: Session, roles: Sequence[str], but: UUID | None, now: datetime
) -> Sequence[PersonRecord]:
    """Return everyone who holds one of these roles now, by name."""
    query = (
        select(PersonRecord)
        .join(RoleRecord, RoleRecord.person_id == PersonRecord.id)
        .where(
            RoleRecord.role.in_(roles),
            RoleRecord.since <= now,
            or_(RoleRecord.until.is_(None), RoleRecord.until > now),
            or_(PersonRecord.ended_at.is_(None), PersonRecord.ended_at > now),
        )
        .order_by(PersonRecord.name, PersonRecord.id)
        .distinct()
    )
    if but is not None:
        query = query.where(PersonRecord.id != but)
    return session.scalars(query).all()
