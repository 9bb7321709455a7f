"""Keeping and letting go: legal hold, and erasure that leaves a tombstone and a true ledger.

An erasure removes the key, the objects, everything read out of them, and the
details of each entry that spoke of them; the leaves stay, so that the log
goes on proving everything else (decisions 5 and 6). GDPR art. 17; a hold or
an open case stands in its way (art. 17(3)(e)).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from archive.errors import EvidenceErased, EvidenceNotFound, HeldByLaw
from archive.ledger.entries import ERASED
from archive.ledger.log import SYSTEM, record
from archive.ledger.mentions import forget_details, mentions_of, row_by_key
from archive.records import Protected
from archive.records.cases import (
    CaseEvidenceRecord,
    CaseRecord,
    NoticeRecord,
    WishAnswerRecord,
)
from archive.records.evidence import (
    DeliveryRecord,
    ErasureRecord,
    EvidenceRecord,
    EvidenceState,
    IdempotencyRecord,
    ObjectRecord,
    ReadingRecord,
    WrappedKeyRecord,
)
from archive.records.mail import MailSeenRecord
from archive.records.pages import (
    DecisionRecord,
    FindingRecord,
    PostRecord,
    SampleRecord,
    ScreenshotRecord,
    VisitRecord,
)
from archive.records.phones import PhoneFileRecord
from archive.records.readings import FingerprintRecord, ScanRecord, SlowReadingRecord

BESIDE = (FingerprintRecord, MailSeenRecord, PhoneFileRecord, ScanRecord, SlowReadingRecord)
"""What programs keep beside evidence, and no entry of the ledger binds."""

READ_OUT: tuple[tuple[type[Any], Any], ...] = (
    (SampleRecord, SampleRecord.decision_id),
    (ScreenshotRecord, ScreenshotRecord.post_id),
    (ScreenshotRecord, ScreenshotRecord.evidence_id),
    (DecisionRecord, DecisionRecord.post_id),
    (FindingRecord, FindingRecord.post_id),
    (PostRecord, PostRecord.evidence_id),
    (VisitRecord, VisitRecord.evidence_id),
    (ReadingRecord, ReadingRecord.evidence_id),
    (ObjectRecord, ObjectRecord.evidence_id),
    (WrappedKeyRecord, WrappedKeyRecord.evidence_id),
    (DeliveryRecord, DeliveryRecord.evidence_id),
    (NoticeRecord, NoticeRecord.evidence_id),
    (WishAnswerRecord, WishAnswerRecord.evidence_id),
)
"""What goes with evidence, and by which reference; leaves of the references first."""

BLANKED = (
    "filename",
    "note",
    "source_url",
    "sha256",
    "seen_at",
    "next_attempt_at",
    "claimed_until",
    "claimed_by",
    "last_error",
)
"""What a tombstone no longer says."""

_MANY = 500
"""So many values go into one `IN`, far below what any database takes."""


@dataclass(frozen=True)
class Erased:
    """What an erasure took: the evidence with its parts, and how many objects and entries."""

    evidence: tuple[UUID, ...]
    objects: int
    entries: int


def hold(session: Session, evidence_id: UUID, reason: str, actor: str, now: datetime) -> None:
    """Put a legal hold on a piece of evidence: nothing erases it until `release`."""
    evidence = _standing(session, evidence_id)
    evidence.held = True
    record(session, "evidence.held", at=now, actor=actor, subject=evidence, reason=reason)


def release(session: Session, evidence_id: UUID, reason: str, actor: str, now: datetime) -> None:
    """Lift a legal hold."""
    evidence = _standing(session, evidence_id)
    evidence.held = False
    record(session, "evidence.released", at=now, actor=actor, subject=evidence, reason=reason)


def erase(
    session: Session,
    evidence_id: UUID,
    reason: str,
    actor: str,
    now: datetime,
    *,
    again: bool = False,
) -> Erased:
    """Erase a piece of evidence with its parts; the one act of its transaction.

    After the commit `archive.clearing.clear_erased` removes the objects.
    `again` says that it was lawfully erased before (a restore). Raises
    `EvidenceNotFound`, `EvidenceErased`, `HeldByLaw`.
    """
    root = _standing(session, evidence_id)
    whole = _with_parts(session, [root])
    if not again:
        _refuse_held(session, whole)
    return _erase(session, whole, reason, actor, now, subject=root)


def erase_without_key(
    session: Session, evidence_ids: Collection[UUID], reason: str, now: datetime
) -> Erased:
    """Erase evidence whose keys are gone, with its parts; the one act of its transaction.

    Nothing can open it any more, so no hold stands in the way.
    """
    roots = [one for one in (session.get(EvidenceRecord, of) for of in evidence_ids) if one]
    whole = _with_parts(session, [one for one in roots if one.erased_at is None])
    if not whole:
        return Erased((), 0, 0)
    return _erase(session, whole, reason, SYSTEM, now)


def _erase(
    session: Session,
    whole: list[EvidenceRecord],
    reason: str,
    actor: str,
    now: datetime,
    *,
    subject: EvidenceRecord | None = None,
) -> Erased:
    ids = [evidence.id for evidence in whole]
    posts = _ids(session, PostRecord.id, PostRecord.evidence_id, ids)
    for later in _answers_elsewhere(session, posts):
        later.parent_id = None
    objects = _objects(session, ids)
    gone = list(_remove_derived(session, ids, posts))
    for evidence in whole:
        _make_tombstone(evidence, now)
        session.add(
            ErasureRecord(evidence_id=evidence.id, erased_at=now, objects=objects[evidence.id])
        )
    removed = [segment for of_one in objects.values() for segment in of_one]
    mentions = mentions_of(session, {*gone, *(e.row_key() for e in whole)}, _since(whole))
    entry = record(
        session,
        ERASED,
        at=now,
        actor=actor,
        subject=subject,
        reason=reason,
        evidence=ids,
        positions=mentions.positions,
        objects=removed,
    )
    entry.rows.update({key: row_by_key(session, key) for key in mentions.last_words})
    entry.rows.update({evidence.row_key(): evidence for evidence in whole})
    entry.rows.update(dict.fromkeys(gone))
    forget_details(session, mentions.positions)
    return Erased(tuple(ids), len(removed), len(mentions.positions))


def _standing(session: Session, evidence_id: UUID) -> EvidenceRecord:
    evidence = session.get(EvidenceRecord, evidence_id, with_for_update=True)
    if evidence is None:
        raise EvidenceNotFound(f"no evidence {evidence_id}")
    if evidence.erased_at is not None:
        raise EvidenceErased(f"evidence {evidence_id} is erased already")
    return evidence


def _with_parts(session: Session, roots: list[EvidenceRecord]) -> list[EvidenceRecord]:
    """Return pieces of evidence and whatever was taken out of them, however deep."""
    whole = {root.id: root for root in roots}
    above = list(whole)
    while above:
        parts = [
            part
            for some in _batches(above)
            for part in session.scalars(
                select(EvidenceRecord)
                .where(EvidenceRecord.parent_id.in_(some), EvidenceRecord.erased_at.is_(None))
                .order_by(EvidenceRecord.received_at, EvidenceRecord.id)
            )
            if part.id not in whole
        ]
        whole.update({part.id: part for part in parts})
        above = [part.id for part in parts]
    return list(whole.values())


def _refuse_held(session: Session, whole: list[EvidenceRecord]) -> None:
    """Raise `HeldByLaw` for a hold, or for an open case that rests on any of it."""
    if any(evidence.held for evidence in whole):
        raise HeldByLaw("a legal hold is on this evidence")
    ids = [evidence.id for evidence in whole]
    parent = whole[0].parent_id
    while parent is not None:
        above = session.get_one(EvidenceRecord, parent)
        if above.held:
            raise HeldByLaw("a legal hold is on what this evidence is a part of")
        ids.append(above.id)
        parent = above.parent_id
    open_case = (
        select(CaseRecord.number)
        .where(
            CaseRecord.closed_at.is_(None),
            or_(
                CaseRecord.id.in_(
                    select(CaseEvidenceRecord.case_id).where(
                        CaseEvidenceRecord.evidence_id.in_(ids)
                    )
                ),
                CaseRecord.id.in_(
                    select(VisitRecord.case_id).where(VisitRecord.evidence_id.in_(ids))
                ),
            ),
        )
        .limit(1)
    )
    if number := session.scalar(open_case):
        raise HeldByLaw(f"the open case {number} rests on this evidence")


def _objects(session: Session, ids: list[UUID]) -> dict[UUID, list[list[Any]]]:
    """Return by evidence the name and number of segments of each object."""
    found: dict[UUID, list[list[Any]]] = {one: [] for one in ids}
    query = select(ObjectRecord.evidence_id, ObjectRecord.name, ObjectRecord.segments)
    for some in _batches(ids):
        for of, name, segments in session.execute(query.where(ObjectRecord.evidence_id.in_(some))):
            found[of].append([name, segments])
    return found


def _remove_derived(session: Session, ids: list[UUID], posts: list[UUID]) -> Iterator[str]:
    """Delete all that was read out of the evidence, leaves of the references first; yield keys."""
    decisions = _ids(session, DecisionRecord.id, DecisionRecord.post_id, posts)
    owners = {"decisions": decisions, "posts": posts, "evidence": ids}
    session.flush()
    for beside in BESIDE:
        for some in _batches(ids):
            session.execute(delete(beside).where(beside.evidence_id.in_(some)))
    for table, column in READ_OUT:
        (reference,) = column.property.columns[0].foreign_keys
        yield from _delete(session, table, column, owners[reference.column.table.name])
    answers = session.execute(select(IdempotencyRecord.key_sha256, IdempotencyRecord.answer))
    spoken = [key for key, answer in answers if any(str(one) in str(answer) for one in ids)]
    session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.key_sha256.in_(spoken)))


def _delete(
    session: Session, table: type[Protected], column: Any, owners: list[UUID]
) -> Iterator[str]:
    keys = list(table.__table__.primary_key.columns)
    for some in _batches(owners):
        for key in session.execute(select(*keys).where(column.in_(some))):
            yield ":".join([table.__table__.name, *(str(part) for part in key)])
        session.execute(delete(table).where(column.in_(some)))


def _ids(session: Session, wanted: Any, column: Any, owners: list[UUID]) -> list[UUID]:
    return [
        found
        for some in _batches(owners)
        for found in session.scalars(select(wanted).where(column.in_(some)))
    ]


def _answers_elsewhere(session: Session, posts: list[UUID]) -> list[PostRecord]:
    """Return posts that answer an erased one and belong to other evidence."""
    erased = set(posts)
    return [
        answer
        for some in _batches(posts)
        for answer in session.scalars(select(PostRecord).where(PostRecord.parent_id.in_(some)))
        if answer.id not in erased
    ]


def _batches(values: Collection[UUID]) -> Iterator[list[UUID]]:
    listed = list(values)
    for start in range(0, len(listed), _MANY):
        yield listed[start : start + _MANY]


def _make_tombstone(evidence: EvidenceRecord, now: datetime) -> None:
    """Leave that there was something, when it came and when it went; nothing of what it was.

    The fence moves, so that a reading under way can no longer write a result.
    """
    for name in BLANKED:
        setattr(evidence, name, None)
    evidence.fence += 1
    evidence.erased_at = now
    evidence.state = EvidenceState.ERASED


def _since(whole: list[EvidenceRecord]) -> datetime:
    """Return a moment before which no entry can speak of this evidence, with a day to spare."""
    return min(evidence.received_at for evidence in whole) - timedelta(days=1)


__all__ = [
    "BESIDE",
    "BLANKED",
    "READ_OUT",
    "Erased",
    "erase",
    "erase_without_key",
    "hold",
    "release",
]
