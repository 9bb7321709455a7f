"""Past absences, deputies and turns of duty are removed after a while: nobody needs them.

That rows were removed, and how many, stands in the ledger; whose they were does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.organisation import AbsenceRecord, DeputyRecord, DutyRecord
from service.organisation.duty import ZONE

_Row = TypeVar("_Row", AbsenceRecord, DeputyRecord)
KEPT: Final = timedelta(days=90)
"""So long after its end a row may still be asked about: who stood in, who was on duty."""
_MOST: Final = 500
"""So many of each sort in one go; the rest an hour later."""


def forget_past(session: Session, now: datetime) -> int:
    """Remove what ended long ago, and return how many rows that were."""
    absences = _ended(session, AbsenceRecord, now)
    deputies = _ended(session, DeputyRecord, now)
    duties = _past_duties(session, now)
    rows = (*absences, *deputies, *duties)
    if not rows:
        return 0
    for row in rows:
        session.delete(row)
    record(
        session,
        "organisation.past_removed",
        at=now,
        absences=len(absences),
        deputies=len(deputies),
        duties=len(duties),
    )
    return len(rows)


def _ended(session: Session, table: type[_Row], now: datetime) -> Sequence[_Row]:
    query = select(table).where(table.until < now - KEPT).order_by(table.until, table.id)
    return session.scalars(query.limit(_MOST)).all()


def _past_duties(session: Session, now: datetime) -> Sequence[DutyRecord]:
    last = (now - KEPT).astimezone(ZONE).date().isoformat()
    query = select(DutyRecord).where(
        or_(DutyRecord.ended_at < now - KEPT, DutyRecord.last_day < last)
    )
    return session.scalars(query.order_by(DutyRecord.id).limit(_MOST)).all()
