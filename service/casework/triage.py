"""Til fordeling: what came in and belongs to no case, and the three things to do with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from archive.errors import EvidenceNotFound
from archive.ledger.log import record
from archive.records.cases import CaseEvidenceRecord, CaseRecord
from archive.records.evidence import EvidenceRecord, EvidenceState
from archive.records.ledger import LedgerDetailRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.access.visibility import evidence_within
from service.casework.cases.concerned import add_workplace, state_workplace
from service.casework.cases.course import shipped_procedure
from service.casework.cases.finding import find_case
from service.casework.cases.merged import goes_on_in
from service.casework.cases.opening import join_evidence, open_case
from service.casework.evidence.numbers import row_key
from service.errors import AlreadyDecided, NotPermitted, PersonNotFound, ReasonMissing

ACTION: Final = "triage.sort"
OPEN: Final = "case.open"
SORTED_KINDS: Final = ("mail", "upload")
SET_ASIDE: Final = "evidence.set_aside"
LEFT: Final = "evidence.left_unsorted"
NO_CASE: Final = "no_case"
MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """One arrival to be sorted, and the code of why it was not sorted by itself."""

    evidence: EvidenceRecord
    why: str


def waiting(session: Session, who: Principal, now: datetime) -> tuple[Waiting, ...]:
    """Return what waits to be sorted by this person, oldest first."""
    who.require(ACTION)
    rows = session.scalars(
        select(EvidenceRecord)
        .where(_unsorted(), evidence_within(who, ACTION, now))
        .order_by(EvidenceRecord.received_at, EvidenceRecord.id)
        .limit(MOST)
    ).all()
    said = _said(session, [row.id for row in rows])
    return tuple(
        Waiting(row, said.get(row.id) or NO_CASE)
        for row in rows
        if said.get(row.id, "") is not None
    )


def join(
    session: Session, who: Principal, evidence_id: UUID, number: str, now: datetime
) -> CaseRecord:
    """Let an arrival join a case; raises `EvidenceNotFound`, `CaseNotFound`, `CaseClosed`.

    The case is locked before the evidence, as an upload does: two who do both at once take turns
    instead of waiting for each other. Whoever closes the case meanwhile is seen.
    """
    who.require(ACTION)
    number = goes_on_in(session, who, number, now) or number
    found = find_case(session, who, number, now).case
    case = session.scalars(
        select(CaseRecord)
        .where(CaseRecord.id == found.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()
    evidence = _held(session, who, evidence_id, now)
    join_evidence(session, case, evidence, now, who.actor)
    return case


def open_for(
    session: Session,
    who: Principal,
    evidence_id: UUID,
    person_id: UUID,
    *,
    procedure: str,
    now: datetime,
) -> CaseRecord:
    """Open a case of an arrival, for the employee whom it concerns.

    Raises `EvidenceNotFound`, `NotPermitted`, `PersonNotFound`.
    """
    evidence = _held(session, who, evidence_id, now)
    person = session.get(PersonRecord, person_id)
    if person is None or person.sealed or (person.ended_at is not None and person.ended_at <= now):
        raise PersonNotFound(str(person_id))
    units = units_to_open_in(who)
    if units is not None and person.unit_id not in units:
        raise NotPermitted(OPEN)
    return open_case(
        session,
        procedure=shipped_procedure(procedure),
        unit_id=person.unit_id,
        harassed=[person],
        accounts=[],
        evidence=[evidence],
        now=now,
        actor=who.actor,
    )


def open_for_workplace(
    session: Session,
    who: Principal,
    evidence_id: UUID,
    unit_id: UUID | None,
    *,
    procedure: str,
    whole: str,
    now: datetime,
) -> CaseRecord:
    """Open a case of an arrival that is aimed at a unit, or (None) at all of the workplace `whole`.

    Raises `EvidenceNotFound`, `NotPermitted`, `RowNotFound`.
    """
    evidence = _held(session, who, evidence_id, now)
    units = units_to_open_in(who)
    if units is not None and unit_id not in units:
        raise NotPermitted(OPEN)
    case = open_case(
        session,
        procedure=shipped_procedure(procedure),
        unit_id=unit_id,
        harassed=[],
        accounts=[],
        evidence=[evidence],
        now=now,
        actor=who.actor,
    )
    add_workplace(session, case, unit_id, whole=whole, now=now, actor=who.actor)
    state_workplace(session, case, now, holds=True, actor=who.actor)
    return case


def units_to_open_in(who: Principal) -> frozenset[UUID] | None:
    """Return the units whose people this person may open a case for; None for all of them.

    Raises `NotPermitted`.
    """
    units: set[UUID] = set()
    for reach in who.require(OPEN):
        if reach.units is None:
            return None
        units |= reach.units
    return frozenset(units)


def set_aside(
    session: Session, who: Principal, evidence_id: UUID, reason: str, now: datetime
) -> None:
    """Say that an arrival belongs to no case; it is kept all the same. Raises `ReasonMissing`."""
    evidence = _held(session, who, evidence_id, now)
    if not reason.strip():
        raise ReasonMissing("say why it belongs to no case")
    evidence.set_aside_at = now
    record(session, SET_ASIDE, at=now, actor=who.actor, subject=evidence, reason=reason.strip())


def _unsorted() -> Any:
    in_a_case = exists(
        select(CaseEvidenceRecord.case_id).where(
            CaseEvidenceRecord.evidence_id == EvidenceRecord.id
        )
    )
    return (
        EvidenceRecord.kind.in_(SORTED_KINDS)
        & EvidenceRecord.parent_id.is_(None)
        & EvidenceRecord.erased_at.is_(None)
        & EvidenceRecord.set_aside_at.is_(None)
        & EvidenceRecord.state.in_((EvidenceState.READ, EvidenceState.UNREADABLE))
        & ~in_a_case
    )


def _said(session: Session, ids: Sequence[UUID]) -> dict[UUID, str | None]:
    """Return what the ledger says of each: why it was left, or None where it was set aside."""
    names = {row_key(one): one for one in ids}
    rows = session.scalars(
        select(LedgerDetailRecord)
        .where(
            LedgerDetailRecord.subject.in_(names),
            LedgerDetailRecord.kind.in_((LEFT, SET_ASIDE)),
        )
        .order_by(LedgerDetailRecord.position)
    )
    return {
        names[row.subject]: (
            None if row.kind == SET_ASIDE else str(json.loads(row.details)["facts"].get("why"))
        )
        for row in rows
        if row.subject is not None
    }


def _held(session: Session, who: Principal, evidence_id: UUID, now: datetime) -> EvidenceRecord:
    """Return an arrival that still waits, locked; two people do not sort it twice."""
    who.require(ACTION)
    locked = session.scalars(
        select(EvidenceRecord)
        .where(EvidenceRecord.id == evidence_id, evidence_within(who, ACTION, now))
        .with_for_update(key_share=True)
    ).one_or_none()
    if locked is None:
        raise EvidenceNotFound(str(evidence_id))
    still = session.scalars(
        select(EvidenceRecord.id).where(EvidenceRecord.id == evidence_id, _unsorted())
    ).first()
    if still is None or _said(session, [evidence_id]).get(evidence_id, "") is None:
        raise AlreadyDecided("it has been sorted in the meantime")
    return locked
