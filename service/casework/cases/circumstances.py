"""What is known of a case beyond its evidence: what holds, and events with their moment."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.cases import CaseRecord, CircumstanceRecord


def keep_circumstance(
    session: Session,
    case: CaseRecord,
    name: str,
    now: datetime,
    *,
    actor: str,
    holds: bool = True,
    moment: datetime | None = None,
) -> None:
    """Keep that something holds or not, or when it happened; the caller's entry speaks for it."""
    session.add(
        CircumstanceRecord(
            id=uuid4(),
            case_id=case.id,
            name=name,
            holds=holds,
            moment=moment,
            stated_by=actor,
            stated_at=now,
        )
    )


def tell_stated(
    session: Session, case: CaseRecord, name: str, now: datetime, *, actor: str, holds: bool = True
) -> None:
    """Say in the ledger that it was stated, with all that has followed from it in this session."""
    record(
        session,
        "case.circumstance_stated",
        at=now,
        actor=actor,
        subject=case,
        case_id=case.id,
        name=name,
        holds=holds,
    )
