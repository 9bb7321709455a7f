"""Asking for a bundle: of a case, to somebody, for something; the making is a job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.cases import CaseEvidenceRecord, CaseRecord
from archive.records.evidence import EvidenceRecord
from archive.records.exports import ExportItemRecord, ExportRecord
from service.access.principal import Principal
from service.access.visibility import cases_within
from service.casework.cases.finding import find_case
from service.casework.cases.merged import ids_of
from service.casework.exporting.permitting import (
    ACTION,
    may_hand_over,
    require_leaving,
    with_parts,
)
from service.casework.exporting.redacting import redacted_among
from service.errors import ExportNotFound, NothingToHandOver, NotPermitted, ReasonMissing

LONGEST_RECIPIENT = 300


def case_to_hand_over(
    session: Session, who: Principal, number: str, now: datetime
) -> tuple[CaseRecord, list[EvidenceRecord]]:
    """Return a case, open or closed, and the pieces of it that this person may hand over.

    Raises `CaseNotFound`, `NotPermitted`.
    """
    case = find_case(session, who, number, now).case
    query = select(CaseRecord.id).where(CaseRecord.id == case.id, cases_within(who, ACTION, now))
    if session.execute(query).first() is None:
        raise NotPermitted(ACTION)
    ids = session.scalars(
        select(CaseEvidenceRecord.evidence_id).where(CaseEvidenceRecord.case_id == case.id)
    ).all()
    return case, may_hand_over(session, who, list(ids), now)


def ask_for_export(
    session: Session,
    who: Principal,
    number: str,
    chosen: Sequence[UUID],
    *,
    recipient: str,
    purpose: str,
    now: datetime,
    redacted: bool = False,
    to_police: bool = False,
    part_size: int | None = None,
    only_booklet: bool = False,
    attached: bool = False,
) -> ExportRecord:
    """Ask for a bundle of these pieces of a case, with whatever came inside them.

    Raises `CaseNotFound`, `NotPermitted`, `ReasonMissing`, `NothingToHandOver`, `SealedOff`.
    """
    case, open_to_them = case_to_hand_over(session, who, number, now)
    if not recipient.strip() or not purpose.strip():
        raise ReasonMissing("say who gets it and what for")
    wanted = [one.id for one in open_to_them if one.id in set(chosen)]
    if len(wanted) != len(set(chosen)):
        raise NothingToHandOver("a piece was chosen that is not theirs to hand over")
    whole = with_parts(session, wanted)
    if redacted:
        # A part without a redacted file stays here; one that was chosen stops the making.
        covered = redacted_among(session, whole)
        whole = [one for one in whole if one in covered or one in wanted]
    rows = may_hand_over(session, who, whole, now)
    require_leaving(rows, who, to_police=to_police)
    export = ExportRecord(
        id=uuid4(),
        case_id=case.id,
        recipient=" ".join(recipient.split())[:LONGEST_RECIPIENT],
        purpose=purpose.strip(),
        redacted=redacted,
        only_booklet=only_booklet,
        attached=attached,
        private_in=[],
        part_size=part_size,
        asked_at=now,
        asked_by=who.actor,
        person_id=who.person_id,
        parts=[],
        next_attempt_at=now,
    )
    keep_asked(session, export, [one.id for one in rows], now)
    return export


def keep_asked(
    session: Session, export: ExportRecord, pieces: Sequence[UUID], now: datetime
) -> None:
    """Keep an export that is asked for, and say so in the ledger."""
    session.add(export)
    session.flush()
    session.add_all(
        ExportItemRecord(export_id=export.id, evidence_id=evidence_id) for evidence_id in pieces
    )
    record(
        session,
        "export.asked_for",
        at=now,
        actor=export.asked_by,
        subject=export,
        case_id=export.case_id,
        recipient=export.recipient,
        purpose=export.purpose,
    )


def exports_within(session: Session, who: Principal, now: datetime) -> ColumnElement[bool]:
    """Return the condition on `exports` under which this person may see one."""
    del session
    in_case = ExportRecord.case_id.in_(select(CaseRecord.id).where(cases_within(who, ACTION, now)))
    shut = select(CaseRecord.id).where(CaseRecord.restricted.is_(True))
    mine = and_(
        ExportRecord.person_id == who.person_id,
        or_(ExportRecord.case_id.is_(None), ExportRecord.case_id.not_in(shut)),
    )
    return or_(in_case, mine if who.person_id is not None and who.may(ACTION) else in_case)


def find_export(session: Session, who: Principal, export_id: UUID, now: datetime) -> ExportRecord:
    """Return an export that this person may see; raises `ExportNotFound`."""
    query = select(ExportRecord).where(
        ExportRecord.id == export_id, exports_within(session, who, now)
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        raise ExportNotFound(str(export_id))
    return row


def case_number_of(session: Session, export: ExportRecord) -> str | None:
    """Return the number of the case that an export is of."""
    return session.scalar(select(CaseRecord.number).where(CaseRecord.id == export.case_id))


def exports_of(
    session: Session, who: Principal, case: CaseRecord, now: datetime
) -> list[ExportRecord]:
    """Return the exports of a case that this person may see, the latest first.

    What was handed over of a case that was merged into this one is among them.
    """
    query = select(ExportRecord).where(
        ExportRecord.case_id.in_(ids_of(case.id)), exports_within(session, who, now)
    )
    return list(session.scalars(query.order_by(ExportRecord.asked_at.desc()).limit(50)))


def may_export(session: Session, who: Principal, case: CaseRecord, now: datetime) -> bool:
    """Tell whether the case page offers to make a bundle; closed cases do so too."""
    query = select(CaseRecord.id).where(CaseRecord.id == case.id, cases_within(who, ACTION, now))
    return session.execute(query).first() is not None


__all__ = [
    "ask_for_export",
    "case_number_of",
    "case_to_hand_over",
    "exports_of",
    "find_export",
    "keep_asked",
    "may_export",
]
