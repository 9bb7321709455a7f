"""What belongs to a piece of evidence: its cases, sealed objects, deliveries and last reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, func, null, select
from sqlalchemy import case as when
from sqlalchemy.orm import Session

from archive.asking import Prepared, ask
from archive.moment import once
from archive.records.cases import CaseEvidenceRecord, CaseRecord
from archive.records.evidence import DeliveryRecord, ObjectRecord, ReadingRecord
from service.access.principal import Principal
from service.access.visibility import cases_within, reaches_all
from service.casework.evidence.listing import Piece

_CASES_OF: Final = (
    select(CaseRecord)
    .join(CaseEvidenceRecord, CaseEvidenceRecord.case_id == CaseRecord.id)
    .where(CaseEvidenceRecord.evidence_id == bindparam("of"))
    .order_by(CaseRecord.opened_at)
)
_NUMBERS_OF: Final = _CASES_OF.with_only_columns(CaseRecord.number)
_EVERY_NUMBER_OF: Final = Prepared(
    _CASES_OF.with_only_columns(
        when((CaseRecord.restricted.is_(False), CaseRecord.number), else_=null())
    )
)
_DELIVERIES: Final = select(
    DeliveryRecord.evidence_id,
    DeliveryRecord.at,
    DeliveryRecord.actor,
    DeliveryRecord.envelope,
).order_by(DeliveryRecord.at, DeliveryRecord.id)
_DELIVERIES_OF_ONE: Final = Prepared(
    _DELIVERIES.where(DeliveryRecord.evidence_id == bindparam("of"))
)
_DELIVERIES_OF: Final = _DELIVERIES.where(
    DeliveryRecord.evidence_id.in_(bindparam("of", expanding=True))
)
_OBJECT: Final = ObjectRecord.__table__.c
_PICTURES_OF: Final = (
    select(_OBJECT.evidence_id, _OBJECT.role, func.count())
    .where(
        _OBJECT.evidence_id.in_(bindparam("of", expanding=True)),
        _OBJECT.role.in_(("page", "preview")),
    )
    .group_by(_OBJECT.evidence_id, _OBJECT.role)
)
_LATEST_READING: Final = (
    select(ReadingRecord)
    .where(ReadingRecord.evidence_id == bindparam("of"))
    .order_by(ReadingRecord.made_at.desc())
    .limit(1)
)


def cases_of(session: Session, who: Principal, evidence: Piece, now: datetime) -> list[CaseRecord]:
    """Return the cases it belongs to, as far as this person may see them."""
    query = _CASES_OF.where(cases_within(who, "case.see", now))
    return list(session.scalars(query, {"of": evidence.id}))


def case_numbers_of(session: Session, who: Principal, evidence: Piece, now: datetime) -> list[str]:
    """Return the number of each case it belongs to, as far as this person may see them."""
    asked = {"of": evidence.id}
    if reaches_all(who, "case.see"):
        numbers = [number for (number,) in ask(session, _EVERY_NUMBER_OF, asked)]
        if None not in numbers:  # none of them is restricted
            return numbers
    query = _NUMBERS_OF.where(cases_within(who, "case.see", now))
    return [number for (number,) in ask(session, query, asked)]


def case_numbers(
    session: Session, who: Principal, rows: Sequence[Piece], now: datetime
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


def objects_of(session: Session, evidence: Piece) -> list[ObjectRecord]:
    """Return its sealed objects: the original and what was derived."""
    query = select(ObjectRecord).where(ObjectRecord.evidence_id == evidence.id)
    return list(session.scalars(query.order_by(ObjectRecord.made_at, ObjectRecord.label)))


def pictures_of(session: Session, pieces: Sequence[Piece]) -> dict[UUID, int]:
    """Return by evidence how many pictures of it can be shown; one without any is left out."""
    pages = {one.id for one in pieces if one.kind == "capture"}
    asked = {"of": [one.id for one in pieces]}
    return {
        evidence: count
        for evidence, role, count in ask(session, _PICTURES_OF, asked)
        if role == ("page" if evidence in pages else "preview")
    }


@dataclass(frozen=True, slots=True)
class Delivery:
    """One handing in of a piece: when, by whom as the ledger names them, in which envelope."""

    evidence_id: UUID
    at: datetime
    actor: str
    envelope: Mapping[str, Any]


def deliveries_of(session: Session, evidence: Piece) -> list[Delivery]:
    """Return each handing in of it, oldest first."""
    return deliveries_of_each(session, [evidence.id])


def deliveries_of_each(session: Session, evidence_ids: Sequence[UUID]) -> list[Delivery]:
    """Return each handing in of these pieces, oldest first."""

    def look() -> list[Delivery]:
        alone = len(evidence_ids) == 1
        query = _DELIVERIES_OF_ONE if alone else _DELIVERIES_OF
        of = evidence_ids[0] if alone else list(evidence_ids)
        return [Delivery(*row) for row in ask(session, query, {"of": of})]

    return once(session, (_DELIVERIES_OF, *evidence_ids), look)


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


def latest_reading(session: Session, evidence: Piece) -> ReadingRecord | None:
    """Return the last reading, whether or not it succeeded."""
    return session.scalars(_LATEST_READING, {"of": evidence.id}).first()
