"""Tables beside a reading: what is still to be read slowly, what looks alike, what a scanner said.

None of them is protected: each can be made again from the originals, and what
a scanner said stands in the ledger as well.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from archive.records.columns import Base, Work


class SlowReadingRecord(Base, Work):
    """That the text of a picture, or of pages without text, is to be read; one for each evidence.

    `reader` names the confined reader. The row waits until `ended_at` is set.
    """

    __tablename__ = "slow_readings"
    __table_args__ = (Index("ix_slow_readings_ended_next", "ended_at", "next_attempt_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), unique=True)
    reader: Mapped[str] = mapped_column(String(40))
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class FingerprintRecord(Base):
    """What a picture looks like, in bands that a query can find alike ones by.

    `coarse` (64 bits) finds, `fine` (256 bits) confirms; both in hexadecimal.
    The bands are the four quarters of `coarse`.
    """

    __tablename__ = "fingerprints"

    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), primary_key=True)
    coarse: Mapped[str] = mapped_column(String(16))
    fine: Mapped[str] = mapped_column(String(64))
    band_1: Mapped[int] = mapped_column(index=True)
    band_2: Mapped[int] = mapped_column(index=True)
    band_3: Mapped[int] = mapped_column(index=True)
    band_4: Mapped[int] = mapped_column(index=True)


class ScanRecord(Base, Work):
    """What a virus scanner said of an original; one for each evidence, its latest answer.

    `verdict` is null until it has answered: `clean`, `infected` or `not_scanned`.
    `says` is the scanner's own name for what it found, or why it did not look.
    """

    __tablename__ = "scans"
    __table_args__ = (Index("ix_scans_scanned_next", "scanned_at", "next_attempt_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), unique=True)
    asked_at: Mapped[datetime]
    scanned_at: Mapped[datetime | None] = mapped_column(default=None)
    verdict: Mapped[str | None] = mapped_column(String(12), default=None)
    says: Mapped[str | None] = mapped_column(String(200), default=None)
    scanner: Mapped[str | None] = mapped_column(String(120), default=None)
