"""Tables of employees' phones: the links that enrol them, the phones, the files that came."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from archive.records.columns import Base, Protected


class PhoneLinkRecord(Base, Protected):
    """A link that connects one phone to one person, once; only the hash of its secret is kept."""

    __tablename__ = "phone_links"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class PhoneRecord(Base, Protected):
    """A phone that may hand in for a person and see nothing; only its secret's hash is kept."""

    __tablename__ = "phones"
    __free__ = frozenset({"last_used_at"})

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    link_id: Mapped[UUID] = mapped_column(ForeignKey("phone_links.id"))
    label: Mapped[str] = mapped_column(String(60))
    enrolled_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)


class PhoneFileRecord(Base):
    """Which piece of evidence a phone's file became, however late the phone asks again.

    `file_id` is the phone's own name for it, `share` that of the files shared together.
    """

    __tablename__ = "phone_files"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    file_id: Mapped[UUID] = mapped_column(primary_key=True)
    share: Mapped[UUID] = mapped_column(index=True)
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), index=True)
    at: Mapped[datetime]
