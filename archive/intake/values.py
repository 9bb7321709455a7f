"""What doors say of what they hand in, and what they are told back. Plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from archive.intake.storable import clean
from archive.ledger.log import SYSTEM
from archive.records.columns import digest_of
from archive.records.evidence import Known
from archive.vault.sealing import WrappedKey
from archive.vault.vault import Sealed


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
