"""Who has read a piece of evidence (*Læst af*): the latest by name, the others by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, select, tuple_
from sqlalchemy.orm import Session

from archive.asking import Prepared, ask
from archive.records.cases import CaseEvidenceRecord, CaseRecord
from archive.records.evidence import EvidenceRecord, ViewingRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.access.visibility import evidence_within

MOST_READERS = 20
"""So many of those who have read a piece are named beside it; custody names every one."""
PAGE = 30
"""So many viewings of a case stand on one screen."""


@dataclass(frozen=True)
class SeenBy:
    """One viewing, with the name of the person."""

    name: str
    person_id: UUID
    at: datetime
    purpose: str


@dataclass(frozen=True)
class SeenPiece:
    """One viewing of a piece of a case, with the name of the person."""

    name: str
    evidence_id: UUID
    at: datetime
    purpose: str


@dataclass(frozen=True)
class ReadBy:
    """The latest viewings of a piece of evidence, and how many there are in all."""

    latest: tuple[SeenBy, ...] = ()
    count: int = 0


_VIEWING: Final = ViewingRecord.__table__.c
_PERSON: Final = PersonRecord.__table__.c


def _ranked(of: ColumnElement[bool]) -> Select[Any]:
    latest = func.row_number().over(
        partition_by=_VIEWING.evidence_id,
        order_by=(_VIEWING.at.desc(), _VIEWING.id),
    )
    count = func.count().over(partition_by=_VIEWING.evidence_id)
    ranked = (
        select(
            _VIEWING.evidence_id,
            _VIEWING.person_id,
            _VIEWING.at,
            _VIEWING.purpose,
            latest.label("place"),
            count.label("in_all"),
        )
        .where(of)
        .subquery()
    )
    return (
        select(ranked, _PERSON.name)
        .join(PersonRecord.__table__, _PERSON.id == ranked.c.person_id)
        .where(ranked.c.place <= MOST_READERS)
        .order_by(ranked.c.evidence_id, ranked.c.place)
    )


_OF_ONE: Final = Prepared(_ranked(_VIEWING.evidence_id == bindparam("of")))
_OF_EACH: Final = _ranked(_VIEWING.evidence_id.in_(bindparam("of", expanding=True)))


def viewings_in(
    session: Session,
    who: Principal,
    case: CaseRecord,
    now: datetime,
    *,
    before: tuple[datetime, UUID] | None = None,
    limit: int = PAGE,
) -> tuple[list[SeenPiece], tuple[datetime, UUID] | None]:
    """Return who has seen what belongs to a case, the latest first, and where it goes on.

    What another employee told in their own words is nothing that this one hears of.
    """
    query = (
        select(
            ViewingRecord.id,
            ViewingRecord.evidence_id,
            ViewingRecord.at,
            ViewingRecord.purpose,
            PersonRecord.name,
        )
        .join(CaseEvidenceRecord, CaseEvidenceRecord.evidence_id == ViewingRecord.evidence_id)
        .join(PersonRecord, PersonRecord.id == ViewingRecord.person_id)
        .join(EvidenceRecord, EvidenceRecord.id == ViewingRecord.evidence_id)
        .where(CaseEvidenceRecord.case_id == case.id, evidence_within(who, "evidence.see", now))
    )
    if before is not None:
        query = query.where(tuple_(ViewingRecord.at, ViewingRecord.id) < before)
    query = query.order_by(ViewingRecord.at.desc(), ViewingRecord.id.desc()).limit(limit + 1)
    rows = session.execute(query).all()
    found = [SeenPiece(row.name, row.evidence_id, row.at, row.purpose) for row in rows[:limit]]
    return found, (rows[limit - 1].at, rows[limit - 1].id) if len(rows) > limit else None


def readers_of(session: Session, evidence_id: UUID) -> list[SeenBy]:
    """Return who has seen it last, the latest first (*Læst af*)."""
    return list(readers_by(session, [evidence_id])[evidence_id].latest)


def readers_by(session: Session, evidence_ids: Sequence[UUID]) -> dict[UUID, ReadBy]:
    """Return by evidence who has seen it, at most `MOST_READERS` each, and how many there are."""
    found = dict.fromkeys(evidence_ids, ReadBy())
    alone = len(evidence_ids) == 1
    rows = (
        ask(session, _OF_ONE, {"of": evidence_ids[0]})
        if alone
        else ask(session, _OF_EACH, {"of": list(evidence_ids)})
    )
    for row in rows:
        seen = SeenBy(row.name, row.person_id, row.at, row.purpose)
        found[row.evidence_id] = ReadBy((*found[row.evidence_id].latest, seen), row.in_all)
    return found
