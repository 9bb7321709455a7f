"""Asking for a capture: of a page's address, by hand or for a case; the visit itself is a job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.cases import CaseRecord
from archive.records.evidence import EvidenceRecord
from archive.records.pages import FindingRecord, PageRecord, PostRecord, VisitRecord
from service.access.principal import Principal
from service.access.visibility import cases_within, visits_within
from service.casework.capture.addresses import check_address
from service.casework.cases.finding import case_for
from service.casework.evidence.numbers import receipts, spoken_number
from service.errors import NameTaken, VisitNotFound


def request_visit(
    session: Session, who: Principal, url: str, now: datetime, case_number: str | None = None
) -> VisitRecord:
    """Ask for a capture; raises `AddressInvalid`, or where it is for a case, as `case_for` does."""
    who.require("page.capture")
    address = check_address(url)
    case = case_for(session, who, case_number, "page.capture", now) if case_number else None
    visit = VisitRecord(
        id=uuid4(),
        url=address,
        page_id=page_of(session, address),
        case_id=case.id if case else None,
        requested_at=now,
        requested_by=who.actor,
        status="requested",
        next_attempt_at=now,
    )
    session.add(visit)
    record(
        session,
        "capture.requested",
        at=now,
        actor=who.actor,
        subject=visit,
        case_id=visit.case_id,
    )
    return visit


def add_page(session: Session, url: str, name: str, now: datetime, *, actor: str) -> PageRecord:
    """Add a page of the municipality, which its page team moderates; raises `NameTaken`."""
    address = check_address(url)
    if session.scalars(select(PageRecord.id).where(PageRecord.url == address)).first():
        raise NameTaken(address)
    page = PageRecord(id=uuid4(), url=address, name=name.strip() or address, added_at=now)
    session.add(page)
    record(session, "page.added", at=now, actor=actor, subject=page)
    return page


def visits_seen(who: Principal, now: datetime) -> ColumnElement[bool]:
    """Return the condition on `visits` under which a person may see a capture.

    What somebody asked for themselves stays theirs, but where it is of a case: that they see for
    as long as the case opens it to them, and no longer.
    """
    of_no_case = and_(VisitRecord.requested_by == who.actor, VisitRecord.case_id.is_(None))
    return or_(of_no_case, visits_within(who, "page.capture", now))


def find_visit(session: Session, who: Principal, visit_id: UUID, now: datetime) -> VisitRecord:
    """Return a capture that this person may see; raises `VisitNotFound`."""
    query = select(VisitRecord).where(VisitRecord.id == visit_id, visits_seen(who, now))
    visit = session.scalars(query).one_or_none()
    if visit is None:
        raise VisitNotFound(str(visit_id))
    return visit


def latest_visits(session: Session, who: Principal, now: datetime) -> list[VisitRecord]:
    """Return the latest captures that this person may see."""
    query = select(VisitRecord).where(visits_seen(who, now))
    return list(session.scalars(query.order_by(VisitRecord.requested_at.desc()).limit(20)))


def visit_of(session: Session, evidence_id: UUID) -> VisitRecord | None:
    """Return the visit that a captured page's evidence came from."""
    query = select(VisitRecord).where(VisitRecord.evidence_id == evidence_id)
    return session.scalars(query).first()


def posts_of(session: Session, visit: VisitRecord) -> list[PostRecord]:
    """Return the posts of a capture in page order."""
    query = select(PostRecord).where(PostRecord.visit_id == visit.id)
    return list(session.scalars(query.order_by(PostRecord.number)))


def flagged_among(session: Session, posts: list[PostRecord]) -> set[UUID]:
    """Return which of these posts a rule has flagged."""
    wanted = [post.id for post in posts]
    query = select(FindingRecord.post_id).where(FindingRecord.post_id.in_(wanted))
    return set(session.scalars(query))


def shut_visits(session: Session, visits: Sequence[VisitRecord]) -> set[UUID]:
    """Return which of these captures are sealed off."""
    wanted = [one.evidence_id for one in visits if one.evidence_id is not None]
    query = select(EvidenceRecord.id).where(
        EvidenceRecord.id.in_(wanted), EvidenceRecord.sealed_off_at.is_not(None)
    )
    shut = set(session.scalars(query))
    return {one.id for one in visits if one.evidence_id in shut}


def case_number_of(
    session: Session, who: Principal, visit: VisitRecord, now: datetime
) -> str | None:
    """Return the number of the case that a capture belongs to, where this person may see it."""
    query = select(CaseRecord.number).where(
        CaseRecord.id == visit.case_id, cases_within(who, "case.see", now)
    )
    return session.scalars(query).first()


def evidence_number_of(session: Session, visit: VisitRecord) -> str | None:
    """Return the short number of what a capture was kept as."""
    evidence = visit.evidence_id
    if evidence is None:
        return None
    return spoken_number(evidence, receipts(session, [evidence]).get(evidence))


def page_of(session: Session, address: str) -> UUID | None:
    """Return which of the municipality's own pages stands at an address."""
    return session.scalars(select(PageRecord.id).where(PageRecord.url == address)).first()
