"""The table of alerts: that somebody is in danger, whom it was told to, and who took it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from archive.records.columns import Base, Protected


class AlertRecord(Base, Protected):
    """That a case was said to be of danger to somebody, until one of those told takes it.

    `rounds` counts how often those on duty have been told, last at `told_at`; `over_at` is when
    somebody took it, or the danger was said to be over. `person_id` is who said of themselves that
    they are in danger, and `words` what they wrote to those on duty: where they are, a number.
    """

    __tablename__ = "alerts"
    __free__ = frozenset({"rounds", "told_at"})

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    raised_at: Mapped[datetime]
    raised_by: Mapped[str] = mapped_column(String(120))
    rounds: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    over_at: Mapped[datetime | None] = mapped_column(index=True, default=None)
    taken_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), default=None)
    person_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("people.id"), index=True, default=None
    )
    words: Mapped[str | None] = mapped_column(Text, default=None)
