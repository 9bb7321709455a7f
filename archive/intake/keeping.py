"""Durable bytes become evidence: the rows of many arrivals, written and recorded together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session

from archive.chance import random_id
from archive.intake.media_type import media_type_of
from archive.intake.storable import NAME_SIZE, TYPE_SIZE, clean, cut
from archive.intake.values import About, Envelope, Held, Kept
from archive.ledger.entries import Collected
from archive.ledger.log import collect, record
from archive.records.evidence import (
    DeliveryRecord,
    EvidenceRecord,
    EvidenceState,
    ObjectRecord,
    WrappedKeyRecord,
)
from archive.records.inserting import NewRow, insert_new, insert_rows
from archive.vault.vault import Sealed

SAME_DELIVERY = timedelta(hours=24)
"""Within this time equal bytes in an equal envelope are a retry, not a second fact."""


@dataclass(frozen=True)
class Arrival:
    """Durable bytes with all that is to be committed of them, made before their turn to write."""

    fact: tuple[str, str]
    """What makes a second delivery the same one: the digests of envelope and bytes."""
    envelope: Envelope
    now: datetime
    kept: Kept
    rows: tuple[NewRow, ...]
    """The evidence itself, then its object, key and delivery."""
    receipt: Collected

    @classmethod
    def of(cls, held: Held, about: About, envelope: Envelope, now: datetime) -> Arrival:
        """Make the rows of new evidence, and the ledger entry that speaks for them."""
        fact = (envelope.sha256(), held.sealed.sha256)
        rows = _rows(held, about, envelope, fact[0], now)
        receipt = _receipt(held, about, envelope, rows, now)
        receipt.written  # noqa: B018 - made here, by the sender's thread: the gate is everybody's
        return cls(fact, envelope, now, _told(rows[0].values, joined=False), rows, receipt)


def keep_all(session: Session, arrivals: Sequence[Arrival]) -> list[Kept]:
    """Make each arrival evidence, or the second delivery of evidence that an earlier try left."""
    connection = session.connection()
    standing = _earlier(connection, arrivals)
    made: list[Arrival] = []
    kept: list[Kept | None] = []
    for arrival in arrivals:
        if arrival.fact in standing:
            kept.append(None)  # after the rows that it may join stand
            continue
        standing[arrival.fact] = arrival.kept.id
        made.append(arrival)
        kept.append(arrival.kept)
    for rows in zip(*(arrival.rows for arrival in made), strict=True):
        insert_rows(connection, rows)
    for arrival in made:
        collect(session, arrival.receipt)
    return [
        told or _join(session, arrival, standing[arrival.fact])
        for told, arrival in zip(kept, arrivals, strict=True)
    ]


def _earlier(connection: Connection, arrivals: Sequence[Arrival]) -> dict[tuple[str, str], UUID]:
    """Return what earlier, unacknowledged tries have left, by envelope and bytes."""
    wanted = {
        "digests": [arrival.fact[1] for arrival in arrivals],
        "since": min(arrival.now for arrival in arrivals) - SAME_DELIVERY,
    }
    found = connection.execute(_SAME_BYTES, wanted)
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
    insert_new(session, _delivery(earlier.id, arrival.envelope, arrival.fact[0], arrival.now))
    record(
        session,
        "evidence.delivered_again",
        at=arrival.now,
        actor=arrival.envelope.actor,
        subject=earlier,
    )
    told = {key: getattr(earlier, key) for key in _TOLD}
    return _told(told, joined=True)


def _rows(
    held: Held, about: About, envelope: Envelope, envelope_sha256: str, now: datetime
) -> tuple[NewRow, ...]:
    sealed = held.sealed
    evidence_id = random_id()
    media_type = cut(about.media_type, TYPE_SIZE) or media_type_of(held.head, about.filename)
    return (
        NewRow(
            EvidenceRecord,
            id=evidence_id,
            kind=about.kind,
            filename=cut(about.filename, NAME_SIZE),
            media_type=media_type,
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
        ),
        NewRow(ObjectRecord, **_of_object(evidence_id, sealed, "original", media_type, now)),
        NewRow(
            WrappedKeyRecord,
            evidence_id=evidence_id,
            key_id=held.wrapped.key_id,
            wrapped=held.wrapped.wrapped,
        ),
        _delivery(evidence_id, envelope, envelope_sha256, now),
    )


def _receipt(
    held: Held, about: About, envelope: Envelope, rows: Sequence[NewRow], now: datetime
) -> Collected:
    facts = {
        "door": envelope.door,
        "sha256": held.sealed.sha256,
        "sealed_sha256": held.sealed.sealed_sha256,
        "size": held.sealed.size,
    }
    return Collected(
        "evidence.received",
        now,
        envelope.actor,
        rows[0].row_key(),
        about.case_id,
        facts,
        {row.row_key(): row for row in rows},
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
        **_of_object(evidence_id, sealed, role, media_type, now), label=label, made_by=made_by
    )


def _of_object(
    evidence_id: UUID, sealed: Sealed, role: str, media_type: str, now: datetime
) -> dict[str, Any]:
    return {
        "name": sealed.name,
        "evidence_id": evidence_id,
        "role": role,
        "media_type": media_type,
        "size": sealed.size,
        "segments": sealed.segments,
        "sha256": sealed.sha256,
        "sealed_sha256": sealed.sealed_sha256,
        "made_at": now,
    }


def _delivery(evidence_id: UUID, envelope: Envelope, envelope_sha256: str, now: datetime) -> NewRow:
    return NewRow(
        DeliveryRecord,
        id=random_id(),
        evidence_id=evidence_id,
        door=envelope.door,
        at=now,
        actor=envelope.actor,
        envelope=clean(envelope.facts),
        envelope_sha256=envelope_sha256,
    )


_TOLD = ("id", "filename", "sha256", "size", "media_type", "state")


def _told(values: Mapping[str, Any], *, joined: bool) -> Kept:
    return Kept(**{key: values[key] for key in _TOLD}, joined=joined)
