"""Tables of kept originals: evidence, their objects and keys, deliveries, readings, viewings."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from archive.records.columns import WORK_COLUMNS, Base, Protected, Work


class EvidenceState(StrEnum):
    """How far the reading of a piece of evidence has come."""

    RECEIVED = "received"
    READING = "reading"
    READ = "read"
    UNREADABLE = "unreadable"
    ERASED = "erased"


class Known(StrEnum):
    """How a fact became known (D2), weakest claims last."""

    VERIFIED = "verified"
    CAPTURED = "captured"
    ATTACHED = "attached"
    HANDED_IN = "handed_in"
    READ_BY_MACHINE = "read_by_machine"
    TYPED_INLINE = "typed_inline"
    TYPED_FROM_PICTURE = "typed_from_picture"
    TOLD = "told"


class EvidenceRecord(Base, Work, Protected):
    """A kept original: what somebody handed in, or what our own capture saw."""

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("size >= 0", name="size_not_negative"),
        Index("ix_evidence_state_next_attempt", "state", "next_attempt_at"),
    )
    __free__ = WORK_COLUMNS | {"state"}

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(20))
    filename: Mapped[str | None] = mapped_column(String(500))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    received_at: Mapped[datetime] = mapped_column(index=True)
    known: Mapped[str] = mapped_column(String(20))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("evidence.id"), index=True)
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"), index=True)
    note: Mapped[str | None] = mapped_column(Text, default=None)
    source_url: Mapped[str | None] = mapped_column(Text, default=None)
    seen_at: Mapped[datetime | None] = mapped_column(default=None)
    erased_at: Mapped[datetime | None] = mapped_column(default=None)
    set_aside_at: Mapped[datetime | None] = mapped_column(default=None)
    sealed_off_at: Mapped[datetime | None] = mapped_column(default=None)
    sealed_off_by: Mapped[str | None] = mapped_column(String(120), default=None)
    sealed_off_reason: Mapped[str | None] = mapped_column(Text, default=None)
    held: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(12), default=EvidenceState.RECEIVED)


class ObjectRecord(Base, Protected):
    """One sealed object of a piece of evidence: the original, or something derived from it."""

    __tablename__ = "objects"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    label: Mapped[str | None] = mapped_column(String(200), default=None)
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(BigInteger)
    segments: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    sealed_sha256: Mapped[str] = mapped_column(String(64))
    made_by: Mapped[str | None] = mapped_column(String(200), default=None)
    made_at: Mapped[datetime]


class WrappedKeyRecord(Base, Protected):
    """The key of one piece of evidence, sealed to the vault key; kept out of long backups."""

    __tablename__ = "wrapped_keys"

    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(16), index=True)
    wrapped: Mapped[bytes]


class DeliveryRecord(Base, Protected):
    """One handing in of a piece of evidence: by which door, by whom, in which envelope."""

    __tablename__ = "deliveries"
    __table_args__ = (Index("ix_deliveries_envelope", "envelope_sha256", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), index=True)
    door: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(120))
    envelope: Mapped[dict[str, Any]]
    envelope_sha256: Mapped[str] = mapped_column(String(64))


class ReadingRecord(Base, Protected):
    """What a program found in a piece of evidence; the finding itself is a sealed object."""

    __tablename__ = "readings"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), index=True)
    reader: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(120))
    object_name: Mapped[str | None] = mapped_column(ForeignKey("objects.name"))
    characters: Mapped[int | None] = mapped_column(default=None)


class ViewingRecord(Base, Protected):
    """That a person saw the content of a piece of evidence; one for each 15 minutes."""

    __tablename__ = "viewings"
    __table_args__ = (
        UniqueConstraint("person_id", "evidence_id", "window"),
        Index("ix_viewings_person_id_at", "person_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), index=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))
    purpose: Mapped[str] = mapped_column(String(200))
    window: Mapped[datetime]
    at: Mapped[datetime]


class UnusualViewingRecord(Base, Protected):
    """That a person had unusually much shown or handed over in a short time; one for each burst.

    `pieces` and `cases` are what had been counted within `minutes` when it was noticed; the same
    burst goes on until `lasts_until`.
    """

    __tablename__ = "unusual_viewings"
    __free__ = frozenset({"lasts_until"})

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    pieces: Mapped[int]
    cases: Mapped[int]
    minutes: Mapped[int]
    lasts_until: Mapped[datetime]


class IdempotencyRecord(Base):
    """The answer once given to an `Idempotency-Key`, kept for 24 hours."""

    __tablename__ = "idempotency"

    key_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(index=True)
    request_sha256: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any]]


class ErasureRecord(Base):
    """That a piece of evidence was erased: read by `restore`, which erases it again.

    Its objects are removed from the store after the commit; `cleared_at` says
    that none is left.
    """

    __tablename__ = "erasures"

    evidence_id: Mapped[UUID] = mapped_column(primary_key=True)
    erased_at: Mapped[datetime]
    objects: Mapped[list[Any]] = mapped_column(default=list)
    cleared_at: Mapped[datetime | None] = mapped_column(default=None, index=True)
