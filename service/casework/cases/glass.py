"""Breaking the glass: content opened from outside the circle, by a written reason, for a time.

Only whom the table of rights names may do it. The circle and the employee concerned are told at
once, and read who it was and why on their own pages; the content opens without waiting for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.cases import (
    CaseEvidenceRecord,
    CaseRecord,
    CircleRecord,
    GlassRecord,
    HarassedRecord,
)
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.access.rights import Condition, Level
from service.access.visibility import BREAK_GLASS, CONTENT, cases_within, glass_is_broken
from service.casework.cases.finding import find_to_break
from service.casework.cases.merged import ids_of
from service.errors import NotPermitted, ReasonMissing
from service.notices.watching import tell_glass
from service.settings import Settings

ACTION: Final = BREAK_GLASS


def break_glass(
    session: Session, who: Principal, number: str, *, reason: str, settings: Settings, now: datetime
) -> datetime:
    """Open the content of a case to this person, and return until when.

    What is open to them already is left as it is. Raises `CaseNotFound`, `NotPermitted`,
    `ReasonMissing`.
    """
    case = find_to_break(session, who, number, now)
    person = who.person_id
    if person is None or not _reaches(session, who, case, ACTION, now):
        raise NotPermitted(ACTION)
    if not reason.strip():
        raise ReasonMissing("say why the content has to be opened")
    # Two requests at once must not tell everybody twice.
    session.scalars(select(CaseRecord.id).where(CaseRecord.id == case.id).with_for_update()).one()
    until = now + timedelta(hours=settings.glass_hours)
    if (standing := broken_until(session, who, case, now)) is not None:
        return standing
    if content_is_open(session, who, case, now):
        return until
    row = GlassRecord(
        id=uuid4(),
        case_id=case.id,
        person_id=person,
        reason=reason.strip(),
        since=now,
        until=until,
    )
    session.add(row)
    concerned = set(_concerned(session, case))
    told = [one for one in _told(session, case, concerned, now) if one.id != person]
    record(
        session,
        "glass.broken",
        at=now,
        actor=who.actor,
        subject=case,
        case_id=case.id,
        person=person,
        reason=row.reason,
        until=until,
        told=[one.id for one in told],
    )
    for one in told:
        tell_glass(session, case, one, own=one.id in concerned, settings=settings, now=now)
    return until


def may_break(session: Session, who: Principal, case: CaseRecord, now: datetime) -> bool:
    """Tell whether this person stands before the glass: may break it, and has not come in."""
    return (
        who.person_id is not None
        and who.may(ACTION)
        and _reaches(session, who, case, ACTION, now)
        and not content_is_open(session, who, case, now)
    )


def content_is_open(session: Session, who: Principal, case: CaseRecord, now: datetime) -> bool:
    """Tell whether all content of a case is open to this person; their own part alone is not."""
    return _reaches(session, who, case, CONTENT, now, levels=frozenset({Level.FULL}))


def broken_until(
    session: Session, who: Principal, case: CaseRecord, now: datetime
) -> datetime | None:
    """Return until when the glass stands broken for this person, or None."""
    if who.person_id is None or not who.may(ACTION):
        return None
    query = select(GlassRecord.until).where(
        GlassRecord.case_id == case.id,
        GlassRecord.person_id == who.person_id,
        GlassRecord.since <= now,
        GlassRecord.until > now,
    )
    return session.scalars(query.order_by(GlassRecord.until.desc()).limit(1)).first()


def case_behind_glass(
    session: Session, who: Principal, evidence_id: UUID, now: datetime
) -> CaseRecord | None:
    """Return the case of a piece whose glass this person may break to see it, or None."""
    if not who.may(ACTION):
        return None
    query = (
        _cases_of(evidence_id)
        .where(cases_within(who, "case.see", now), cases_within(who, ACTION, now))
        .limit(1)
    )
    return session.scalars(query).first()


def case_of_broken_glass(
    session: Session, who: Principal, evidence_id: UUID, now: datetime
) -> UUID | None:
    """Return the case by whose broken glass this person sees a piece, or None where by another way.

    Asked only of those who can see anything so; everybody else costs no query.
    """
    ways = who.reaches(CONTENT)
    if not any(one.condition is Condition.GLASS for one in ways):
        return None
    found = session.scalars(_cases_of(evidence_id).where(glass_is_broken(who, now)).limit(1))
    case = found.first()
    return case.id if case is not None else None


def broken_by(session: Session, who: Principal, now: datetime) -> Sequence[tuple[str, datetime]]:
    """Return the numbers of the cases that a person has open by breaking the glass, until when."""
    query = (
        select(CaseRecord.number, func.max(GlassRecord.until))
        .join(CaseRecord, CaseRecord.id == GlassRecord.case_id)
        .where(
            GlassRecord.person_id == who.person_id,
            GlassRecord.since <= now,
            GlassRecord.until > now,
        )
        .group_by(CaseRecord.number)
        .order_by(CaseRecord.number)
        .limit(10)
    )
    return [(number, until) for number, until in session.execute(query)]


def glass_of(session: Session, case: CaseRecord) -> Sequence[GlassRecord]:
    """Return each time the glass of a case was broken, the latest first."""
    query = select(GlassRecord).where(GlassRecord.case_id.in_(ids_of(case.id)))
    return session.scalars(query.order_by(GlassRecord.since.desc(), GlassRecord.id)).all()


def _cases_of(evidence_id: UUID) -> Select[CaseRecord]:
    return (
        select(CaseRecord)
        .join(CaseEvidenceRecord, CaseEvidenceRecord.case_id == CaseRecord.id)
        .where(CaseEvidenceRecord.evidence_id == evidence_id)
        .order_by(CaseRecord.opened_at, CaseRecord.id)
    )


def _reaches(
    session: Session,
    who: Principal,
    case: CaseRecord,
    action: str,
    now: datetime,
    *,
    levels: frozenset[Level] = frozenset(Level),
) -> bool:
    query = select(CaseRecord.id).where(
        CaseRecord.id == case.id, cases_within(who, action, now, levels)
    )
    return session.execute(query).first() is not None


def _concerned(session: Session, case: CaseRecord) -> Sequence[UUID]:
    query = select(HarassedRecord.person_id).where(
        HarassedRecord.case_id == case.id,
        HarassedRecord.person_id.is_not(None),
        HarassedRecord.removed_at.is_(None),
    )
    return [one for one in session.scalars(query) if one is not None]


def _told(
    session: Session, case: CaseRecord, concerned: set[UUID], now: datetime
) -> Sequence[PersonRecord]:
    """Return whom a broken glass is told to: the circle, who handles the case, and the employee."""
    within = select(CircleRecord.person_id).where(
        CircleRecord.case_id == case.id,
        CircleRecord.since <= now,
        or_(CircleRecord.until.is_(None), CircleRecord.until > now),
    )
    query = select(PersonRecord).where(
        or_(
            PersonRecord.id.in_(within),
            PersonRecord.id == case.handler_id,
            PersonRecord.id.in_(concerned),
        ),
        or_(PersonRecord.ended_at.is_(None), PersonRecord.ended_at > now),
    )
    return session.scalars(query.order_by(PersonRecord.name, PersonRecord.id)).all()
