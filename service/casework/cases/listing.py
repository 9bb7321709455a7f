"""Lists of cases, and what stands around one: names, units, timeline."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session

from archive.records.cases import (
    AccountRecord,
    CaseRecord,
    CircleRecord,
    HarassedRecord,
    NoticeRecord,
)
from archive.records.ledger import LedgerDetailRecord
from archive.records.people import PersonRecord, RoleRecord, UnitRecord
from archive.records.tellings import TellingRecord
from service.access.principal import Principal
from service.access.visibility import cases_within
from service.casework.cases.merged import came_into, ids_of

PAGE = 30
ENTRIES = 50
"""So many lines of a timeline, and so many letters, stand on one screen."""
COUNTED = 1000
"""Counts are exact up to here; beyond, "more than" is said."""
CONTACTS = ("amr", "tr", "key_person")
MOST_CONTACTS = 8
"""So many are named to the employee, the nearest first."""
MOST_AT_WORK = 500
"""So many open cases are looked through for what is most urgent today."""

_TREE = select(UnitRecord.id, UnitRecord.parent_id)


@dataclass(frozen=True)
class Course:
    """A screenful of a timeline, the latest first, and before which position it goes on."""

    entries: tuple[Timed, ...]
    next: int | None
    count: int


@dataclass(frozen=True)
class Letters:
    """A screenful of letters, the latest first, and where it goes on."""

    rows: tuple[NoticeRecord, ...]
    next: tuple[datetime, UUID] | None
    count: int


@dataclass(frozen=True)
class Timed:
    """One thing that happened in a case, out of the ledger."""

    position: int
    at: datetime
    kind: str
    actor: str
    subject: str | None
    facts: dict[str, Any]
    case_number: str | None = None
    """The number of the case in which it happened, where that one was merged into this."""


def list_cases(
    session: Session,
    who: Principal,
    now: datetime,
    *,
    closed: bool = False,
    before: tuple[datetime, UUID] | None = None,
    action: str = "case.see",
    limit: int = PAGE + 1,
) -> list[CaseRecord]:
    """Return cases that this person may see and act on, the latest first; one more than `PAGE`."""
    query = select(CaseRecord).where(
        cases_within(who, "case.see", now),
        cases_within(who, action, now),
        CaseRecord.closed_at.is_not(None) if closed else CaseRecord.closed_at.is_(None),
    )
    if before is not None:
        query = query.where(tuple_(CaseRecord.opened_at, CaseRecord.id) < before)
    query = query.order_by(CaseRecord.opened_at.desc(), CaseRecord.id.desc()).limit(limit)
    return list(session.scalars(query))


def own_cases(session: Session, who: Principal) -> list[CaseRecord]:
    """Return the cases in which this person is the one concerned, the latest first."""
    if who.person_id is None:
        return []
    concerned = exists(
        select(HarassedRecord.id).where(
            HarassedRecord.case_id == CaseRecord.id,
            HarassedRecord.person_id == who.person_id,
            HarassedRecord.removed_at.is_(None),
        )
    )
    query = (
        select(CaseRecord)
        .where(concerned, CaseRecord.merged_into.is_(None))
        .order_by(CaseRecord.opened_at.desc())
    )
    return list(session.scalars(query.limit(MOST_AT_WORK)))


def harassed_in(session: Session, case: CaseRecord) -> Sequence[HarassedRecord]:
    """Return who is harassed, in the order in which they were named."""
    query = select(HarassedRecord).where(
        HarassedRecord.case_id == case.id, HarassedRecord.removed_at.is_(None)
    )
    return session.scalars(query.order_by(HarassedRecord.added_at)).all()


def accounts_in(session: Session, case: CaseRecord) -> Sequence[AccountRecord]:
    """Return the accounts from which it came."""
    query = select(AccountRecord).where(AccountRecord.case_id == case.id)
    return session.scalars(query.order_by(AccountRecord.added_at)).all()


def circle_of(session: Session, case: CaseRecord, now: datetime) -> Sequence[CircleRecord]:
    """Return who is in the circle of a case now, the longest first; not who has left us."""
    query = (
        select(CircleRecord)
        .join(PersonRecord, PersonRecord.id == CircleRecord.person_id)
        .where(
            CircleRecord.case_id == case.id,
            CircleRecord.since <= now,
            or_(CircleRecord.until.is_(None), CircleRecord.until > now),
            or_(PersonRecord.ended_at.is_(None), PersonRecord.ended_at > now),
        )
    )
    return session.scalars(query.order_by(CircleRecord.since)).all()


def letters_in(
    session: Session, case: CaseRecord, before: tuple[datetime, UUID] | None = None
) -> Letters:
    """Return the mails that we sent in this case, the latest first."""
    carried = select(TellingRecord.notice_id).where(TellingRecord.case_id.in_(ids_of(case.id)))
    query = select(NoticeRecord).where(
        or_(NoticeRecord.case_id.in_(ids_of(case.id)), NoticeRecord.id.in_(carried))
    )
    few = query.with_only_columns(NoticeRecord.id)
    if before is not None:
        query = query.where(tuple_(NoticeRecord.made_at, NoticeRecord.id) < before)
    query = query.order_by(NoticeRecord.made_at.desc(), NoticeRecord.id.desc())
    found = session.scalars(query.limit(ENTRIES + 1)).all()
    last = found[ENTRIES - 1] if len(found) > ENTRIES else None
    return Letters(
        tuple(found[:ENTRIES]), (last.made_at, last.id) if last else None, _count(session, few)
    )


def timeline_of(session: Session, case: CaseRecord, before: int | None = None) -> Course:
    """Return what happened in a case, the latest first."""
    query = select(LedgerDetailRecord).where(LedgerDetailRecord.case_id.in_(ids_of(case.id)))
    few = query.with_only_columns(LedgerDetailRecord.position)
    if before is not None:
        query = query.where(LedgerDetailRecord.position < before)
    query = query.order_by(LedgerDetailRecord.position.desc()).limit(ENTRIES + 1)
    rows = session.scalars(query).all()
    came_in = {one.id: one.number for one in came_into(session, case)}
    found = [
        Timed(
            row.position,
            row.at,
            row.kind,
            row.actor,
            row.subject,
            _facts(row.details),
            came_in.get(row.case_id) if row.case_id is not None else None,
        )
        for row in rows
    ]
    more = len(found) > ENTRIES
    entries = tuple(found[:ENTRIES])
    return Course(entries, entries[-1].position if more else None, _count(session, few))


def _count(session: Session, query: Select[Any]) -> int:
    """Count what a query finds, up to one beyond `COUNTED`."""
    few = query.limit(COUNTED + 1).subquery()
    return int(session.scalar(select(func.count()).select_from(few)) or 0)


def names_of(session: Session, people: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return the names of persons by id."""
    wanted = {one for one in people if one is not None}
    query = select(PersonRecord.id, PersonRecord.name).where(PersonRecord.id.in_(wanted))
    return {row.id: row.name for row in session.execute(query)}


