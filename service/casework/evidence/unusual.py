"""Unusually much, shown to or handed over by one person in a short time: the DPO is told.

Counted as each viewing and each export is noted, in the same transaction: a restart forgets
nothing, and whoever works waits for nothing. Posts shown in the queue are not counted: looking
through hundreds of them is the page team's day, and a notice every morning is read by nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import func, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.evidence import UnusualViewingRecord, ViewingRecord
from archive.records.exports import ExportItemRecord, ExportRecord
from archive.records.people import PersonRecord, RoleRecord
from service.access.own_rights import rights_now
from service.access.principal import Principal
from service.access.rights import Rights
from service.notices.watching import tell_unusual
from service.settings import Settings

ACTION: Final = "viewing.watch"
IN_THEIR_PLACE: Final = "director"
"""Who is told where the only one to tell is the one who looked."""
QUEUE: Final = "moderation"
"""The purpose of viewings in the queue."""
PAGE: Final = 30
_AGAIN: Final = timedelta(minutes=1)
"""A burst that goes on is noted no more often than this."""


@dataclass(frozen=True, slots=True)
class Unusual:
    """One burst: who, when it was noticed, and how much had been counted within how long."""

    id: UUID
    name: str
    at: datetime
    pieces: int
    cases: int
    minutes: int


def note_unusual(
    session: Session, settings: Settings, rights: Rights, person_id: UUID, now: datetime
) -> bool:
    """Note it and tell the DPO where this person has just had unusually much; once a burst.

    Returns whether it was told now. Called after what was seen is noted, before the commit.
    """
    span = timedelta(minutes=settings.unusual_minutes)
    pieces, cases = _counted(session, person_id, now - span)
    if pieces < settings.unusual_pieces and cases < settings.unusual_cases:
        return False
    # Whoever looks in two windows at once is told of once; and neither window waits.
    person = session.scalars(
        select(PersonRecord)
        .where(PersonRecord.id == person_id)
        .with_for_update(key_share=True, skip_locked=True)
    ).one_or_none()
    if person is None:
        return False
    query = select(UnusualViewingRecord).where(UnusualViewingRecord.person_id == person_id)
    last = session.scalars(query.order_by(UnusualViewingRecord.at.desc()).limit(1)).first()
    if last is not None and last.lasts_until > now:
        if last.lasts_until < now + span - _AGAIN:
            last.lasts_until = now + span
        return False
    row = UnusualViewingRecord(
        id=uuid4(),
        person_id=person_id,
        at=now,
        pieces=pieces,
        cases=cases,
        minutes=settings.unusual_minutes,
        lasts_until=now + span,
    )
    session.add(row)
    record(
        session,
        "viewing.unusual",
        at=now,
        subject=row,
        person=person_id,
        pieces=pieces,
        cases=cases,
        minutes=row.minutes,
    )
    for one in _watchers(session, rights, person, now):
        tell_unusual(session, one, settings=settings, now=now)
    return True


def list_unusual(
    session: Session,
    who: Principal,
    *,
    before: tuple[datetime, UUID] | None = None,
    limit: int = PAGE,
) -> tuple[list[Unusual], tuple[datetime, UUID] | None]:
    """Return a screenful of bursts, the latest first, and where they go on.

    Raises `NotPermitted`.
    """
    who.require(ACTION)
    query = select(UnusualViewingRecord, PersonRecord.name).join(
        PersonRecord, PersonRecord.id == UnusualViewingRecord.person_id
    )
    if before is not None:
        query = query.where(tuple_(UnusualViewingRecord.at, UnusualViewingRecord.id) < before)
    query = query.order_by(UnusualViewingRecord.at.desc(), UnusualViewingRecord.id.desc())
    rows = session.execute(query.limit(limit + 1)).all()
    found = [
        Unusual(one.id, name, one.at, one.pieces, one.cases, one.minutes)
        for one, name in rows[:limit]
    ]
    more = (found[-1].at, found[-1].id) if len(rows) > limit else None
    return found, more


def _counted(session: Session, person_id: UUID, since: datetime) -> tuple[int, int]:
    """Count the pieces that were shown or handed over since a moment, and their cases."""
    shown = select(ViewingRecord.evidence_id, ViewingRecord.case_id).where(
        ViewingRecord.person_id == person_id,
        ViewingRecord.at > since,
        ViewingRecord.purpose != QUEUE,
    )
    handed = (
        select(ExportItemRecord.evidence_id, ExportRecord.case_id)
        .join(ExportRecord, ExportRecord.id == ExportItemRecord.export_id)
        .where(ExportRecord.person_id == person_id, ExportRecord.asked_at > since)
    )
    both = union_all(shown, handed).subquery()
    counted = select(
        func.count(both.c.evidence_id.distinct()), func.count(both.c.case_id.distinct())
    )
    pieces, cases = session.execute(counted).one()
    return pieces, cases


def _watchers(
    session: Session, rights: Rights, looked: PersonRecord, now: datetime
) -> Sequence[PersonRecord]:
    """Return who is told: those with the right but the one who looked, or else the directors."""
    table = rights_now(session, rights)
    watching = [role for role in table.roles if table.of(ACTION, role)]
    for roles in (watching, [IN_THEIR_PLACE]):
        query = (
            select(PersonRecord)
            .join(RoleRecord, RoleRecord.person_id == PersonRecord.id)
            .where(
                RoleRecord.role.in_(roles),
                RoleRecord.since <= now,
                or_(RoleRecord.until.is_(None), RoleRecord.until > now),
                or_(PersonRecord.ended_at.is_(None), PersonRecord.ended_at > now),
                PersonRecord.id != looked.id,
            )
            .order_by(PersonRecord.name, PersonRecord.id)
            .distinct()
        )
        if found := session.scalars(query).all():
            return found
    return ()
