"""Tables of capture and moderation: pages, visits, posts, findings, decisions."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from archive.records.columns import WORK_COLUMNS, Base, Protected, Work


class PageRecord(Base, Protected):
    """A page of the municipality that its page team moderates."""

    __tablename__ = "pages"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    url: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"), default=None)
    added_at: Mapped[datetime]


class VisitRecord(Base, Work, Protected):
    """One visit to one address: asked for, then captured or failed, with the reason.

    *Typed* is a look of one of ours with their own browser, kept as what they typed of it.
    """

    __tablename__ = "visits"
    __table_args__ = (
        CheckConstraint(
            "status IN ('requested', 'captured', 'failed', 'typed')", name="known_status"
        ),
        Index("ix_visits_status_next_attempt", "status", "next_attempt_at"),
    )
    __free__ = WORK_COLUMNS

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    url: Mapped[str] = mapped_column(Text)
    page_id: Mapped[UUID | None] = mapped_column(ForeignKey("pages.id"), index=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    requested_at: Mapped[datetime] = mapped_column(index=True)
    requested_by: Mapped[str] = mapped_column(String(120))
    purpose: Mapped[str] = mapped_column(String(40), default="capture")
    status: Mapped[str] = mapped_column(String(12), default="requested")
    reason: Mapped[str | None] = mapped_column(String(120), default=None)
    final_url: Mapped[str | None] = mapped_column(Text, default=None)
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    posts_read: Mapped[int | None] = mapped_column(default=None)
    posts_stated: Mapped[int | None] = mapped_column(default=None)
    left_out: Mapped[str | None] = mapped_column(Text, default=None)
    evidence_id: Mapped[UUID | None] = mapped_column(ForeignKey("evidence.id"), default=None)


class PostRecord(Base, Protected):
    """A post or comment as one visit saw it: a citable item of its own.

    Where `typed_by` names somebody, no program read it: that person typed it from a screenshot,
    which is the evidence, and `text` is what they typed.
    """

    __tablename__ = "posts"
    __table_args__ = (
        CheckConstraint("(typed_by IS NULL) = (typed_at IS NULL)", name="typed_by_somebody"),
    )
    __free__ = frozenset({"judged_with"})

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visits.id"), index=True)
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), index=True)
    number: Mapped[int]
    local_id: Mapped[str] = mapped_column(String(300))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("posts.id"), default=None)
    author: Mapped[str | None] = mapped_column(String(300))
    author_url: Mapped[str | None] = mapped_column(Text)
    permalink: Mapped[str | None] = mapped_column(Text)
    time: Mapped[str | None] = mapped_column(String(40))
    time_stated: Mapped[str | None] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    text_sha256: Mapped[str] = mapped_column(String(64), index=True)
    picture_name: Mapped[str | None] = mapped_column(ForeignKey("objects.name"), default=None)
    picture_sha256: Mapped[str | None] = mapped_column(String(64), default=None)
    typed_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), default=None, index=True)
    typed_at: Mapped[datetime | None] = mapped_column(default=None)
    judged_with: Mapped[str | None] = mapped_column(String(64), default=None, index=True)


class FindingRecord(Base, Protected):
    """That a rule flagged a post: clause, rule version, marked spans in code points."""

    __tablename__ = "findings"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"), index=True)
    clause: Mapped[str] = mapped_column(String(40))
    duty: Mapped[str] = mapped_column(String(4))
    rule: Mapped[str] = mapped_column(String(80))
    version: Mapped[str] = mapped_column(String(40))
    spans: Mapped[list[Any]]
    deobfuscated: Mapped[bool]
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    rank: Mapped[int] = mapped_column(index=True)
    made_at: Mapped[datetime]


class DecisionRecord(Base, Protected):
    """What a person decided about a post, under which clause, and why.

    A "may" deletion is *proposed* until a second person approves it; a later
    decision stands above an earlier one and never replaces it. `excepted` says
    that one person took a "may" alone (advertising and fraud): a sample of
    those is looked at again. A removal names the evidence that it rests on,
    and how that became known: captured by us, or handed in.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint(
            "act IN ('let_stand', 'hide', 'delete', 'not_ours', 'gone')", name="known_act"
        ),
        CheckConstraint("approved_by IS NULL OR approved_by <> decided_by", name="four_eyes"),
        CheckConstraint(
            "refused_by IS NULL OR refused_by <> decided_by", name="refused_by_another"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"), index=True)
    act: Mapped[str] = mapped_column(String(12))
    clause: Mapped[str | None] = mapped_column(String(40))
    rule: Mapped[str | None] = mapped_column(String(80))
    rule_version: Mapped[str | None] = mapped_column(String(40))
    policy_version: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    needs_approval: Mapped[bool] = mapped_column(default=False)
    excepted: Mapped[bool] = mapped_column(default=False)
    evidence_id: Mapped[UUID | None] = mapped_column(ForeignKey("evidence.id"), default=None)
    known: Mapped[str | None] = mapped_column(String(20), default=None)
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime]
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), default=None)
    approved_at: Mapped[datetime | None] = mapped_column(default=None)
    refused_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), default=None)
    refused_at: Mapped[datetime | None] = mapped_column(default=None)


class ScreenshotRecord(Base, Protected):
    """That a picture handed in by the page team shows a post which our own capture did not."""

    __tablename__ = "screenshots"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"), index=True)
    evidence_id: Mapped[UUID] = mapped_column(ForeignKey("evidence.id"), unique=True)
    handed_in_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    handed_in_at: Mapped[datetime]


class SampleRecord(Base, Protected):
    """That a decision which one person took alone was drawn for a second look, and what it said.

    `week` is the ISO week of the decision in Copenhagen ("2027-W05").
    """

    __tablename__ = "samples"
    __table_args__ = (
        CheckConstraint("(looked_at IS NULL) = (looked_by IS NULL)", name="looked_by_somebody"),
        CheckConstraint("(looked_at IS NULL) = (agrees IS NULL)", name="looked_and_said"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    decision_id: Mapped[UUID] = mapped_column(ForeignKey("decisions.id"), unique=True)
    week: Mapped[str] = mapped_column(String(8), index=True)
    drawn_at: Mapped[datetime]
    looked_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), default=None)
    looked_at: Mapped[datetime | None] = mapped_column(default=None)
    agrees: Mapped[bool | None] = mapped_column(default=None)
    reason: Mapped[str | None] = mapped_column(Text, default=None)
