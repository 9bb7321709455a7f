"""The table of what a municipality has changed in who may do what."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from archive.records.columns import Base, Protected


class RightsChangeRecord(Base, Protected):
    """That one role may do one thing otherwise than before: asked for, and perhaps in force.

    The last one in force holds all that differs from the shipped table by then, so that whoever
    asks who somebody is reads it in the same statement.
    """

    __tablename__ = "rights_changes"
    __table_args__ = (
        CheckConstraint("(version IS NULL) = (differences IS NULL)", name="in_force_whole"),
        Index(
            "uq_rights_changes_waiting",
            "action",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    action: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(40))
    before: Mapped[list[Any]]
    """The ways that were open: each level, scope, condition or null."""
    after: Mapped[list[Any]]
    """The ways that are to be open."""
    widens: Mapped[bool]
    """Whether it opens anything that was shut, so that a second person has to agree."""
    reason: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(60))
    asked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), default=None)
    """Who asked for it, where it was a person."""
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it came into force, was refused or was taken back; None while it waits."""
    ended_by: Mapped[str | None] = mapped_column(String(60), default=None)
    answer: Mapped[str | None] = mapped_column(Text, default=None)
    """What whoever refused it wrote."""
    version: Mapped[int | None] = mapped_column(unique=True, default=None)
    """Which change in force it is, from 1; None where it never was."""
    differences: Mapped[str | None] = mapped_column(Text, default=None)
    """All that differs from the shipped table since (`service.access.own_rights`)."""
