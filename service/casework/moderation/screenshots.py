"""Screenshots that stand in for our own capture of a post, and how far each is.

A screenshot counts once the confined child has opened it as a picture; its
sealed bytes are read again with each decision (`verifying`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from archive.records.evidence import EvidenceRecord, EvidenceState, ObjectRecord
from archive.records.pages import ScreenshotRecord


class Standing(StrEnum):
    """How far a screenshot is: only a readable one counts."""

    WAITS = "waits"
    COUNTS = "counts"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Screenshot:
    """A screenshot of a post's words, at whichever visit it was handed in."""

    evidence: EvidenceRecord
    at: datetime
    standing: Standing
    preview: str | None


def screenshots_of(session: Session, sightings: Select[UUID]) -> list[Screenshot]:
    """Return the screenshots handed in for these posts, the newest first; none that is erased."""
    query = (
        select(EvidenceRecord, ScreenshotRecord.handed_in_at)
        .join(ScreenshotRecord, ScreenshotRecord.evidence_id == EvidenceRecord.id)
        .where(ScreenshotRecord.post_id.in_(sightings), EvidenceRecord.erased_at.is_(None))
        .order_by(ScreenshotRecord.handed_in_at.desc(), ScreenshotRecord.id)
    )
    rows = session.execute(query).all()
    previews = _previews(session, [row[0].id for row in rows])
    return [
        Screenshot(row[0], row[1], _standing(row[0], previews), previews.get(row[0].id))
        for row in rows
    ]


def counting(found: Sequence[Screenshot]) -> Screenshot | None:
    """Return the newest that counts."""
    return next((one for one in found if one.standing is Standing.COUNTS), None)


def is_settled(session: Session, evidence_id: UUID) -> bool:
    """Tell whether the confined child is done with what was handed in."""
    waits = EvidenceRecord.state.in_((EvidenceState.RECEIVED, EvidenceState.READING))
    query = select(EvidenceRecord.id).where(EvidenceRecord.id == evidence_id, waits)
    return session.scalars(query).first() is None


def _standing(evidence: EvidenceRecord, previews: dict[UUID, str]) -> Standing:
    if evidence.sealed_off_at is not None:
        return Standing.COUNTS  # what is shut is kept: the post can be deleted all the same
    if evidence.state == EvidenceState.READ and evidence.id in previews:
        return Standing.COUNTS
    if evidence.state in (EvidenceState.RECEIVED, EvidenceState.READING):
        return Standing.WAITS
    return Standing.UNREADABLE


def _previews(session: Session, ids: list[UUID]) -> dict[UUID, str]:
    query = select(ObjectRecord.evidence_id, ObjectRecord.name).where(
        ObjectRecord.evidence_id.in_(ids), ObjectRecord.role == "preview"
    )
    return {row.evidence_id: row.name for row in session.execute(query)}
