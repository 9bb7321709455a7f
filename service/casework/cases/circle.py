"""The circle of a case: who is let in, until when, and why. The employee concerned can see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.cases import CaseRecord, CircleRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.cases.finding import case_for, refuse_own_matter
from service.errors import PersonNotFound, ReasonMissing


def invite(
    session: Session,
    who: Principal,
    number: str,
    person_id: UUID,
    *,
    role: str,
    reason: str,
    now: datetime,
    until: datetime | None = None,
) -> CircleRecord:
    """Let a person into the circle; raises `PersonNotFound`, `ReasonMissing`.

    An earlier invitation that still stands ends here: the new one alone says until when.
    """
    if not reason.strip():
        raise ReasonMissing("say why this person needs to be in the circle")
    case = case_for(session, who, number, "case.circle", now)
    refuse_own_matter(session, who, case)
    person = session.get(PersonRecord, person_id)
    if person is None or (person.ended_at is not None and person.ended_at <= now):
        raise PersonNotFound(str(person_id))
    for standing in _standing(session, case, person_id, now):
        standing.until = now
    row = CircleRecord(
        id=uuid4(),
        case_id=case.id,
        person_id=person.id,
        role=role,
        reason=reason.strip(),
        since=now,
        until=until,
    )
    session.add(row)
    record(
        session,
        "circle.joined",
        at=now,
        actor=who.actor,
        subject=case,
        case_id=case.id,
        person=person.id,
        role=role,
        reason=row.reason,
    )
    return row


def remove(session: Session, who: Principal, number: str, person_id: UUID, now: datetime) -> None:
    """End a person's place in the circle, from this moment."""
    case = case_for(session, who, number, "case.circle", now)
    refuse_own_matter(session, who, case)
    rows = _standing(session, case, person_id, now)
    if not rows:
        raise PersonNotFound(str(person_id))
    for row in rows:
        row.until = now
    record(
        session,
        "circle.left",
        at=now,
        actor=who.actor,
        subject=case,
        case_id=case.id,
        person=person_id,
    )


def _standing(
    session: Session, case: CaseRecord, person_id: UUID, now: datetime
) -> Sequence[CircleRecord]:
    return session.scalars(
        select(CircleRecord).where(
            CircleRecord.case_id == case.id,
            CircleRecord.person_id == person_id,
            or_(CircleRecord.until.is_(None), CircleRecord.until > now),
        )
    ).all()
