"""Tables of what is handed over: each export, and which evidence it holds."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from archive.records.columns import WORK_COLUMNS, Base, Protected, Work


class ExportState(StrEnum):
    """How far a bundle is."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"
    STOPPED = "stopped"
    """The right to it ended before it was finished."""

    ENDED = "ended"
    """Its time is over, or a piece of it was erased: the package is gone, this row stays."""


class ExportRecord(Base, Work, Protected):
    """One handing over of evidence: asked for by whom, to whom, for what, and what became of it.

    `only_booklet` asks for the PDF alone, `attached` for small originals inside
    it; `private_in` numbers the pieces in which a private contact of one of
    ours stands. `parts` are the files, each with name, size, SHA-256, and the
    sealed object that holds it; `wrapped` is the package's key, which opens only with
    the keys of every piece that is in it. Neither is evidence: no backup has it.
    """

    __tablename__ = "exports"
    __table_args__ = (
        CheckConstraint("state != 'ready' OR ends_at IS NOT NULL", name="ready_until"),
    )
    __free__ = WORK_COLUMNS | {"done", "total", "wrapped"}

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    recipient: Mapped[str] = mapped_column(String(300))
    purpose: Mapped[str] = mapped_column(Text)
    redacted: Mapped[bool] = mapped_column(default=False)
    only_booklet: Mapped[bool] = mapped_column(default=False)
    attached: Mapped[bool] = mapped_column(default=False)
    part_size: Mapped[int | None] = mapped_column(BigInteger, default=None)
    asked_at: Mapped[datetime] = mapped_column(index=True)
    asked_by: Mapped[str] = mapped_column(String(120))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    state: Mapped[str] = mapped_column(String(12), default=ExportState.WAITING, index=True)
    reason: Mapped[str | None] = mapped_column(String(120), default=None)
    made_at: Mapped[datetime | None] = mapped_column(default=None)
    ends_at: Mapped[datetime | None] = mapped_column(default=None)
    contents_sha256: Mapped[str | None] = mapped_column(String(64), default=None)
    parts: Mapped[list[Any]] = mapped_column(default=list)
    private_in: Mapped[list[Any]] = mapped_column(default=list)
    wrapped: Mapped[bytes | None] = mapped_column(default=None)
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int] = mapped_column(BigInteger, default=0)


class ExportItemRecord(Base, Protected):
    """That a piece of evidence is in an export."""

    __tablename__ = "export_items"

    export_id: Mapped[UUID] = mapped_column(ForeignKey("exports.id"), primary_key=True)
    evidence_id: Mapped[UUID] = mapped_column(
        ForeignKey("evidence.id"), primary_key=True, index=True
    )
