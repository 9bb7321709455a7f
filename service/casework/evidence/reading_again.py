"""Reading again, with newer programs or after a fault: the original is only opened, never changed.

Earlier readings stay as they are; the latest one counts. A mail that has been
sorted stays where it is, and nobody gets a second receipt.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import EvidenceErased, EvidenceNotFound
from archive.ledger.log import record
from archive.records.evidence import EvidenceRecord, EvidenceState, ReadingRecord
from service.casework.evidence.reading_plan import (
    PAGE_TEXT,
    PICTURE_TEXT,
    READERS,
    reader_for,
)
from service.casework.evidence.slow_readings import ask_for_slow_reading

SLOW: Final = (PICTURE_TEXT, PAGE_TEXT)
EVERY_READER: Final = tuple(sorted({name for _, name in READERS} | {*SLOW, "none"}))
_MANY: Final = 500


def read_again(session: Session, evidence_id: UUID, now: datetime, actor: str) -> None:
    """Let a piece of evidence be read once more.

    Raises `EvidenceNotFound` where there is none or it is of a kind that is not read (a
    capture) or sealed off, `EvidenceErased`.
    """
    evidence = session.get(EvidenceRecord, evidence_id, with_for_update=True)
    if evidence is None or evidence.sealed_off_at is not None or evidence.kind == "capture":
        raise EvidenceNotFound(str(evidence_id))
    if evidence.erased_at is not None:
        raise EvidenceErased(str(evidence_id))
    _again(session, evidence, now, actor)


def read_all_again(
    session: Session, reader: str, now: datetime, actor: str, after: UUID | None = None
) -> UUID | None:
    """Let the next 500 that this reader has read be read once more; return where to go on.

    `none` stands for what no program could read at the time. A slow reader reads only what
    it had read: text in pictures.
    """
    query = (
        select(EvidenceRecord)
        .where(
            EvidenceRecord.id.in_(
                select(ReadingRecord.evidence_id).where(ReadingRecord.reader == reader)
            ),
            EvidenceRecord.erased_at.is_(None),
            EvidenceRecord.sealed_off_at.is_(None),
            EvidenceRecord.kind != "capture",
            *([EvidenceRecord.id > after] if after is not None else []),
        )
        .order_by(EvidenceRecord.id)
        .limit(_MANY)
        .with_for_update()
    )
    last = None
    for evidence in session.scalars(query).all():
        last = evidence.id
        if reader in SLOW:
            ask_for_slow_reading(session, evidence.id, reader, now)
        elif reader != "none" or reader_for(evidence.media_type) is not None:
            _again(session, evidence, now, actor)
    return last


def _again(session: Session, evidence: EvidenceRecord, now: datetime, actor: str) -> None:
    evidence.state = EvidenceState.RECEIVED
    evidence.attempts, evidence.next_attempt_at, evidence.last_error = 0, now, None
    evidence.claimed_by = evidence.claimed_until = None
    evidence.fence += 1
    record(session, "evidence.to_be_read_again", at=now, actor=actor, subject=evidence)
