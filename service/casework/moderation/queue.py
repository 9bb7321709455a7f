"""Til vurdering: flagged posts without a decision, worst first, each post at its latest visit.

What somebody of ours typed from a screenshot waits with them, flagged or not: they want it judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from archive.records.cases import CaseRecord
from archive.records.evidence import EvidenceRecord
from archive.records.pages import (
    DecisionRecord,
    FindingRecord,
    PageRecord,
    PostRecord,
    ScreenshotRecord,
    VisitRecord,
)
from service.access.principal import Principal
from service.access.visibility import cases_within, visits_within
from service.casework.moderation.screenshots import Screenshot, counting, counts, screenshots_of
from service.errors import PostNotFound

PAGE = 50
LASTING = ("let_stand", "not_ours")
"""What holds for the same words at later visits too."""


@dataclass(frozen=True)
class Waiting:
    """A post in the queue with its worst rank, its visit and the page it stands on.

    `clause` is None where no rule flagged it: then somebody typed it, for people to judge.
    """

    post: PostRecord
    visit: VisitRecord
    page_name: str | None
    rank: int
    clause: str | None
    proposed: bool
    secured: bool
    shut: bool


@dataclass(frozen=True)
class Similar:
    """How a post that the same rule flagged was decided."""

    decision: DecisionRecord
    clause: str


@dataclass(frozen=True)
class Card:
    """Everything that the decision card shows.

    `decisions` and `screenshots` are those of the same words at every visit; `settled` tells
    whether one of the decisions still answers for this sighting, `capture_shut` whether what
    this visit captured is sealed off.
    """

    post: PostRecord
    visit: VisitRecord
    page_name: str | None
    findings: list[FindingRecord]
    thread: list[PostRecord]
    decisions: list[DecisionRecord]
    settled: bool
    similar: list[Similar]
    case_number: str | None
    screenshots: list[Screenshot]
    capture_shut: bool

    @property
    def shut(self) -> bool:
        """Whether something that shows it is sealed off: then nothing of it is shown."""
        return self.capture_shut or any(one.is_shut for one in self.screenshots)

    @property
    def secured(self) -> bool:
        """Whether a picture of it stands: our own, or one handed in that counts.

        Whether the picture is still as it was sealed is asked with each decision.
        """
        return self.post.picture_name is not None or counting(self.screenshots) is not None


def waiting_posts(session: Session, who: Principal, now: datetime) -> list[Waiting]:
    """Return the posts that wait for this person's team, worst first."""
    worst = func.coalesce(func.max(FindingRecord.rank), 0)
    query = (
        select(PostRecord, VisitRecord, PageRecord.name, worst)
        .join(VisitRecord, VisitRecord.id == PostRecord.visit_id)
        .outerjoin(PageRecord, PageRecord.id == VisitRecord.page_id)
        .outerjoin(FindingRecord, FindingRecord.post_id == PostRecord.id)
        .where(_to_judge(), _visible(who, "queue.see", now), _latest_sighting(), _undecided())
        .group_by(PostRecord.id, VisitRecord.id, PageRecord.id)
        .order_by(worst.desc(), VisitRecord.requested_at.desc(), PostRecord.number)
        .limit(PAGE)
    )
    rows = session.execute(query).all()
    posts = [row[0].id for row in rows]
    proposed, clauses = _proposed(session, posts), _worst_clauses(session, posts)
    handed_in = _handed_in(session, posts, counts())
    shut = shut_among(session, posts)
    return [
        Waiting(
            post=row[0],
            visit=row[1],
            page_name=row[2],
            rank=int(row[3]),
            clause=clauses.get(row[0].id),
            proposed=row[0].id in proposed,
            secured=row[0].picture_name is not None or row[0].id in handed_in,
            shut=row[0].id in shut,
        )
        for row in rows
    ]


def count_waiting(session: Session, who: Principal, now: datetime) -> int:
    """Return how many posts wait."""
    query = (
        select(func.count(PostRecord.id))
        .join(VisitRecord, VisitRecord.id == PostRecord.visit_id)
        .where(_to_judge(), _visible(who, "queue.see", now), _latest_sighting(), _undecided())
    )
    return int(session.scalar(query) or 0)


def shut_among(session: Session, posts: list[UUID]) -> set[UUID]:
    """Return those of which something that shows them is sealed off: see `Card.shut`."""
    sealed = EvidenceRecord.sealed_off_at.is_not(None)
    captured = (
        select(PostRecord.id)
        .join(EvidenceRecord, EvidenceRecord.id == PostRecord.evidence_id)
        .where(PostRecord.id.in_(posts), sealed)
    )
    return set(session.scalars(captured)) | _handed_in(session, posts, sealed)


