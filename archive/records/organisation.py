"""Tables of who is away, who stands in for whom, who is on duty, and files that wait for a yes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from archive.records.columns import Base, Protected


class AbsenceRecord(Base, Protected):
    """That a person is away; why is nobody's business here, and has no column."""

    __tablename__ = "absences"
    __table_args__ = (CheckConstraint("until IS NULL OR until >= since", name="in_order"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None] = mapped_column(default=None)
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(60))


class DeputyRecord(Base, Protected):
    """Who stands in for a person while they are away; it gives no right by itself."""

    __tablename__ = "deputies"
    __table_args__ = (
        CheckConstraint("person_id <> deputy_id", name="somebody_else"),
        CheckConstraint("until IS NULL OR until >= since", name="in_order"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    deputy_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None] = mapped_column(default=None)
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(60))


class DutyRecord(Base, Protected):
    """One line of the duty list: who answers on which weekdays, between which hours.

    Days and hours are the municipality's own, on its walls' clocks: a moment in UTC would move
    with the change of the clocks.
    """

    __tablename__ = "duties"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    first_day: Mapped[str] = mapped_column(String(10))
    """The first local day on which it may begin, as ISO 8601."""
    last_day: Mapped[str | None] = mapped_column(String(10), default=None)
    """The last one, or None for until further notice."""
    weekdays: Mapped[str] = mapped_column(String(7))
    """On which weekdays it begins, as digits of ISO 8601 in order (Monday is 1)."""
    begins: Mapped[str] = mapped_column(String(5))
    """`HH:MM`."""
    ends: Mapped[str] = mapped_column(String(5))
    """`HH:MM`; not after `begins` means on the next day."""
    place: Mapped[int] = mapped_column(default=1)
    """Who is called first (1), then (2), and so on."""
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(60))
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class ImportDraftRecord(Base):
    """A file whose changes were shown and not yet made; gone after an hour.

    `of` is what it is a file of: the `organisation`, or the `roster`.
    """

    __tablename__ = "import_drafts"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    end_missing: Mapped[bool] = mapped_column(default=False)
    of: Mapped[str] = mapped_column(String(12), default="organisation")
