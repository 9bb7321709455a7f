"""Evidence that a person may see: lists, one piece, its parts, cases and readers.

Every query carries the condition of rights, so what may not be seen is never loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.orm import Session

from archive.errors import EvidenceNotFound
from archive.records.cases import CaseEvidenceRecord, CaseRecord
from archive.records.evidence import (
    DeliveryRecord,
    EvidenceRecord,
    ObjectRecord,
    ReadingRecord,
    ViewingRecord,
)
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.access.rights import Level
from service.access.visibility import cases_within, evidence_within
from service.casework.evidence.numbers import numbered

PAGE = 50
COUNTED = 1000
"""Counts are exact up to here; beyond, "more than" is said."""


@dataclass(frozen=True)
class Listed:
    """One screenful, how many there are, and where it goes on."""

    rows: list[EvidenceRecord]
    count: int
    count_is_exact: bool
    next: tuple[datetime, UUID] | None


@dataclass(frozen=True)
class SeenBy:
    """One viewing, with the name of the person."""

    name: str
    person_id: UUID
    at: datetime
    purpose: str


def find_evidence(
    session: Session,
    who: Principal,
    evidence_id: UUID,
    now: datetime,
    action: str = "evidence.see",
) -> EvidenceRecord:
    """Return a piece of evidence that is open to this person; raises `EvidenceNotFound`."""
    query = select(EvidenceRecord).where(
        EvidenceRecord.id == evidence_id, evidence_within(who, action, now)
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        raise EvidenceNotFound(str(evidence_id))
    return row


def list_evidence(
    session: Session,
    who: Principal,
    now: datetime,
    *,
    query: str = "",
    after: tuple[datetime, UUID] | None = None,
    limit: int = PAGE,
) -> Listed:
    """Return evidence, the latest first; `query` looks in names and addresses, not in content."""
    seen = evidence_within(who, "evidence.see", now)
    wanted = select(EvidenceRecord).where(seen)
    if words := query.strip():
        like = f"%{_escaped(words)}%"
        wanted = wanted.where(
            or_(
                EvidenceRecord.filename.ilike(like, escape="\\"),
                EvidenceRecord.source_url.ilike(like, escape="\\"),
                EvidenceRecord.sha256 == words.lower(),
                EvidenceRecord.id == numbered(session, words),
            )
        )
    few = wanted.with_only_columns(EvidenceRecord.id).limit(COUNTED + 1).subquery()
    count = int(session.scalar(select(func.count()).select_from(few)) or 0)
    if after is not None:
        wanted = wanted.where(tuple_(EvidenceRecord.received_at, EvidenceRecord.id) < after)
    wanted = wanted.order_by(EvidenceRecord.received_at.desc(), EvidenceRecord.id.desc())
    rows = list(session.scalars(wanted.limit(limit + 1)))
    last = rows[limit - 1] if len(rows) > limit else None
    return Listed(
        rows[:limit],
        min(count, COUNTED),
        count <= COUNTED,
        (last.received_at, last.id) if last else None,
    )


def evidence_of_case(
    session: Session, who: Principal, case: CaseRecord, now: datetime
) -> list[EvidenceRecord]:
    """Return the evidence of a case that this person may see, the latest first."""
    query = (
        select(EvidenceRecord)
        .join(CaseEvidenceRecord, CaseEvidenceRecord.evidence_id == EvidenceRecord.id)
        .where(CaseEvidenceRecord.case_id == case.id, evidence_within(who, "evidence.see", now))
        .order_by(EvidenceRecord.received_at.desc(), EvidenceRecord.id)
    )
    return list(session.scalars(query))


def parts_of(session: Session, evidence: EvidenceRecord) -> list[EvidenceRecord]:
    """Return what came inside it: attachments, in the order they were kept."""
    query = select(EvidenceRecord).where(EvidenceRecord.parent_id == evidence.id)
    return list(session.scalars(query.order_by(EvidenceRecord.received_at, EvidenceRecord.id)))


def cases_of(
    session: Session, who: Principal, evidence: EvidenceRecord, now: datetime
) -> list[CaseRecord]:
    """Return the cases it belongs to, as far as this person may see them."""
    query = (
        select(CaseRecord)
        .join(CaseEvidenceRecord, CaseEvidenceRecord.case_id == CaseRecord.id)
        .where(CaseEvidenceRecord.evidence_id == evidence.id, cases_within(who, "case.see", now))
        .order_by(CaseRecord.opened_at)
    )
    return list(session.scalars(query))


def sees_facts(session: Session, who: Principal, evidence: EvidenceRecord, now: datetime) -> bool:
    """Tell whether this person sees who wrote and sent it; at level *status* they do not."""
    told = frozenset({Level.FULL, Level.OWN})
    query = select(EvidenceRecord.id).where(
        EvidenceRecord.id == evidence.id, evidence_within(who, "evidence.see", now, told)
    )
    return session.execute(query).first() is not None


def case_numbers(
    session: Session, who: Principal, rows: Sequence[EvidenceRecord], now: datetime
) -> dict[UUID, str]:
    """Return the number of a case of each piece of evidence, as far as this person may see it."""
    query = (
        select(CaseEvidenceRecord.evidence_id, CaseRecord.number)
        .join(CaseRecord, CaseRecord.id == CaseEvidenceRecord.case_id)
        .where(
            CaseEvidenceRecord.evidence_id.in_([row.id for row in rows]),
            cases_within(who, "case.see", now),
        )
        .order_by(CaseRecord.opened_at.desc())
    )
    return {row.evidence_id: row.number for row in session.execute(query)}


def objects_of(session: Session, evidence: EvidenceRecord) -> list[ObjectRecord]:
    """Return its sealed objects: the original and what was derived."""
    query = select(ObjectRecord).where(ObjectRecord.evidence_id == evidence.id)
    return list(session.scalars(query.order_by(ObjectRecord.made_at, ObjectRecord.label)))


def deliveries_of(session: Session, evidence: EvidenceRecord) -> list[DeliveryRecord]:
    """Return each handing in of it, oldest first."""
    query = select(DeliveryRecord).where(DeliveryRecord.evidence_id == evidence.id)
    return list(session.scalars(query.order_by(DeliveryRecord.at)))


def senders_of(session: Session, evidence_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return by evidence who sent the mail, as its envelope says; that proves nothing."""
    query = select(DeliveryRecord).where(
        DeliveryRecord.evidence_id.in_(evidence_ids), DeliveryRecord.door == "smtp"
    )
    return {
        row.evidence_id: str(row.envelope["mail_from"])
        for row in session.scalars(query.order_by(DeliveryRecord.at.desc()))
        if row.envelope.get("mail_from")
    }


def latest_reading(session: Session, evidence: EvidenceRecord) -> ReadingRecord | None:
    """Return the last reading, whether or not it succeeded."""
    query = select(ReadingRecord).where(ReadingRecord.evidence_id == evidence.id)
    return session.scalars(query.order_by(ReadingRecord.made_at.desc()).limit(1)).first()


def readers_of(session: Session, evidence_id: UUID) -> list[SeenBy]:
    """Return who has seen it, the latest first (*Læst af*)."""
    query = (
        select(PersonRecord.name, ViewingRecord)
        .join(PersonRecord, PersonRecord.id == ViewingRecord.person_id)
        .where(ViewingRecord.evidence_id == evidence_id)
        .order_by(ViewingRecord.at.desc())
    )
    return [
        SeenBy(name, viewing.person_id, viewing.at, viewing.purpose)
        for name, viewing in session.execute(query)
    ]


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