def card_of(session: Session, who: Principal, post_id: UUID, now: datetime) -> Card:
    """Return a post's card; raises `PostNotFound` where it is not for this person."""
    query = (
        select(
            PostRecord,
            VisitRecord,
            PageRecord.name,
            CaseRecord.number,
            EvidenceRecord.sealed_off_at,
        )
        .join(VisitRecord, VisitRecord.id == PostRecord.visit_id)
        .join(EvidenceRecord, EvidenceRecord.id == PostRecord.evidence_id)
        .outerjoin(PageRecord, PageRecord.id == VisitRecord.page_id)
        # Whoever decides about a post does not thereby see its case, nor that there is one.
        .outerjoin(
            CaseRecord,
            and_(CaseRecord.id == VisitRecord.case_id, cases_within(who, "case.see", now)),
        )
        .where(PostRecord.id == post_id, _visible(who, "queue.see", now))
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise PostNotFound(str(post_id))
    post: PostRecord = row[0]
    findings = _findings(session, post.id)
    return Card(
        post=post,
        visit=row[1],
        page_name=row[2],
        findings=findings,
        thread=thread_of(session, post),
        decisions=decisions_of(session, post),
        settled=_is_settled(session, post),
        similar=_similar_decisions(session, post, findings, _visible(who, "queue.see", now)),
        case_number=row[3],
        screenshots=screenshots_of(session, sightings_of(post)),
        capture_shut=row[4] is not None,
    )


def may_on_post(
    session: Session, who: Principal, post_id: UUID, action: str, now: datetime
) -> bool:
    """Tell whether an act on this very post is open to this person."""
    query = (
        select(PostRecord.id)
        .join(VisitRecord, VisitRecord.id == PostRecord.visit_id)
        .where(PostRecord.id == post_id, _visible(who, action, now))
    )
    return session.execute(query).first() is not None


def decisions_of(session: Session, post: PostRecord) -> list[DecisionRecord]:
    """Return every decision about a post's words, at whichever visit, oldest first."""
    query = select(DecisionRecord).where(DecisionRecord.post_id.in_(sightings_of(post)))
    return list(session.scalars(query.order_by(DecisionRecord.decided_at)))


def sightings_of(post: PostRecord) -> Select[UUID]:
    """Return the ids of the same words by the same identity at every visit to the address."""
    here = select(VisitRecord.url).where(VisitRecord.id == post.visit_id).scalar_subquery()
    return (
        select(PostRecord.id)
        .join(VisitRecord, VisitRecord.id == PostRecord.visit_id)
        .where(
            PostRecord.text_sha256 == post.text_sha256,
            PostRecord.local_id == post.local_id,
            VisitRecord.url == here,
        )
    )


def thread_of(session: Session, post: PostRecord) -> list[PostRecord]:
    """Return the posts around one on its page: those before, those after, a handful each."""
    query = select(PostRecord).where(
        PostRecord.visit_id == post.visit_id,
        PostRecord.number.between(post.number - 3, post.number + 3),
    )
    return list(session.scalars(query.order_by(PostRecord.number)))


def _similar_decisions(
    session: Session, post: PostRecord, findings: list[FindingRecord], within: ColumnElement[bool]
) -> list[Similar]:
    """Return how posts under the same rules were decided lately, for equal treatment (B14).

    Only posts that this person may see: a reason quotes what was written in somebody's case.
    """
    rules = {finding.rule for finding in findings}
    query = (
        select(DecisionRecord, FindingRecord.clause)
        .join(FindingRecord, FindingRecord.post_id == DecisionRecord.post_id)
        .join(PostRecord, PostRecord.id == DecisionRecord.post_id)
        .join(VisitRecord, VisitRecord.id == PostRecord.visit_id)
        .where(
            FindingRecord.rule.in_(rules),
            DecisionRecord.post_id.not_in(sightings_of(post)),
            within,
        )
        .order_by(DecisionRecord.decided_at.desc())
        .limit(20)
    )
    found: dict[UUID, Similar] = {}
    for decision, clause in session.execute(query):
        found.setdefault(decision.id, Similar(decision, clause))
    return list(found.values())[:5]


def _visible(who: Principal, action: str, now: datetime) -> ColumnElement[bool]:
    return visits_within(who, action, now)


def _to_judge() -> ColumnElement[bool]:
    """A rule flagged it, or somebody typed it from a screenshot."""
    typed = aliased(PostRecord)
    by_people = select(typed.id).where(typed.typed_by.is_not(None))
    return PostRecord.id.in_(select(FindingRecord.post_id).union_all(by_people))


def _undecided() -> ColumnElement[bool]:
    """No decision answers for this sighting.

    That a post may stand, or is not ours, holds for as long as its words are the same. A
    removal answers only for what was seen before it: what a later visit still sees (or sees
    again) has not been removed, and waits anew. So does what a second look disagreed with.
    """
    decided, earlier, visit = aliased(DecisionRecord), aliased(PostRecord), aliased(VisitRecord)
    ended = func.coalesce(decided.approved_at, decided.decided_at)
    return ~exists(
        select(decided.id)
        .join(earlier, earlier.id == decided.post_id)
        .join(visit, visit.id == earlier.visit_id)
        .where(
            earlier.text_sha256 == PostRecord.text_sha256,
            earlier.local_id == PostRecord.local_id,
            visit.url == VisitRecord.url,
            or_(decided.needs_approval.is_(False), decided.approved_at.is_not(None)),
            decided.refused_at.is_(None),
            or_(
                earlier.id == PostRecord.id,
                decided.act.in_(LASTING),
                ended >= VisitRecord.requested_at,
            ),
        )
    )


def _is_settled(session: Session, post: PostRecord) -> bool:
    query = (
        select(PostRecord.id)
        .join(VisitRecord, VisitRecord.id == PostRecord.visit_id)
        .where(PostRecord.id == post.id, _undecided())
    )
    return session.execute(query).first() is None


def _latest_sighting() -> ColumnElement[bool]:
    """Only the newest sighting of the same words by the same identity on the same address."""
    later, visit = aliased(PostRecord), aliased(VisitRecord)
    return ~exists(
        select(later.id)
        .join(visit, visit.id == later.visit_id)
        .where(
            visit.url == VisitRecord.url,
            later.local_id == PostRecord.local_id,
            later.text_sha256 == PostRecord.text_sha256,
            or_(
                visit.requested_at > VisitRecord.requested_at,
                and_(visit.requested_at == VisitRecord.requested_at, visit.id > VisitRecord.id),
            ),
        )
    )


def _findings(session: Session, post_id: UUID) -> list[FindingRecord]:
    """Return what rules found, the worst first; of two as bad the unlawful one, as in the list."""
    query = select(FindingRecord).where(FindingRecord.post_id == post_id)
    return list(
        session.scalars(query.order_by(FindingRecord.rank.desc(), FindingRecord.rule.desc()))
    )


def _worst_clauses(session: Session, posts: list[UUID]) -> dict[UUID, str]:
    query = (
        select(FindingRecord.post_id, FindingRecord.clause)
        .where(FindingRecord.post_id.in_(posts))
        .order_by(FindingRecord.rank, FindingRecord.rule)
    )
    return {row.post_id: row.clause for row in session.execute(query)}


def _proposed(session: Session, posts: list[UUID]) -> set[UUID]:
    """Return those among these posts about whose words a proposal waits, made at any visit."""
    earlier, query = _sighted(posts)
    waits = (
        DecisionRecord.needs_approval.is_(True),
        DecisionRecord.approved_at.is_(None),
        DecisionRecord.refused_at.is_(None),
    )
    return set(
        session.scalars(
            query.join(DecisionRecord, DecisionRecord.post_id == earlier.id).where(*waits)
        )
    )


def _handed_in(session: Session, posts: list[UUID], holds: ColumnElement[bool]) -> set[UUID]:
    """Return those among these posts of whose words there is a screenshot of which this holds."""
    earlier, query = _sighted(posts)
    return set(
        session.scalars(
            query.join(ScreenshotRecord, ScreenshotRecord.post_id == earlier.id)
            .join(EvidenceRecord, EvidenceRecord.id == ScreenshotRecord.evidence_id)
            .where(EvidenceRecord.erased_at.is_(None), holds)
        )
    )


def _sighted(posts: list[UUID]) -> tuple[type[PostRecord], Select[UUID]]:
    """Return a query of these posts' ids, joined to every sighting of the same words."""
    earlier, visit, at = aliased(PostRecord), aliased(VisitRecord), aliased(VisitRecord)
    query = (
        select(PostRecord.id)
        .join(visit, visit.id == PostRecord.visit_id)
        .join(
            earlier,
            and_(
                earlier.text_sha256 == PostRecord.text_sha256,
                earlier.local_id == PostRecord.local_id,
            ),
        )
        .join(at, and_(at.id == earlier.visit_id, at.url == visit.url))
        .where(PostRecord.id.in_(posts))
    )
    return earlier, query
