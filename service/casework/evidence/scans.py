"""What a virus scanner said of an original; it stands beside the facts and removes nothing."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from archive.records.readings import ScanRecord

INFECTED = "infected"
_SAID = select(ScanRecord).where(
    ScanRecord.evidence_id == bindparam("of"), ScanRecord.verdict.is_not(None)
)


def scan_of(session: Session, evidence_id: UUID) -> ScanRecord | None:
    """Return what was said; None before it was asked, or where no scanner is set."""
    return session.scalars(_SAID, {"of": evidence_id}).first()


def is_infected(session: Session, evidence_id: UUID) -> bool:
    """Tell whether a scanner named something in it: then it is kept and no longer shown here."""
    said = scan_of(session, evidence_id)
    return said is not None and said.verdict == INFECTED


def waiting_to_be_scanned(session: Session) -> int:
    """Return how many originals the scanner has still to look at."""
    query = select(func.count()).select_from(ScanRecord).where(ScanRecord.scanned_at.is_(None))
    return session.scalar(query) or 0
