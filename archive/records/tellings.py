"""Tables of what people are told in working hours, those hours, and whom no mail reaches."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from archive.records.columns import Base, Protected


class TellingRecord(Base, Protected):
    """That a person is to be told something; one mail may carry several.

    It waits while `waits_until` stands; then `told_at` says when a mail was written, `notice_id`
    which, and `told_to` who got it: the person, or whoever answered for them. `outcome` is how it
    ended (`service.notices.kinds.Outcome`). No text is kept: the words are made when the mail is,
    in the language of whoever gets it.
    """

    __tablename__ = "tellings"
    __free__ = frozenset({"waits_until"})
    __table_args__ = (
        CheckConstraint("(told_at IS NULL) = (notice_id IS NULL)", name="told_by_a_mail"),
        CheckConstraint("outcome IS NULL OR waits_until IS NULL", name="over_is_over"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What else its words need: ids and figures, no text."""
    made_at: Mapped[datetime]
    deadline: Mapped[datetime | None] = mapped_column(default=None)
    """It is told before this, whatever the hours are."""
    waits_until: Mapped[datetime | None] = mapped_column(default=None, index=True)
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    told_to: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), default=None)
    notice_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("notices.id"), default=None, index=True
    )
    outcome: Mapped[str | None] = mapped_column(String(20), default=None)
    summed_at: Mapped[datetime | None] = mapped_column(index=True, default=None)
    """From when the person needs to hear no more of it; None while it waits, and where somebody
    else got it and they are not back yet."""


class WorkingHoursRecord(Base, Protected):
    """The hours in which one person, or those of one unit, are told of what is not urgent.

    Local days and times, as on the duty list; whoever has none follows the unit, the units above
    it, and then the municipality's procedure.
    """

    __tablename__ = "working_hours"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (unit_id IS NULL)", name="of_one"),
        CheckConstraint("begins < ends", name="within_a_day"),
        CheckConstraint("weekdays <> ''", name="some_day"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), unique=True)
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"), unique=True)
    weekdays: Mapped[str] = mapped_column(String(7))
    """As digits of ISO 8601 in order (Monday is 1)."""
    begins: Mapped[str] = mapped_column(String(5))
    """`HH:MM`."""
    ends: Mapped[str] = mapped_column(String(5))
    """`HH:MM`, on the same day."""
    on_holidays: Mapped[bool] = mapped_column(default=False)
    """Whether they work on public holidays too."""
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(60))


class UnreachableRecord(Base):
    """That no mail reaches a person at the address they have; gone when the address changes."""

    __tablename__ = "unreachable"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    address: Mapped[str | None] = mapped_column(String(320))
    """The address as it was when this was noticed; None where they had none."""
    noted_at: Mapped[datetime]
    code: Mapped[str] = mapped_column(String(40))
    """`no_address`, `not_an_address`, or the mail system's answer (`smtp_550`)."""
