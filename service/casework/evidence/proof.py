"""The ledger's proof of a receipt: that it stands where it stood, under the signed head."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from archive.ledger import log, merkle
from archive.ledger.checkpoint import fingerprint
from archive.ledger.entries import Leaf
from archive.ledger.outside import OutsideHead, first_heads_over
from service.access.principal import Principal
from service.casework.evidence.listing import see_evidence
from service.casework.evidence.numbers import receipts


@dataclass(frozen=True, slots=True)
class Proof:
    """An inclusion proof (RFC 9162 §2.1.3) with all that a stranger needs to check it.

    Hashes are hexadecimal, `path` from the leaf upwards. `note` is the signed
    head; `leaf` the bytes that were hashed.
    """

    position: int
    leaf: bytes
    leaf_hash: str
    path: tuple[str, ...]
    tree_size: int
    root_hash: str
    head_at: datetime
    note: str
    key_fingerprint: str
    outside: tuple[OutsideHead, ...]
    """The first head of each holder outside that speaks for this entry."""


def proof_of(session: Session, who: Principal, evidence_id: UUID, now: datetime) -> Proof | None:
    """Return the proof of a receipt; None where its details are erased and it cannot be found."""
    see_evidence(session, who, evidence_id, now)
    position = receipts(session, [evidence_id]).get(evidence_id)
    if position is None:
        return None
    found = log.prove(session, position)
    return Proof(
        position=position,
        leaf=found.leaf,
        leaf_hash=merkle.leaf_hash(found.leaf).hex(),
        path=tuple(step.hex() for step in found.path),
        tree_size=found.head.size,
        root_hash=found.head.root.hex(),
        head_at=datetime.fromisoformat(Leaf.from_bytes(found.last_leaf).at),
        note=found.head.note,
        key_fingerprint=fingerprint(found.head.public_key),
        outside=tuple(first_heads_over(session, position)),
    )
