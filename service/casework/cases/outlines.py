"""Cases in outline, for the safety representative: number, type and steps, and no name.

In a small unit even a type and a date would say who it is: of cases there only how many they
are is told (ISHOJ-INF.5, GDPR art. 5(1)(c)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.orm import Session

from archive.records.cases import CaseRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.access.visibility import cases_within
from service.casework.cases.course import Course, courses_of

ACTION: Final = "case.outline"
PAGE: Final = 30
COUNTED: Final = 1000
"""Counts are exact up to here."""


@dataclass(frozen=True)
class Outline:
    """What a safety representative is told of one case; no type and no steps where restricted."""

    number: str
    kind: str | None
    unit_id: UUID
    opened_at: datetime
    closed_at: datetime | None
    course: Course | None


@dataclass(frozen=True)
class Outlines:
    """A screenful, the latest first, and where it goes on.

    `hidden` counts cases in units too small to tell more, or in none yet.
    """

    shown: tuple[Outline, ...]
    next: tuple[datetime, UUID] | None
    hidden: int


def outlines(
    session: Session,
    who: Principal,
    now: datetime,
    *,
    smallest: int,
    closed: bool = False,
    before: tuple[datetime, UUID] | None = None,
) -> Outlines:
    """Return the cases of this person's units; `smallest` people make a unit that may be told."""
    reached = (
        cases_within(who, ACTION, now),
        CaseRecord.closed_at.is_not(None) if closed else CaseRecord.closed_at.is_(None),
    )
    large = CaseRecord.unit_id.in_(_large_units(now, smallest))
    query = select(CaseRecord).where(*reached, large)
    if before is not None:
        query = query.where(tuple_(CaseRecord.opened_at, CaseRecord.id) < before)
    query = query.order_by(CaseRecord.opened_at.desc(), CaseRecord.id.desc()).limit(PAGE + 1)
    found = session.scalars(query).all()
    few = select(CaseRecord.id).where(*reached, or_(CaseRecord.unit_id.is_(None), ~large))
    hidden = session.scalar(select(func.count()).select_from(few.limit(COUNTED).subquery()))
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Outlines(
        _told(session, found[:PAGE]), (last.opened_at, last.id) if last else None, hidden or 0
    )


def opened_since(session: Session, who: Principal, since: datetime, now: datetime) -> int:
    """Return how many cases of this person's units were opened since a moment and are open."""
    few = select(CaseRecord.id).where(
        cases_within(who, ACTION, now), CaseRecord.opened_at > since, CaseRecord.closed_at.is_(None)
    )
    return session.scalar(select(func.count()).select_from(few.limit(COUNTED).subquery())) or 0


def is_large(session: Session, unit_id: UUID, now: datetime, smallest: int) -> bool:
    """Tell whether so many work in a unit that a case there may be told of."""
    query = select(func.count()).where(PersonRecord.unit_id == unit_id, _works_here(now))
    return (session.scalar(query) or 0) >= smallest


def _large_units(now: datetime, smallest: int) -> Select[UUID | None]:
    return (
        select(PersonRecord.unit_id)
        .where(PersonRecord.unit_id.is_not(None), _works_here(now))
        .group_by(PersonRecord.unit_id)
        .having(func.count() >= smallest)
    )


def _works_here(now: datetime) -> ColumnElement[bool]:
    return or_(PersonRecord.ended_at.is_(None), PersonRecord.ended_at > now)


def _told(session: Session, cases: Sequence[CaseRecord]) -> tuple[Outline, ...]:
    courses = courses_of(session, [case for case in cases if not case.restricted])
    return tuple(
        Outline(
            case.number,
            None if case.restricted else case.kind,
            case.unit_id,
            case.opened_at,
            case.closed_at,
            courses.get(case.id),
        )
        for case in cases
        if case.unit_id is not None
    )
