"""Checks of everything that is kept, asked for from the interface; the run itself is a job."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.evidence import EvidenceRecord, EvidenceState
from archive.records.ledger import LedgerEntryRecord
from archive.records.operations import VerificationRecord
from archive.records.readings import SlowReadingRecord
from service.access.principal import Principal
from service.errors import NotFound


def start_verification(session: Session, who: Principal, now: datetime) -> VerificationRecord:
    """Ask for a check; one that still waits or runs is joined instead of doubled."""
    who.require("ledger.verify")
    standing = session.scalars(
        select(VerificationRecord).where(VerificationRecord.ended_at.is_(None))
    ).first()
    if standing is not None:
        return standing
    run = VerificationRecord(id=uuid4(), started_at=now, started_by=who.actor, next_attempt_at=now)
    session.add(run)
    record(session, "verification.asked_for", at=now, actor=who.actor, subject=f"check:{run.id}")
    return run


def latest_verification(session: Session) -> VerificationRecord | None:
    """Return the running or last check."""
    query = select(VerificationRecord).order_by(VerificationRecord.started_at.desc()).limit(1)
    return session.scalars(query).first()


def find_verification(session: Session, run_id: UUID) -> VerificationRecord:
    """Return one check; raises `NotFound`."""
    run = session.get(VerificationRecord, run_id)
    if run is None:
        raise NotFound(str(run_id))
    return run


def waiting_to_be_read(session: Session) -> tuple[int, datetime | None]:
    """Return how many pieces of evidence wait to be read, and since when the oldest."""
    query = select(func.count(), func.min(EvidenceRecord.received_at)).where(
        EvidenceRecord.state.in_((EvidenceState.RECEIVED, EvidenceState.READING))
    )
    row = session.execute(query).one()
    return int(row[0]), row[1]


def texts_waiting(session: Session) -> tuple[int, int, datetime | None]:
    """Return how many pictures wait for their text, how many came out of the same line, since when.

    The line begins with the oldest that waits: what was read after that was
    asked for is how far it is.
    """
    asked = select(func.count(), func.min(SlowReadingRecord.asked_at)).where(
        SlowReadingRecord.ended_at.is_(None),
        SlowReadingRecord.evidence_id.in_(
            select(EvidenceRecord.id).where(EvidenceRecord.sealed_off_at.is_(None))
        ),
    )
    waiting, since = session.execute(asked).one()
    if not waiting:
        return 0, 0, None
    ended = select(func.count()).where(SlowReadingRecord.ended_at >= since)
    return int(waiting), int(session.scalar(ended) or 0), since


def last_mail(session: Session) -> datetime | None:
    """Return when the last mail came."""
    query = select(func.max(EvidenceRecord.received_at)).where(EvidenceRecord.kind == "mail")
    return session.scalar(query)


def entries_in_ledger(session: Session) -> int:
    """Return how many entries the ledger has."""
    return int(session.scalar(select(func.count()).select_from(LedgerEntryRecord)) or 0)
