"""Tables of the archive mailbox: which mails came before, by what their senders called them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from archive.records.columns import Base


class MailSeenRecord(Base):
    """The first piece of evidence in which a sender's Message-ID stood.

    `digest` is a hash over sender and Message-ID: the same mail that comes by
    another way (its subject marked, a footer added) is the same mail still.
    """

    __tablename__ = "mails_seen"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), index=True)
    at: Mapped[datetime]
