"""Tables of the ledger: its head, leaves, inner nodes, erasable details, and signed checkpoints."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from archive.records.columns import WORK_COLUMNS, Base, Protected, Work

POSITION = BigInteger().with_variant(Integer(), "sqlite")
"""On SQLite the position is then the row's own number: no second index to write and read."""


class LedgerHeadRecord(Base):
    """The one head of the one log: size, root, right edge, and the signed note of them."""

    __tablename__ = "ledger_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_head"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    origin: Mapped[str] = mapped_column(String(200))
    public_key: Mapped[bytes]
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes]
    edge: Mapped[bytes]
    note: Mapped[str] = mapped_column(Text)


class LedgerEntryRecord(Base):
    """One leaf, as the canonical bytes that were hashed. It is never changed or removed."""

    __tablename__ = "ledger_entries"

    position: Mapped[int] = mapped_column(POSITION, primary_key=True, autoincrement=False)
    leaf: Mapped[bytes]


class LedgerNodeRecord(Base):
    """The hash of a complete subtree above the leaves, kept so that proofs read O(log n) rows."""

    __tablename__ = "ledger_nodes"
    __table_args__ = {"sqlite_with_rowid": False}

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes]


class LedgerDetailRecord(Base):
    """What a leaf's commitment hides: salt and details. Erasing it leaves the leaf standing.

    `details` holds all facts in canonical JSON; the other columns repeat a few
    of them so that they can be queried, and `verify` compares them.
    """

    __tablename__ = "ledger_details"
    __table_args__ = (
        Index("ix_ledger_details_subject_position", "subject", "position"),
        Index("ix_ledger_details_case_position", "case_id", "position"),
        Index("ix_ledger_details_kind_position", "kind", "position"),
    )

    position: Mapped[int] = mapped_column(
        POSITION, ForeignKey("ledger_entries.position"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    subject: Mapped[str | None] = mapped_column(String(120))
    case_id: Mapped[UUID | None]
    actor: Mapped[str] = mapped_column(String(120), index=True)
    salt: Mapped[bytes]
    details: Mapped[str] = mapped_column(Text)


class CheckpointRecord(Base):
    """A signed head as it stood at a moment, kept to be handed out and compared."""

    __tablename__ = "checkpoints"

    size: Mapped[int] = mapped_column(POSITION, primary_key=True, autoincrement=False)
    made_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)


class OutsideKind(StrEnum):
    """In what way a head stands outside the house."""

    TIMESTAMP = "timestamp"
    """An authority signed when it saw the head (RFC 3161)."""

    WITNESS = "witness"
    """The note was mailed to somebody who keeps it."""

    OBJECT = "object"
    """The note lies in a store where a name is written once."""


class OutsideState(StrEnum):
    """How far a head is on its way out."""

    WAITING = "waiting"
    SEALED = "sealed"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    """A later head, which speaks for this one too, was sent to the same holder instead."""


class OutsideHeadRecord(Base, Work, Protected):
    """A signed head, one holder outside the house, and what the holder gave back for it.

    `made_at` is the moment that the authority signed; for a mail or an object
    it is our own. `certificates` are those the token was checked under, as PEM.
    """

    __tablename__ = "outside_heads"
    __table_args__ = (
        UniqueConstraint("kind", "holder", "size"),
        CheckConstraint("(state = 'sealed') = (made_at IS NOT NULL)", name="sealed_at_a_moment"),
        CheckConstraint(
            "state != 'sealed' OR kind != 'timestamp'"
            " OR (token IS NOT NULL AND certificates IS NOT NULL)",
            name="a_timestamp_has_its_token",
        ),
    )
    __free__ = WORK_COLUMNS | {"notice_id"}

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    size: Mapped[int] = mapped_column(BigInteger, index=True)
    note: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(20))
    holder: Mapped[str] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(20), default=OutsideState.WAITING, index=True)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime | None] = mapped_column(default=None)
    request: Mapped[bytes | None] = mapped_column(default=None)
    token: Mapped[bytes | None] = mapped_column(default=None)
    certificates: Mapped[str | None] = mapped_column(Text, default=None)
    notice_id: Mapped[UUID | None] = mapped_column(ForeignKey("notices.id"), default=None)