def left_at(session: Session, people: Iterable[UUID], now: datetime) -> dict[UUID, datetime]:
    """Return when each of these persons left, for those who have."""
    query = select(PersonRecord.id, PersonRecord.ended_at).where(
        PersonRecord.id.in_(set(people)), PersonRecord.ended_at <= now
    )
    return {key: ended for key, ended in session.execute(query) if ended is not None}


def actor_names(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """Return the names behind `person:ID` actors; programs and the system have none."""
    ids = {actor: UUID(actor[7:]) for actor in actors if actor.startswith("person:")}
    names = names_of(session, ids.values())
    return {actor: names[person] for actor, person in ids.items() if person in names}


def unit_names(session: Session) -> dict[UUID, str]:
    """Return every unit's name by id."""
    return {row.id: row.name for row in session.execute(select(UnitRecord.id, UnitRecord.name))}


def people_in(session: Session, *, units: frozenset[UUID] | None = None) -> list[tuple[UUID, str]]:
    """Return those who work here now (id, name), for choices; of some units or (None) of all."""
    query = select(PersonRecord.id, PersonRecord.name).where(
        PersonRecord.ended_at.is_(None), PersonRecord.sealed.is_(False)
    )
    if units is not None:
        query = query.where(PersonRecord.unit_id.in_(units))
    return [(row.id, row.name) for row in session.execute(query.order_by(PersonRecord.name))]


def phone_of(session: Session, person_id: UUID | None) -> str | None:
    """Return the number at work by which a person is reached, where one is known."""
    query = select(PersonRecord.phone).where(PersonRecord.id == person_id)
    return session.scalars(query).first()


def _facts(details: str) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(details).get("facts", {})
    return facts


@dataclass(frozen=True)
class ContactPerson:
    """Somebody the employee can talk to: a name, a role, a number at work."""

    name: str
    role: str
    phone: str | None


def contacts_for(
    session: Session, case: CaseRecord, now: datetime, *, but: UUID | None = None
) -> list[ContactPerson]:
    """Return whom the employee can talk to, the nearest unit's first, and never themselves.

    Safety and union representatives and key persons of the case's unit, of those above it, or of
    the whole municipality; `but` is who asks.
    """
    above = {row.id: row.parent_id for row in session.execute(_TREE)}
    near: list[UUID] = []
    unit_id = case.unit_id
    while unit_id is not None and unit_id not in near:
        near.append(unit_id)
        unit_id = above.get(unit_id)
    query = (
        select(
            PersonRecord.id,
            PersonRecord.name,
            RoleRecord.role,
            PersonRecord.phone,
            RoleRecord.unit_id,
        )
        .join(RoleRecord, RoleRecord.person_id == PersonRecord.id)
        .where(
            RoleRecord.role.in_(CONTACTS),
            or_(RoleRecord.unit_id.in_(near), RoleRecord.unit_id.is_(None)),
            RoleRecord.since <= now,
            or_(RoleRecord.until.is_(None), RoleRecord.until > now),
            or_(PersonRecord.ended_at.is_(None), PersonRecord.ended_at > now),
            PersonRecord.id.is_distinct_from(but),
        )
        .order_by(RoleRecord.role, PersonRecord.name)
    )
    rows = sorted(
        session.execute(query),
        key=lambda row: near.index(row.unit_id) if row.unit_id else len(near),
    )
    found = {(row.id, row.role): ContactPerson(row.name, row.role, row.phone) for row in rows}
    return list(found.values())[:MOST_CONTACTS]
