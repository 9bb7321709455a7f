"""The sealed objects themselves: the original as it came, a picture that our child made."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from archive.errors import EvidenceNotFound
from archive.intake.receive import evidence_key
from archive.records.evidence import EvidenceRecord, ObjectRecord, ViewingRecord
from archive.records.pages import PostRecord, ScreenshotRecord, VisitRecord
from archive.vault.sealing import EvidenceKey
from archive.vault.vault import Vault
from service.access.principal import Principal
from service.access.rights import Scope
from service.access.visibility import evidence_within, not_restricted, visits_within
from service.casework.evidence.listing import find_evidence
from service.casework.evidence.scans import is_infected
from service.errors import SealedOff

QUEUE: Final = "queue.see"
ENDINGS: Final = {"message/rfc822": ".eml", "text/plain": ".txt", "application/json": ".json"}


def original_of(session: Session, evidence: EvidenceRecord) -> ObjectRecord:
    """Return the object that holds the original; raises `EvidenceNotFound` for a tombstone."""
    query = select(ObjectRecord).where(
        ObjectRecord.evidence_id == evidence.id, ObjectRecord.role == "original"
    )
    row = session.scalars(query).first()
    if row is None:
        raise EvidenceNotFound(str(evidence.id))
    return row


def name_of(session: Session, evidence_id: UUID) -> str:
    """Return what a download is called: as it was handed in, else by its id and kind."""
    evidence = session.get_one(EvidenceRecord, evidence_id)
    return evidence.filename or f"{evidence.id}{ENDINGS.get(evidence.media_type, '')}"


def object_of(
    session: Session,
    vault: Vault,
    who: Principal,
    *,
    evidence_id: UUID,
    name: str,
    now: datetime,
) -> tuple[ObjectRecord, EvidenceKey]:
    """Return an object that this person may see now, and its key.

    A picture of a post is open to the page team through the queue; everything else through
    `evidence.view`. Both ask that the viewing stands in the ledger.
    """
    _require_open(session, who, evidence_id, name, now)
    seen = select(ViewingRecord.id).where(
        ViewingRecord.evidence_id == evidence_id, ViewingRecord.person_id == who.person_id
    )
    if session.execute(seen.limit(1)).first() is None:
        raise EvidenceNotFound(str(evidence_id))
    if is_infected(session, evidence_id):
        raise EvidenceNotFound(str(evidence_id))
    stored = session.get(ObjectRecord, name)
    if stored is None or stored.evidence_id != evidence_id:
        raise EvidenceNotFound(str(evidence_id))
    return stored, evidence_key(session, vault, evidence_id)


def original_for(
    session: Session, vault: Vault, who: Principal, evidence_id: UUID, now: datetime
) -> tuple[EvidenceRecord, ObjectRecord, EvidenceKey]:
    """Return the original for somebody to whom the content is open, and its key.

    Raises `EvidenceNotFound`; `SealedOff` where it is sealed off: only to somebody who sees that.
    """
    try:
        evidence = find_evidence(session, who, evidence_id, now, "evidence.view")
    except EvidenceNotFound:
        if find_evidence(session, who, evidence_id, now).sealed_off_at is not None:
            raise SealedOff(str(evidence_id)) from None
        raise
    return evidence, original_of(session, evidence), evidence_key(session, vault, evidence_id)


def _require_open(
    session: Session, who: Principal, evidence_id: UUID, name: str, now: datetime
) -> None:
    query = select(EvidenceRecord.id).where(
        EvidenceRecord.id == evidence_id,
        EvidenceRecord.erased_at.is_(None),
        EvidenceRecord.sealed_off_at.is_(None),
        or_(
            evidence_within(who, "evidence.view", now),
            _of_a_post(who, name, now),
        ),
    )
    if session.execute(query).first() is None:
        raise EvidenceNotFound(str(evidence_id))


def _of_a_post(who: Principal, name: str, now: datetime) -> ColumnElement[bool]:
    """Return the condition on `evidence` that the queue shows this person an object of it.

    Of a restricted case it shows nothing outside its circle; a screenshot of one sighting stands
    in for the others too, where it is in no such case.
    """
    if not any(reach.scope is Scope.ALL for reach in who.reaches(QUEUE)):
        return false()
    seen = visits_within(who, QUEUE, now)
    pictured = select(PostRecord.evidence_id).join(
        VisitRecord, VisitRecord.id == PostRecord.visit_id
    )
    handed_in = (
        select(ScreenshotRecord.evidence_id)
        .join(ObjectRecord, ObjectRecord.evidence_id == ScreenshotRecord.evidence_id)
        .where(ObjectRecord.name == name, ObjectRecord.role == "preview")
    )
    for_seen = (
        handed_in.join(PostRecord, PostRecord.id == ScreenshotRecord.post_id)
        .join(VisitRecord, VisitRecord.id == PostRecord.visit_id)
        .where(seen)
    )
    return or_(
        EvidenceRecord.id.in_(pictured.where(PostRecord.picture_name == name, seen)),
        EvidenceRecord.id.in_(for_seen),
        and_(EvidenceRecord.id.in_(handed_in), not_restricted()),
    )
