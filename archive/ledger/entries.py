"""What one entry is: the leaf that stays for ever, and the details that can be erased. Pure.

A leaf is four lines of text: the version, the kind, the moment, and the
SHA-256 of salt ‖ details. So the log binds every fact and shows none.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol
from uuid import UUID

from archive.chance import random_bytes
from archive.records.columns import canonical, timestamp

LEAF_VERSION = "vaern-ledger-leaf-1"
SALT_SIZE = 32
ERASED = "evidence.erased"
"""The one kind of entry that may say that details of earlier entries are gone."""


class Row(Protocol):
    """A row that the ledger binds, as it stands in the session or is about to be inserted."""

    def row_key(self) -> str:
        """Name the row."""

    def row_digest(self) -> str:
        """Return the digest of what is bound of it."""


@dataclass
class Collected:
    """An entry on its way: collected during a use case, appended at the commit."""

    kind: str
    at: datetime
    actor: str
    subject: str | None
    case_id: UUID | None
    facts: dict[str, Any]
    rows: dict[str, Row | None] = field(default_factory=dict)
    position: int | None = None

    def details(self) -> bytes:
        """Return the canonical details, with the digest of each protected row it speaks for."""
        return canonical(
            {
                "kind": self.kind,
                "at": timestamp(self.at),
                "actor": self.actor,
                "subject": self.subject,
                "case": self.case_id,
                "facts": self.facts,
                "rows": {
                    key: row.row_digest() if row is not None else None
                    for key, row in self.rows.items()
                },
            }
        )

    @cached_property
    def written(self) -> Written:
        """What stays of the entry: made once, at the commit, or before where nothing can change."""
        salt, text = new_salt(), self.details()
        leaf = Leaf(self.kind, timestamp(self.at), commitment(salt, text)).to_bytes()
        return Written(salt, text, leaf)


@dataclass(frozen=True)
class Written:
    """An entry's salt, its canonical details, and the leaf that binds both."""

    salt: bytes
    details: bytes
    leaf: bytes


@dataclass(frozen=True)
class Leaf:
    """The lasting part of an entry."""

    kind: str
    at: str
    commitment: str

    def to_bytes(self) -> bytes:
        """Return the canonical bytes that the tree hashes."""
        return f"{LEAF_VERSION}\n{self.kind}\n{self.at}\n{self.commitment}\n".encode()

    @classmethod
    def from_bytes(cls, leaf: bytes) -> Leaf:
        """Read a leaf back; raises `ValueError` where it is none."""
        version, kind, at, commitment, rest = leaf.decode().split("\n")
        if version != LEAF_VERSION or rest:
            raise ValueError("not a leaf of this ledger")
        return cls(kind, at, commitment)


def new_salt() -> bytes:
    """Return a fresh salt, so that equal details commit differently."""
    return random_bytes(SALT_SIZE)


def commitment(salt: bytes, details: bytes) -> str:
    """Return the SHA-256 that a leaf carries for its details, as hex."""
    return hashlib.sha256(salt + details).hexdigest()
