"""The short number by which people call evidence: its receipt's place in the ledger ("D-0042")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from archive.asking import Prepared, ask
from archive.moment import once
from archive.records.evidence import EvidenceRecord
from archive.records.ledger import LedgerDetailRecord

RECEIVED = "evidence.received"
_DETAIL = LedgerDetailRecord.__table__.c
_RECEIVED = select(_DETAIL.subject, _DETAIL.position).where(_DETAIL.kind == RECEIVED)
_RECEIPT = Prepared(_RECEIVED.where(_DETAIL.subject == bindparam("of")))
_RECEIPTS = _RECEIVED.where(_DETAIL.subject.in_(bindparam("subjects", expanding=True)))


def row_key(evidence_id: UUID) -> str:
    """Return how the ledger names a piece of evidence."""
    return f"{EvidenceRecord.__tablename__}:{evidence_id}"


def receipts(session: Session, evidence_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the ledger position of each receipt; one whose details are erased is left out."""
    names = {row_key(one): one for one in evidence_ids}
    if not names:
        return {}

    def look() -> Sequence[tuple[str | None, int]]:
        if len(names) == 1:
            return ask(session, _RECEIPT, {"of": next(iter(names))})
        return ask(session, _RECEIPTS, {"subjects": list(names)})

    rows = once(session, (_RECEIPTS, *names), look)
    return {names[subject]: position for subject, position in rows if subject is not None}


def numbered(session: Session, words: str) -> UUID | None:
    """Return the evidence that a short number names ("D-0042"), or None."""
    found = re.fullmatch(r"[Dd]-(\d{1,12})", words)
    if found is None:
        return None
    subject = session.scalar(
        select(LedgerDetailRecord.subject).where(
            LedgerDetailRecord.position == int(found[1]), LedgerDetailRecord.kind == RECEIVED
        )
    )
    return UUID(subject.partition(":")[2]) if subject else None


def spoken_number(evidence_id: UUID, position: int | None) -> str:
    """Return the number; where the receipt's details are erased, the beginning of the id."""
    return f"D-{position:04d}" if position is not None else f"D-{evidence_id.hex[:8]}"
