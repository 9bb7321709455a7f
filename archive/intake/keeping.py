"""Durable bytes become evidence: the rows of many arrivals, written and recorded together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from archive.intake.media_type import media_type_of
from archive.intake.storable import NAME_SIZE, TYPE_SIZE, clean, cut
from archive.intake.values import About, Envelope, Held, Kept
from archive.ledger.log import record
from archive.records.columns import Protected
from archive.records.evidence import (
    DeliveryRecord,
    EvidenceRecord,
    EvidenceState,
    ObjectRecord,
    WrappedKeyRecord,
)
from archive.records.inserting import insert_new, insert_silently, speak_for
from archive.vault.vault import Sealed

SAME_DELIVERY = timedelta(hours=24)
"""Within this time equal bytes in an equal envelope are a retry, not a second fact."""


@dataclass(frozen=True)
class Arrival:
    """Durable bytes with all that is to be committed of them."""

    held: Held
    about: About
    envelope: Envelope
    envelope_sha256: str
    now: datetime


def keep_all(session: Session, arrivals: Sequence[Arrival]) -> list[Kept]:
    """Make each arrival evidence, or the second delivery of evidence that an earlier try left."""
    standing = _earlier(session, arrivals)
    made: list[tuple[Arrival, EvidenceRecord, tuple[Protected, ...]]] = []
    kept: list[Kept | None] = []
    for arrival in arrivals:
        fact = _fact(arrival)
        if fact in standing:
            kept.append(None)  # after the rows that it may join stand
            continue
        evidence, parts = _rows(arrival)
        standing[fact] = evidence.id
        made.append((arrival, evidence, parts))
        kept.append(_kept(evidence, joined=False))
    if made:
        insert_silently(session, [evidence for _, evidence, _ in made])
        for parts in zip(*(parts for _, _, parts in made), strict=True):
            insert_silently(session, parts)
    for arrival, evidence, parts in made:
        speak_for(session, evidence, *parts)
        _record_receipt(session, arrival, evidence)
    return [
        told or _join(session, arrival, standing[_fact(arrival)])
        for told, arrival in zip(kept, arrivals, strict=True)
    ]


def _fact(arrival: Arrival) -> tuple[str, str]:
    return arrival.envelope_sha256, arrival.held.sealed.sha256


def _earlier(session: Session, arrivals: Sequence[Arrival]) -> dict[tuple[str, str], UUID]:
    """Return what earlier, unacknowledged tries have left, by envelope and bytes."""
    wanted = {
        "digests": [arrival.held.sealed.sha256 for arrival in arrivals],
        "since": min(arrival.now for arrival in arrivals) - SAME_DELIVERY,
    }
    found = session.connection().execute(_SAME_BYTES, wanted)
    return {(row.envelope_sha256, row.sha256): row.id for row in found}


# Found by the bytes, which are nearly always new; an envelope is shared by all mail of one sender.
_SAME_BYTES = (
    select(EvidenceRecord.id, EvidenceRecord.sha256, DeliveryRecord.envelope_sha256)
    .join(DeliveryRecord, DeliveryRecord.evidence_id == EvidenceRecord.id)
    .where(
        EvidenceRecord.sha256.in_(bindparam("digests", expanding=True)),
        DeliveryRecord.at > bindparam("since"),
        EvidenceRecord.erased_at.is_(None),
    )
    .order_by(EvidenceRecord.received_at.desc())  # the first of them has the last word
)


def _join(session: Session, arrival: Arrival, evidence_id: UUID) -> Kept:
    """Add a delivery to evidence that stands."""
    earlier = session.get_one(EvidenceRecord, evidence_id)
    insert_new(session, _delivery(earlier.id, arrival))
    record(
        session,
        "evidence.delivered_again",
        at=arrival.now,
        actor=arrival.envelope.actor,
        subject=earlier,
    )
    return _kept(earlier, joined=True)


def _rows(arrival: Arrival) -> tuple[EvidenceRecord, tuple[Protected, ...]]:
    """Return the rows of new evidence: itself, then its object, key and delivery."""
    held, about, now = arrival.held, arrival.about, arrival.now
    sealed = held.sealed
    evidence = EvidenceRecord(
        id=uuid4(),
        kind=about.kind,
        filename=cut(about.filename, NAME_SIZE),
        media_type=cut(about.media_type, TYPE_SIZE) or media_type_of(held.head, about.filename),
        size=sealed.size,
        sha256=sealed.sha256,
        received_at=now,
        known=about.known,
        parent_id=about.parent_id,
        unit_id=about.unit_id,
        note=clean(about.note),
        source_url=clean(about.source_url),
        seen_at=about.seen_at,
        state=EvidenceState.RECEIVED,
        next_attempt_at=now,
    )
    return evidence, (
        object_row(evidence.id, sealed, "original", evidence.media_type, now),
        WrappedKeyRecord(
            evidence_id=evidence.id, key_id=held.wrapped.key_id, wrapped=held.wrapped.wrapped
        ),
        _delivery(evidence.id, arrival),
    )


def _record_receipt(session: Session, arrival: Arrival, evidence: EvidenceRecord) -> None:
    sealed = arrival.held.sealed
    record(
        session,
        "evidence.received",
        at=arrival.now,
        actor=arrival.envelope.actor,
        subject=evidence,
        case_id=arrival.about.case_id,
        door=arrival.envelope.door,
        sha256=sealed.sha256,
        sealed_sha256=sealed.sealed_sha256,
        size=sealed.size,
    )


def object_row(
    evidence_id: UUID,
    sealed: Sealed,
    role: str,
    media_type: str,
    now: datetime,
    *,
    label: str | None = None,
    made_by: str | None = None,
) -> ObjectRecord:
    """Return the row for a sealed object of a piece of evidence."""
    return ObjectRecord(
        name=sealed.name,
        evidence_id=evidence_id,
        role=role,
        label=label,
        media_type=media_type,
        size=sealed.size,
        segments=sealed.segments,
        sha256=sealed.sha256,
        sealed_sha256=sealed.sealed_sha256,
        made_by=made_by,
        made_at=now,
    )


def _delivery(evidence_id: UUID, arrival: Arrival) -> DeliveryRecord:
    envelope = arrival.envelope
    return DeliveryRecord(
        id=uuid4(),
        evidence_id=evidence_id,
        door=envelope.door,
        at=arrival.now,
        actor=envelope.actor,
        envelope=clean(envelope.facts),
        envelope_sha256=arrival.envelope_sha256,
    )


def _kept(evidence: EvidenceRecord, *, joined: bool) -> Kept:
    return Kept(
        evidence.id,
        evidence.filename,
        str(evidence.sha256),
        evidence.size,
        evidence.media_type,
        evidence.state,
        joined,
    )
