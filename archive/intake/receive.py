"""The one door: whatever is handed in is sealed, durable and committed before it is acknowledged.

`Intake.begin` takes bytes as they come (never on disk unsealed); `finish`
returns when the segments are fsynced; `Intake.register` commits row, delivery,
key and ledger entry through the gate. Only then may a door say yes (decision 1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import CommitUnknown, EvidenceErased
from archive.intake.media_type import HEAD_SIZE, media_type_of
from archive.intake.storable import NAME_SIZE, TYPE_SIZE, clean, cut
from archive.ledger.gate import Gate
from archive.ledger.log import SYSTEM, record
from archive.records.columns import digest_of
from archive.records.evidence import (
    DeliveryRecord,
    EvidenceRecord,
    EvidenceState,
    Known,
    ObjectRecord,
    WrappedKeyRecord,
)
from archive.records.inserting import insert_new
from archive.vault.sealing import EvidenceKey, WrappedKey
from archive.vault.vault import Sealed, SealedWriter, Vault

SAME_DELIVERY = timedelta(hours=24)
"""Within this time equal bytes in an equal envelope are a retry, not a second fact."""


@dataclass(frozen=True)
class Envelope:
    """How something came: everything about the handing in that is not in the bytes.

    `facts` are what makes two deliveries the same one (sender and recipients,
    or the person and the note); nothing secret belongs in them.
    """

    door: str
    actor: str = SYSTEM
    facts: dict[str, Any] = field(default_factory=dict)

    def sha256(self) -> str:
        """Return the digest by which a retry is recognised."""
        return digest_of({"door": self.door, "actor": self.actor, "facts": clean(self.facts)})


@dataclass(frozen=True)
class About:
    """What is known of the evidence as it comes in."""

    kind: str = "upload"
    filename: str | None = None
    known: str = Known.HANDED_IN
    note: str | None = None
    source_url: str | None = None
    seen_at: datetime | None = None
    parent_id: UUID | None = None
    unit_id: UUID | None = None
    case_id: UUID | None = None
    media_type: str | None = None


@dataclass(frozen=True)
class Kept:
    """What a door acknowledges: the evidence, and whether this delivery joined an earlier one."""

    id: UUID
    filename: str | None
    sha256: str
    size: int
    media_type: str
    state: str
    joined: bool = False


@dataclass(frozen=True)
class Held:
    """Bytes that are durable and sealed, and not yet anybody's evidence."""

    sealed: Sealed
    wrapped: WrappedKey
    head: bytes


class Receiving:
    """One original on its way in."""

    def __init__(self, writer: SealedWriter, wrapped: WrappedKey) -> None:
        self._writer = writer
        self._wrapped = wrapped
        self._head = b""

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self._writer.size

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take bytes; raises `StorageFull`."""
        if len(self._head) < HEAD_SIZE:
            self._head += bytes(data[: HEAD_SIZE - len(self._head)])
        self._writer.write(data)

    def finish(self) -> Held:
        """Seal the rest; on return all of it would survive a power cut."""
        return Held(self._writer.finish(), self._wrapped, self._head)

    def abandon(self) -> None:
        """Forget an original whose sender went away; nothing was acknowledged."""
        self._writer.abandon()


class Intake:
    """The door itself: a vault to put bytes in, a gate to commit them."""

    def __init__(self, vault: Vault, gate: Gate) -> None:
        self._vault = vault
        self._gate = gate

    def begin(self) -> Receiving:
        """Begin to receive one original under a key of its own."""
        key, wrapped = self._vault.new_key()
        return Receiving(self._vault.writer(key), wrapped)

    def receive(self, data: bytes, about: About, envelope: Envelope, now: datetime) -> Kept:
        """Receive bytes that are in memory: seal, commit, and only then return."""
        receiving = self.begin()
        try:
            receiving.write(data)
            held = receiving.finish()
        except BaseException:
            receiving.abandon()
            raise
        return self.register(held, about, envelope, now)

    def register(
        self,
        held: Held,
        about: About,
        envelope: Envelope,
        now: datetime,
        also: Callable[[Session, Kept], None] | None = None,
    ) -> Kept:
        """Commit held bytes as evidence; joins an equal delivery of the last 24 hours.

        `also` runs in the same savepoint (a case opened by this mail, say), and may
        run twice: once with others, once alone. Where the commit's outcome cannot be
        known (`CommitUnknown`), the bytes stay; a retry joins them or stands alone.
        """

        def act(session: Session) -> Kept:
            kept = _join(session, held, about, envelope, now) or _keep(
                session, held, about, envelope, now
            )
            if also is not None:
                also(session, kept)
            return kept

        try:
            kept = self._gate.run(act)
        except CommitUnknown:
            raise  # the rows may stand, and then these bytes are theirs; the sweep will know
        except Exception:
            self._vault.discard(held.sealed.name, held.sealed.segments)
            raise
        if kept.joined:
            self._vault.discard(held.sealed.name, held.sealed.segments)
        return kept


def _join(
    session: Session, held: Held, about: About, envelope: Envelope, now: datetime
) -> Kept | None:
    """Add a delivery to the evidence that an earlier, unacknowledged try has left."""
    del about
    query = (
        select(EvidenceRecord.id)
        .join(DeliveryRecord, DeliveryRecord.evidence_id == EvidenceRecord.id)
        .where(
            DeliveryRecord.envelope_sha256 == envelope.sha256(),
            DeliveryRecord.at > now - SAME_DELIVERY,
            EvidenceRecord.sha256 == held.sealed.sha256,
            EvidenceRecord.erased_at.is_(None),
        )
        .order_by(EvidenceRecord.received_at)
        .limit(1)
    )
    found = session.connection().execute(query).first()
    if found is None:
        return None
    earlier = session.get_one(EvidenceRecord, found.id)
    session.add(_delivery(earlier.id, envelope, now))
    record(session, "evidence.delivered_again", at=now, actor=envelope.actor, subject=earlier)
    return _kept(earlier, joined=True)


def _keep(session: Session, held: Held, about: About, envelope: Envelope, now: datetime) -> Kept:
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
    insert_new(
        session,
        evidence,
        object_row(evidence.id, sealed, "original", evidence.media_type, now),
        WrappedKeyRecord(
            evidence_id=evidence.id, key_id=held.wrapped.key_id, wrapped=held.wrapped.wrapped
        ),
        _delivery(evidence.id, envelope, now),
    )
    record(
        session,
        "evidence.received",
        at=now,
        actor=envelope.actor,
        subject=evidence,
        case_id=about.case_id,
        door=envelope.door,
        sha256=sealed.sha256,
        sealed_sha256=sealed.sealed_sha256,
        size=sealed.size,
    )
    return _kept(evidence, joined=False)


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


def evidence_key(session: Session, vault: Vault, evidence_id: UUID) -> EvidenceKey:
    """Open the key of a piece of evidence; raises `EvidenceErased` where there is none left."""
    row = session.get(WrappedKeyRecord, evidence_id)
    if row is None:
        raise EvidenceErased(f"evidence {evidence_id} has no key left")
    return vault.unwrap(WrappedKey(row.key_id, row.wrapped))


def _delivery(evidence_id: UUID, envelope: Envelope, now: datetime) -> DeliveryRecord:
    return DeliveryRecord(
        id=uuid4(),
        evidence_id=evidence_id,
        door=envelope.door,
        at=now,
        actor=envelope.actor,
        envelope=clean(envelope.facts),
        envelope_sha256=envelope.sha256(),
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
