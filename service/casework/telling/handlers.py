"""Whoever takes care of a case hears that it waits; whoever is back hears what went elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Exists, exists, or_, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.cases import CaseRecord
from archive.records.organisation import AbsenceRecord
from archive.records.people import PersonRecord
from archive.records.tellings import TellingRecord
from service.casework.cases.handing_on import hand_on_left_behind
from service.casework.cases.opening import reads_before
from service.casework.telling.asking import tell
from service.notices.kinds import BACK, HANDLER
from service.settings import Settings

LOOKED_BACK: Final = timedelta(days=30)
"""Of older cases nobody is told that they were opened, but for who takes one over."""
_MOST: Final = 50
"""So many in one transaction: the doors wait for it."""


def untold_handlers(session: Session, now: datetime) -> list[tuple[CaseRecord, PersonRecord]]:
    """Return open cases whose handler has not been told of them yet, the oldest first."""
    told = select(TellingRecord.person_id).where(
        TellingRecord.case_id == CaseRecord.id, TellingRecord.kind == HANDLER
    )
    query = (
        select(CaseRecord, PersonRecord)
        .join(PersonRecord, PersonRecord.id == CaseRecord.handler_id)
        .where(
            or_(CaseRecord.opened_at > now - LOOKED_BACK, exists(told)),
            CaseRecord.closed_at.is_(None),
            or_(PersonRecord.ended_at.is_(None), PersonRecord.ended_at > now),
            CaseRecord.handler_id.not_in(told),  # by case: one person is told of many
        )
        .order_by(CaseRecord.opened_at, CaseRecord.id)
    )
    return [(case, person) for case, person in session.execute(query.limit(_MOST)).all()]


def tell_handlers(session: Session, settings: Settings, now: datetime) -> None:
    """Let each of them be told, before the procedure's first deadline whatever the hours."""
    for case, person in untold_handlers(session, now):
        tell(
            session,
            person,
            HANDLER,
            settings=settings,
            now=now,
            case=case,
            deadline=reads_before(case) if case.opened_at > now - LOOKED_BACK else None,
        )


def tell_takers_over(session: Session, settings: Settings, now: datetime) -> None:
    """Hand on what is left behind by whoever has left, and let those be told who have it now."""
    for case, person in hand_on_left_behind(session, now):
        tell(session, person, HANDLER, settings=settings, now=now, case=case)


def back_again(session: Session, now: datetime) -> dict[UUID, list[TellingRecord]]:
    """Return what somebody else got, by the person who was away then and no longer is."""
    query = (
        select(TellingRecord)
        .where(
            TellingRecord.summed_at.is_(None),
            TellingRecord.told_at.is_not(None),
            TellingRecord.told_to != TellingRecord.person_id,
            ~_away(now),
        )
        .order_by(TellingRecord.told_at, TellingRecord.id)
        .limit(_MOST)
    )
    found: dict[UUID, list[TellingRecord]] = defaultdict(list)
    for row in session.scalars(query):
        found[row.person_id].append(row)
    return found


def tell_back_again(session: Session, settings: Settings, now: datetime) -> None:
    """Let everybody who is back be told, in one mail, what went to whom."""
    for person_id, rows in back_again(session, now).items():
        person = session.get_one(PersonRecord, person_id)
        _sum(session, rows, now)
        if person.ended_at is None or person.ended_at > now:
            tell(
                session, person, BACK, settings=settings, now=now, of=[str(one.id) for one in rows]
            )


def _sum(session: Session, rows: Iterable[TellingRecord], now: datetime) -> None:
    for row in rows:
        row.summed_at = now
        record(session, "telling.summed", at=now, subject=row)


def _away(now: datetime) -> Exists:
    return exists(
        select(AbsenceRecord.id).where(
            AbsenceRecord.person_id == TellingRecord.person_id,
            AbsenceRecord.since <= now,
            or_(AbsenceRecord.until.is_(None), AbsenceRecord.until > now),
        )
    )
