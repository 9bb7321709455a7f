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

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from archive.records.evidence import EvidenceRecord, EvidenceState, ObjectRecord
from archive.records.pages import ScreenshotRecord
from archive.records.readings import FingerprintRecord
from service.casework.evidence.readings import PREVIEW


class Standing(StrEnum):
    """How far a screenshot is: only what a program has opened as a picture counts."""

    WAITS = "waits"
    COUNTS = "counts"
    UNREADABLE = "unreadable"
    SHUT = "shut"
    """Sealed off before any program had opened the same bytes as a picture."""


@dataclass(frozen=True)
class Screenshot:
    """A screenshot of a post's words, at whichever visit it was handed in."""

    evidence: EvidenceRecord
    at: datetime
    standing: Standing
    preview: str | None

    @property
    def is_shut(self) -> bool:
        """Whether it is sealed off: then it is shown to nobody, and may count all the same."""
        return self.evidence.sealed_off_at is not None


def screenshots_of(session: Session, sightings: Select[UUID]) -> list[Screenshot]:
    """Return the screenshots handed in for these posts, the newest first; none that is erased."""
    query = (
        select(EvidenceRecord, ScreenshotRecord.handed_in_at, counts())
        .join(ScreenshotRecord, ScreenshotRecord.evidence_id == EvidenceRecord.id)
        .where(ScreenshotRecord.post_id.in_(sightings), EvidenceRecord.erased_at.is_(None))
        .order_by(ScreenshotRecord.handed_in_at.desc(), ScreenshotRecord.id)
    )
    rows = session.execute(query).all()
    previews = _previews(session, [row[0].id for row in rows])
    return [
        Screenshot(row[0], row[1], _standing(row[0], counted=row[2]), previews.get(row[0].id))
        for row in rows
    ]


def counting(found: Sequence[Screenshot]) -> Screenshot | None:
    """Return the newest that counts."""
    return next((one for one in found if one.standing is Standing.COUNTS), None)


def counts() -> ColumnElement[bool]:
    """Return the condition on `evidence` that a screenshot counts: this rule and no other.

    A program has opened it as a picture, and its preview stands. Of what is sealed off the
    preview is gone: there the fingerprint is asked for, which these very bytes only have where
    they were opened. What is shut is kept, so that the post can be deleted all the same.
    """
    twin = aliased(EvidenceRecord)
    previewed = exists().where(
        ObjectRecord.evidence_id == EvidenceRecord.id, ObjectRecord.role == PREVIEW
    )
    once_opened = exists(
        select(FingerprintRecord.evidence_id)
        .join(twin, twin.id == FingerprintRecord.evidence_id)
        .where(twin.sha256 == EvidenceRecord.sha256)
    )
    shut, read = EvidenceRecord.sealed_off_at, EvidenceRecord.state == EvidenceState.READ
    return or_(and_(shut.is_not(None), once_opened), and_(shut.is_(None), read, previewed))


def is_settled(session: Session, evidence_id: UUID) -> bool:
    """Tell whether the confined child is done with what was handed in, or will never begin."""
    waits = EvidenceRecord.state.in_((EvidenceState.RECEIVED, EvidenceState.READING))
    query = select(EvidenceRecord.id).where(
        EvidenceRecord.id == evidence_id, waits, EvidenceRecord.sealed_off_at.is_(None)
    )
    return session.scalars(query).first() is None


def _standing(evidence: EvidenceRecord, *, counted: bool) -> Standing:
    if counted:
        return Standing.COUNTS
    if evidence.sealed_off_at is not None:
        return Standing.SHUT
    if evidence.state in (EvidenceState.RECEIVED, EvidenceState.READING):
        return Standing.WAITS
    return Standing.UNREADABLE


def _previews(session: Session, ids: list[UUID]) -> dict[UUID, str]:
    query = select(ObjectRecord.evidence_id, ObjectRecord.name).where(
        ObjectRecord.evidence_id.in_(ids), ObjectRecord.role == PREVIEW
    )
    return {row.evidence_id: row.name for row in session.execute(query)}
