"""Whom a case concerns: several employees, or the workplace itself; named and taken off by reason.

Each employee reports for themselves: whoever reported it, and whoever the case was opened for by
their own mail, is never taken off by somebody else (ISHOJ-DEF.1).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive.ledger.log import SYSTEM, record
from archive.records.cases import (
    CaseRecord,
    CircleRecord,
    EndingRecord,
    HarassedRecord,
)
from archive.records.people import PersonRecord, UnitRecord
from service.access.principal import Principal
from service.casework.cases.circumstances import keep_circumstance, tell_stated
from service.casework.cases.course import Course, shipped_procedure
from service.casework.cases.finding import case_for, refuse_own_matter
from service.casework.cases.handing_on import hand_on
from service.casework.cases.listing import harassed_in
from service.casework.cases.opening import add_harassed
from service.errors import (
    AlreadyConcerned,
    NameStays,
    PersonNotFound,
    ReasonMissing,
    RowNotFound,
)
from service.notices.case_changes import tell_named, tell_taken_off
from service.procedure.each import Owed, owed
from service.settings import Settings

ACTION: Final = "case.name"
CONCERNED: Final = "concerned"
"""The reason by which a place in the circle ended since the case is about that person now."""
WORKPLACE: Final = "workplace"
"""The circumstance of a procedure that the workplace as a whole is hit."""


def name_employee(
    session: Session,
    who: Principal,
    number: str,
    person_id: UUID,
    *,
    reason: str,
    settings: Settings,
    now: datetime,
) -> HarassedRecord:
    """Name one more employee as concerned; they are told, and see their own part from now on.

    A place of theirs in the circle ends, and what they handled goes to the nearest leader whom
    the case is not about. Raises `PersonNotFound`, `AlreadyConcerned`, `ReasonMissing`,
    `HandlerMissing` where a restricted case would be left to nobody, and those of `case_for`.
    """
    case = _case(session, who, number, reason, now)
    person = session.get(PersonRecord, person_id)
    if person is None or person.sealed or (person.ended_at is not None and person.ended_at <= now):
        raise PersonNotFound(str(person_id))
    if any(one.person_id == person_id for one in harassed_in(session, case)):
        raise AlreadyConcerned(person.name)
    row = add_harassed(session, case, person, now, who.actor, reason=reason.strip())
    step_back(session, case, {person_id}, now, actor=who.actor)
    tell_named(session, case, person, settings=settings, now=now)
    return row


def name_workplace(
    session: Session,
    who: Principal,
    number: str,
    unit_id: UUID | None,
    *,
    reason: str,
    whole: str,
    now: datetime,
) -> HarassedRecord:
    """Name a unit, or (None) all of the workplace by its name `whole`, as harassed.

    Raises `RowNotFound`, `AlreadyConcerned`, `ReasonMissing`, and those of `case_for`.
    """
    case = _case(session, who, number, reason, now)
    standing = [one for one in harassed_in(session, case) if one.kind == WORKPLACE]
    if any(one.unit_id == unit_id for one in standing):
        raise AlreadyConcerned(whole)
    row = add_workplace(
        session, case, unit_id, whole=whole, now=now, actor=who.actor, reason=reason.strip()
    )
    state_workplace(session, case, now, holds=True, actor=who.actor)
    return row


def add_workplace(
    session: Session,
    case: CaseRecord,
    unit_id: UUID | None,
    *,
    whole: str,
    now: datetime,
    actor: str,
    reason: str | None = None,
) -> HarassedRecord:
    """Keep that a unit, or all of the workplace, is harassed; raises `RowNotFound`."""
    unit = session.get(UnitRecord, unit_id) if unit_id is not None else None
    if unit_id is not None and unit is None:
        raise RowNotFound(str(unit_id))
    row = HarassedRecord(
        id=uuid4(),
        case_id=case.id,
        kind=WORKPLACE,
        person_id=None,
        unit_id=unit_id,
        name=unit.name if unit is not None else whole,
        added_at=now,
        added_by=actor,
        reason=reason,
    )
    session.add(row)
    record(session, "case.workplace_added", at=now, actor=actor, subject=case, case_id=case.id)
    return row


def take_off(
    session: Session,
    who: Principal,
    number: str,
    harassed_id: UUID,
    *,
    reason: str,
    settings: Settings,
    now: datetime,
) -> None:
    """Say that a case does not concern somebody after all; they are told, and see it no more.

    Raises `RowNotFound`, `NameStays` for who reported it and for the last one named,
    `ReasonMissing`, and those of `case_for`.
    """
    case = _case(session, who, number, reason, now)
    named = harassed_in(session, case)
    row = next((one for one in named if one.id == harassed_id), None)
    if row is None:
        raise RowNotFound(str(harassed_id))
    if not may_be_taken_off(row, named):
        raise NameStays("whoever reported it, and the last one named, stays")
    row.removed_at, row.removed_by, row.removed_reason = now, who.actor, reason.strip()
    record(
        session,
        "case.name_taken_off",
        at=now,
        actor=who.actor,
        subject=case,
        case_id=case.id,
        harassed=row.id,
        reason=row.removed_reason,
    )
    if row.kind == WORKPLACE and not any(one.kind == WORKPLACE and one is not row for one in named):
        state_workplace(session, case, now, holds=False, actor=who.actor)
    person = session.get(PersonRecord, row.person_id) if row.person_id is not None else None
    if person is not None:
        tell_taken_off(session, case, person, settings=settings, now=now)


def may_be_taken_off(row: HarassedRecord, named: Sequence[HarassedRecord]) -> bool:
    """Tell whether a name may be taken off: not of who reported it, and never the last one."""
    by_others = row.added_by not in {None, SYSTEM, f"person:{row.person_id}"}
    return by_others and len(named) > 1


def step_back(
    session: Session, case: CaseRecord, people: Collection[UUID], now: datetime, *, actor: str
) -> None:
    """Let nobody carry on what is about themselves: their places end, and another handles it.

    Raises `HandlerMissing`.
    """
    standing = select(CircleRecord).where(
        CircleRecord.case_id == case.id,
        CircleRecord.person_id.in_(people),
        or_(CircleRecord.until.is_(None), CircleRecord.until > now),
    )
    for place in session.scalars(standing).all():
        place.until, place.ended_by, place.end_reason = now, actor, CONCERNED
        record(
            session,
            "circle.left",
            at=now,
            actor=actor,
            subject=case,
            case_id=case.id,
            person=place.person_id,
            reason=CONCERNED,
        )
    if case.handler_id in people:
        hand_on(session, case, now, actor=actor, reason=CONCERNED)


def state_workplace(
    session: Session, case: CaseRecord, now: datetime, *, holds: bool, actor: str
) -> None:
    """State that the workplace as a whole is hit: what follows from it is the procedure's.

    Quiet where the procedure does not ask.
    """
    if all(one.id != WORKPLACE for one in shipped_procedure(case.procedure).circumstances):
        return
    keep_circumstance(session, case, WORKPLACE, now, actor=actor, holds=holds)
    tell_stated(session, case, WORKPLACE, now, actor=actor, holds=holds)


def owed_in(session: Session, case: CaseRecord, course: Course) -> tuple[Owed, ...]:
    """Return the steps that ended before somebody was named, by the names of whom they owe."""
    named = {
        one.name: one
        for one in harassed_in(session, case)
        if one.person_id is not None and one.added_at > case.opened_at
    }
    if not named:
        return ()
    done = select(EndingRecord.step, HarassedRecord.person_id)
    done = done.join(CaseRecord, CaseRecord.id == EndingRecord.case_id)
    done = done.join(HarassedRecord, HarassedRecord.case_id == CaseRecord.id)
    done = done.where(CaseRecord.merged_into == case.id, HarassedRecord.removed_at.is_(None))
    names = {one.person_id: name for name, one in named.items()}
    elsewhere: dict[str, frozenset[str]] = {}
    for step, person_id in session.execute(done):
        if person_id in names:
            elsewhere[step] = elsewhere.get(step, frozenset()) | {names[person_id]}
    since = {name: one.added_at for name, one in named.items()}
    return owed(course.procedure, course.endings, course.facts, since, elsewhere)


def _case(session: Session, who: Principal, number: str, reason: str, now: datetime) -> CaseRecord:
    case = case_for(session, who, number, ACTION, now)
    refuse_own_matter(session, who, case)
    if not reason.strip():
        raise ReasonMissing("say why")
    return case
