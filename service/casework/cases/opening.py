"""Opening a case: its number, procedure, those harassed, accounts, circle and evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.log import SYSTEM, record
from archive.records.cases import (
    AccountRecord,
    CaseEvidenceRecord,
    CaseRecord,
    CircleRecord,
    HarassedRecord,
)
from archive.records.evidence import EvidenceRecord, Known
from archive.records.people import PersonRecord
from service.casework.cases.course import shipped_procedure
from service.casework.cases.handling import nearest_leader
from service.casework.cases.numbering import next_number
from service.errors import CaseClosed
from service.procedure.deadlines import due
from service.procedure.facts import Facts
from service.procedure.model import Procedure

UNIT_LEADER = "unit_leader"
"""The reason in the circle of whoever leads the unit of the employee concerned."""
_LONGEST_NAME = 300


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """An account from which something came, as it is known before there is a case."""

    platform: str
    name: str
    address: str | None
    known: str = Known.TOLD


def open_case(
    session: Session,
    *,
    procedure: Procedure,
    unit_id: UUID | None,
    harassed: Sequence[PersonRecord],
    accounts: Sequence[AccountSeen],
    evidence: Sequence[EvidenceRecord],
    now: datetime,
    actor: str = SYSTEM,
    incident_at: datetime | None = None,
) -> CaseRecord:
    """Open a case with everything that is known of it; the caller's transaction keeps all or none.

    The handler is the nearest leader who is not among those harassed; where
    there is none the case has no handler, and the archivist sees it as such.
    """
    handler = nearest_leader(session, unit_id, {person.id for person in harassed}, now)
    case = CaseRecord(
        id=uuid4(),
        number=next_number(session, now),
        unit_id=unit_id,
        procedure=procedure.id,
        procedure_version=str(procedure.version),
        opened_at=now,
        opened_by=actor,
        incident_at=incident_at,
        handler_id=handler.id if handler else None,
    )
    session.add(case)
    record(
        session,
        "case.opened",
        at=now,
        actor=actor,
        subject=case,
        case_id=case.id,
        number=case.number,
        procedure=f"{procedure.id} {procedure.version}",
    )
    for person in harassed:
        add_harassed(session, case, person, now, actor)
    if handler is not None:
        add_to_circle(
            session, case, handler, role="leader", reason=UNIT_LEADER, now=now, actor=actor
        )
    for account in accounts:
        add_account(session, case, account, now, actor)
    for item in evidence:
        join_evidence(session, case, item, now, actor)
    return case


def add_harassed(
    session: Session,
    case: CaseRecord,
    person: PersonRecord,
    now: datetime,
    actor: str,
    *,
    reason: str | None = None,
) -> HarassedRecord:
    """Name an employee as one of those concerned; `reason` where it was not so from the start."""
    row = HarassedRecord(
        id=uuid4(),
        case_id=case.id,
        kind="employee",
        person_id=person.id,
        name=person.name,
        added_at=now,
        added_by=actor,
        reason=reason,
    )
    session.add(row)
    record(session, "case.employee_added", at=now, actor=actor, subject=case, case_id=case.id)
    return row


def add_to_circle(
    session: Session,
    case: CaseRecord,
    person: PersonRecord,
    *,
    role: str,
    reason: str,
    now: datetime,
    actor: str,
    until: datetime | None = None,
) -> CircleRecord:
    """Take a person into the circle of a case, perhaps until a moment."""
    row = CircleRecord(
        id=uuid4(),
        case_id=case.id,
        person_id=person.id,
        role=role,
        reason=reason,
        added_by=actor,
        since=now,
        until=until,
    )
    session.add(row)
    record(
        session,
        "circle.joined",
        at=now,
        actor=actor,
        subject=case,
        case_id=case.id,
        person=person.id,
        role=role,
    )
    return row


def add_account(
    session: Session, case: CaseRecord, account: AccountSeen, now: datetime, actor: str
) -> AccountRecord:
    """Note an account in a case; one that stands there already is returned as it is."""
    standing = session.scalars(
        select(AccountRecord).where(
            AccountRecord.case_id == case.id,
            AccountRecord.platform == account.platform,
            AccountRecord.address == account.address,
            AccountRecord.name == account.name[:_LONGEST_NAME],
        )
    ).first()
    if standing is not None:
        return standing
    row = AccountRecord(
        id=uuid4(),
        case_id=case.id,
        platform=account.platform,
        name=account.name[:_LONGEST_NAME],
        address=account.address,
        known=account.known,
        added_at=now,
    )
    session.add(row)
    record(session, "case.account_added", at=now, actor=actor, subject=case, case_id=case.id)
    return row


def join_evidence(
    session: Session, case: CaseRecord, evidence: EvidenceRecord, now: datetime, actor: str
) -> None:
    """Let a piece of evidence, and what came inside it, belong to a case; quiet where it does.

    What is meant for a case that was merged joins the one in which it goes on. Raises
    `CaseClosed`.
    """
    if case.merged_into is not None:
        case = session.get_one(
            CaseRecord,
            case.merged_into,
            with_for_update={"key_share": True},
            populate_existing=True,
        )
    if case.closed_at is not None:
        raise CaseClosed(case.number)
    for item in (evidence, *parts_of(session, evidence.id)):
        _join_one(session, case, item, now, actor)


def follow_parent(session: Session, part: EvidenceRecord, now: datetime) -> None:
    """Let what came inside a piece of evidence belong to every case that it belongs to."""
    cases = (
        select(CaseRecord)
        .join(CaseEvidenceRecord, CaseEvidenceRecord.case_id == CaseRecord.id)
        .where(CaseEvidenceRecord.evidence_id == part.parent_id)
        .order_by(CaseRecord.opened_at)
    )
    for case in session.scalars(cases).all():
        _join_one(session, case, part, now, SYSTEM)


def _join_one(
    session: Session, case: CaseRecord, item: EvidenceRecord, now: datetime, actor: str
) -> None:
    if session.get(CaseEvidenceRecord, (case.id, item.id)) is not None:
        return
    session.add(
        CaseEvidenceRecord(case_id=case.id, evidence_id=item.id, added_at=now, added_by=actor)
    )
    record(
        session,
        "case.evidence_added",
        at=now,
        actor=actor,
        subject=item,
        case_id=case.id,
        number=case.number,
    )


def parts_of(session: Session, evidence_id: UUID) -> list[EvidenceRecord]:
    """Return what came inside a piece of evidence, and inside that, as deep as it goes.

    Each is locked: a part that is just being read may be about to bring parts
    of its own, which are then seen here, or see the case by themselves.
    """
    found: list[EvidenceRecord] = []
    waiting = [evidence_id]
    while waiting:
        parts = session.scalars(
            select(EvidenceRecord)
            .where(EvidenceRecord.parent_id == waiting.pop())
            .order_by(EvidenceRecord.received_at, EvidenceRecord.id)
            .with_for_update(key_share=True)
        ).all()
        found += parts
        waiting += [part.id for part in parts]
    return found


def reads_before(case: CaseRecord) -> datetime | None:
    """Return by when the handler has read it: the first deadline of the procedure's first step."""
    procedure = shipped_procedure(case.procedure)
    facts = Facts(opened=case.opened_at)
    for step in procedure.steps:
        for period in step.deadlines:
            found = due(period, facts, {}, procedure.working_time)
            if found is not None:
                return found.moment
    return None
