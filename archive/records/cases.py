"""Tables of casework: cases, who and what belongs to them, steps ended, notices sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.records.columns import WORK_COLUMNS, Base, Protected, Work


class CaseRecord(Base, Protected):
    """A case: one course of harassment, carried through a procedure to its evaluation.

    `restricted` is what the latest `RestrictionRecord` says. A case that was merged is closed and
    names in `merged_into` the one in which it goes on, which is never itself merged. Deadlines of
    that one run from `counts_from`, the earliest opening of them all, where it says any.
    """

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint("closed_at IS NULL OR closed_at >= opened_at", name="closed_after_opened"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[str] = mapped_column(String(12), unique=True)
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40), default="harassment")
    procedure: Mapped[str] = mapped_column(String(40))
    procedure_version: Mapped[str] = mapped_column(String(40))
    opened_at: Mapped[datetime] = mapped_column(index=True)
    opened_by: Mapped[str] = mapped_column(String(120))
    incident_at: Mapped[datetime | None] = mapped_column(default=None)
    handler_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), default=None)
    serious: Mapped[bool] = mapped_column(default=False)
    restricted: Mapped[bool] = mapped_column(default=False, index=True)
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    counts_from: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_by: Mapped[str | None] = mapped_column(String(120), default=None)


class CaseNumberRecord(Base):
    """The last number given in a year; locked while the next is taken."""

    __tablename__ = "case_numbers"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class CaseEvidenceRecord(Base, Protected):
    """That a piece of evidence belongs to a case."""

    __tablename__ = "case_evidence"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    evidence_id: Mapped[UUID] = mapped_column(
        ForeignKey("evidence.id"), primary_key=True, index=True
    )
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(120))


class HarassedRecord(Base, Protected):
    """Who is harassed: an employee, someone of the family, or the workplace itself.

    A workplace is a unit, or all of it where `unit_id` is null. Whoever was named by mistake is
    taken off and stays in the record: `removed_at` says from when they are concerned no more.
    """

    __tablename__ = "harassed"
    __table_args__ = (
        CheckConstraint("kind IN ('employee', 'family', 'workplace')", name="known_kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), index=True)
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"), default=None)
    name: Mapped[str] = mapped_column(String(200))
    added_at: Mapped[datetime]
    added_by: Mapped[str | None] = mapped_column(String(120), default=None)
    reason: Mapped[str | None] = mapped_column(Text, default=None)
    removed_at: Mapped[datetime | None] = mapped_column(default=None)
    removed_by: Mapped[str | None] = mapped_column(String(120), default=None)
    removed_reason: Mapped[str | None] = mapped_column(Text, default=None)


class AccountRecord(Base, Protected):
    """An account from which something was posted or sent, as it stands in a case."""

    __tablename__ = "accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    platform: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(300))
    address: Mapped[str | None] = mapped_column(Text, default=None)
    known: Mapped[str] = mapped_column(String(20))
    added_at: Mapped[datetime]


class CircleRecord(Base, Protected):
    """That a person is in the circle of a case, since when, until when, and why.

    `until` may be said beforehand; `ended_by` and `end_reason` stand where somebody ended it.
    """

    __tablename__ = "circle"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    added_by: Mapped[str] = mapped_column(String(120))
    since: Mapped[datetime]
    until: Mapped[datetime | None] = mapped_column(default=None)
    ended_by: Mapped[str | None] = mapped_column(String(120), default=None)
    end_reason: Mapped[str | None] = mapped_column(Text, default=None)


class GlassRecord(Base, Protected):
    """That somebody outside the circle opened a case's content, by a written reason, for a time."""

    __tablename__ = "broken_glass"
    __table_args__ = (CheckConstraint("until > since", name="for_a_time"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    until: Mapped[datetime]


class RestrictionRecord(Base, Protected):
    """That a case was shut to all but its circle, or opened again; the latest number counts."""

    __tablename__ = "restrictions"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    number: Mapped[int]
    restricted: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


class MergeRecord(Base, Protected):
    """That a case went on in another: who decided it, why, and what was carried over.

    `carried` counts what came from here by sort, and names the steps that were taken over.
    `circle_joined` says whether those in the circle here were taken into the other's.
    """

    __tablename__ = "merges"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), unique=True)
    into_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    circle_joined: Mapped[bool]
    carried: Mapped[dict[str, Any]] = mapped_column(default=dict)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


class EndingRecord(Base, Protected):
    """How a step of a case ended; a later ending of the same step stands above it.

    `from_case` is the case in which it ended, where that one was merged into this.
    """

    __tablename__ = "endings"
    __table_args__ = (
        CheckConstraint("outcome IN ('done', 'not_relevant', 'waived')", name="known_outcome"),
        UniqueConstraint("case_id", "number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    step: Mapped[str] = mapped_column(String(20))
    number: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(Text, default=None)
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    supersedes: Mapped[int | None] = mapped_column(default=None)
    from_case: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), default=None)


class CircumstanceRecord(Base, Protected):
    """What a person has stated about a case: a circumstance holds, or an event happened then.

    The latest statement of a name is the one that counts; earlier ones stay.
    """

    __tablename__ = "circumstances"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    holds: Mapped[bool]
    moment: Mapped[datetime | None] = mapped_column(default=None)
    stated_by: Mapped[str] = mapped_column(String(120))
    stated_at: Mapped[datetime]


class WishAnswerRecord(Base, Protected):
    """What was answered to a wish of the employee concerned; the latest number counts (A9).

    `evidence_id` is the wish as it was told. Earlier answers stay.
    """

    __tablename__ = "wish_answers"
    __table_args__ = (
        CheckConstraint("outcome IN ('granted', 'partly', 'refused')", name="known_outcome"),
        UniqueConstraint("evidence_id", "number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"))
    number: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


class NoticeRecord(Base, Work, Protected):
    """A mail from us, exactly as it is sent; it quotes nothing of what it answers."""

    __tablename__ = "notices"
    __free__ = WORK_COLUMNS | {"sent_at"}

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(40))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    evidence_id: Mapped[UUID | None] = mapped_column(ForeignKey("evidence.id"), index=True)
    recipient: Mapped[str] = mapped_column(String(320), index=True)
    message: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None] = mapped_column(index=True, default=None)
