"""The circle of a case: who is let in, until when, and why. The employee concerned can see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.cases import CaseRecord, CircleRecord, HarassedRecord
from archive.records.people import PersonRecord, RoleRecord
from service.access.principal import Principal
from service.access.rights import Rights, Scope
from service.casework.cases.finding import case_for, refuse_own_matter
from service.casework.cases.merged import ids_of
from service.errors import EndNotAhead, FourEyes, HandlerStays, PersonNotFound, ReasonMissing

RENEWED = "renewed"
"""The reason by which an invitation ended since a later one took its place."""


@dataclass(frozen=True, slots=True)
class Invitable:
    """Somebody who can take part in a case, and the role in which they would."""

    person_id: UUID
    name: str
    role: str


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
    """Let a person into the circle in a role of theirs, perhaps until a moment.

    An earlier invitation that still stands ends here: the new one alone says until when. Nobody
    takes themselves in: who has to see it all the same breaks the glass, and the circle is told.
    Raises `PersonNotFound`, `ReasonMissing`, `EndNotAhead`, `FourEyes`.
    """
    if not reason.strip():
        raise ReasonMissing("say why this person needs to be in the circle")
    if until is not None and until <= now:
        raise EndNotAhead("a place in the circle ends after it has begun")
    case = case_for(session, who, number, "case.circle", now)
    refuse_own_matter(session, who, case)
    if person_id == who.person_id:
        raise FourEyes("nobody takes themselves into a circle")
    person = session.get(PersonRecord, person_id)
    if person is None or not _takes_part_as(session, who.rights, person_id, role, now):
        raise PersonNotFound(f"{person_id} does not take part in cases as {role}")
    for standing in _standing(session, case, person_id, now):
        standing.until, standing.ended_by, standing.end_reason = now, who.actor, RENEWED
    row = CircleRecord(
        id=uuid4(),
        case_id=case.id,
        person_id=person.id,
        role=role,
        reason=reason.strip(),
        added_by=who.actor,
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
        **({"until": until} if until is not None else {}),
    )
    return row


def remove(
    session: Session,
    who: Principal,
    number: str,
    person_id: UUID,
    now: datetime,
    *,
    reason: str,
) -> None:
    """End a person's place in the circle, from this moment; in a closed case too.

    Raises `PersonNotFound`, `ReasonMissing`, `HandlerStays`.
    """
    if not reason.strip():
        raise ReasonMissing("say why this person leaves the circle")
    case = case_for(session, who, number, "case.circle", now, though_closed=True)
    refuse_own_matter(session, who, case)
    rows = _standing(session, case, person_id, now)
    if not rows:
        raise PersonNotFound(str(person_id))
    if case.handler_id == person_id:
        raise HandlerStays("whoever handles the case sees it")
    for row in rows:
        row.until, row.ended_by, row.end_reason = now, who.actor, reason.strip()
    record(
        session,
        "circle.left",
        at=now,
        actor=who.actor,
        subject=case,
        case_id=case.id,
        person=person_id,
        reason=reason.strip(),
    )


def invitable(session: Session, who: Principal, case: CaseRecord, now: datetime) -> list[Invitable]:
    """Return whom this person can take into the circle, and as what.

    Never whom the case concerns, and never themselves.
    """
    concerned = select(HarassedRecord.person_id).where(
        HarassedRecord.case_id == case.id,
        HarassedRecord.person_id.is_not(None),
        HarassedRecord.removed_at.is_(None),
    )
    query = _holders(who.rights, now).where(
        PersonRecord.id.not_in(concerned), PersonRecord.id != who.person_id
    )
    rows = session.execute(query.order_by(PersonRecord.name, RoleRecord.role).distinct())
    return [Invitable(row.id, row.name, row.role) for row in rows]


def circle_and_before(session: Session, case: CaseRecord) -> Sequence[CircleRecord]:
    """Return every place in the circle that there is and was, the longest first.

    Those of a case that was merged into this one ended with it, and are told here.
    """
    query = select(CircleRecord).where(CircleRecord.case_id.in_(ids_of(case.id)))
    return session.scalars(query.order_by(CircleRecord.since, CircleRecord.id)).all()


def circle_roles(rights: Rights) -> frozenset[str]:
    """Return the roles to which a place in the circle opens something."""
    return frozenset(
        role
        for role in rights.roles
        if any(one.scope is Scope.CIRCLE for one in rights.of("case.see", role))
        or any(one.scope is Scope.CIRCLE for one in rights.of("evidence.view", role))
    )


def _takes_part_as(
    session: Session, rights: Rights, person_id: UUID, role: str, now: datetime
) -> bool:
    query = _holders(rights, now).where(PersonRecord.id == person_id, RoleRecord.role == role)
    return session.execute(query).first() is not None


def _holders(rights: Rights, now: datetime) -> Select[UUID, str, str]:
    return (
        select(PersonRecord.id, PersonRecord.name, RoleRecord.role)
        .join(RoleRecord, RoleRecord.person_id == PersonRecord.id)
        .where(
            RoleRecord.role.in_(circle_roles(rights)),
            RoleRecord.since <= now,
            or_(RoleRecord.until.is_(None), RoleRecord.until > now),
            or_(PersonRecord.ended_at.is_(None), PersonRecord.ended_at > now),
        )
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
