"""The one door: whatever is handed in is sealed, durable and committed before it is acknowledged.

`Intake.begin` takes bytes as they come (never on disk unsealed); `finish`
returns when the segments are fsynced; `Intake.register` commits row, delivery,
key and ledger entry through the gate. Only then may a door say yes (decision 1).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from archive.errors import CommitUnknown, EvidenceErased
from archive.intake.keeping import SAME_DELIVERY, Arrival, keep_all, object_row
from archive.intake.media_type import HEAD_SIZE
from archive.intake.values import About, Envelope, Held, Kept
from archive.ledger.gate import Gate
from archive.records.evidence import WrappedKeyRecord
from archive.vault.sealing import EvidenceKey, WrappedKey
from archive.vault.vault import SealedWriter, Vault

__all__ = [
    "SAME_DELIVERY",
    "About",
    "Envelope",
    "Held",
    "Intake",
    "Kept",
    "Receiving",
    "evidence_key",
    "object_row",
]


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
        try:
            arrival = Arrival.of(held, about, envelope, now)
            if also is None:
                kept = self._gate.run_together(keep_all, arrival)
            else:
                kept = self._gate.run(partial(_keep_with, arrival, also))
        except CommitUnknown:
            raise  # the rows may stand, and then these bytes are theirs; the sweep will know
        except Exception:
            self._vault.discard(held.sealed.name, held.sealed.segments)
            raise
        if kept.joined:
            self._vault.discard(held.sealed.name, held.sealed.segments)
        return kept


def _keep_with(arrival: Arrival, also: Callable[[Session, Kept], None], session: Session) -> Kept:
    (kept,) = keep_all(session, [arrival])
    also(session, kept)
    return kept


def evidence_key(session: Session, vault: Vault, evidence_id: UUID) -> EvidenceKey:
    """Open the key of a piece of evidence; raises `EvidenceErased` where there is none left."""
    row = session.get(WrappedKeyRecord, evidence_id)
    if row is None:
        raise EvidenceErased(f"evidence {evidence_id} has no key left")
    return vault.unwrap(WrappedKey(row.key_id, row.wrapped))
