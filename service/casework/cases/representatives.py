"""Who represents safety at work: the unit's own, the nearest above it, and the municipality's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Exists, exists, func, or_, select
from sqlalchemy.orm import Session

from archive.records.cases import CaseRecord, CircumstanceRecord, HarassedRecord
from archive.records.people import PersonRecord, RoleRecord, UnitRecord
from archive.records.tellings import TellingRecord
from service.casework.cases.course import courses_of
from service.notices.safety import KIND, VIOLENCE

ROLE: Final = "amr"
LOOKED_BACK: Final = timedelta(days=30)
"""Whoever becomes a representative later than this is not told of what was before."""
_VIOLENCE: Final = "violence"
_TELLING: Final = 0x616D72
"""The name of PostgreSQL's advisory lock for telling representatives."""


@dataclass(frozen=True)
class Untold:
    """Whom to tell of a case of which no representative has been told; `kind` is the mail's."""

    case: CaseRecord
    people: tuple[PersonRecord, ...]
    kind: str


def untold(session: Session, now: datetime) -> Iterator[Untold]:
    """Yield what is due: of each case the unit's representatives, after violence also the chief.

    Where a unit has none, the nearest above it; whoever the case is about is left out. The
    queries are as many for a hundred cases as for one.
    """
    opened, violent = _opened(session, now), _violent(session, now)
    if not opened and not violent:
        return
    serving, above = _serving(session, now), _above(session)
    concerned = _concerned(session, [case.id for case in (*opened, *violent)])
    for case in opened:
        if people := _nearest(case.unit_id, serving, above, concerned[case.id]):
            yield Untold(case, people, KIND)
    for case in violent:
        if people := _others(serving[None], concerned[case.id]):
            yield Untold(case, people, VIOLENCE)


def nearest_representatives(
    session: Session, unit_id: UUID | None, other_than: set[UUID], now: datetime
) -> tuple[PersonRecord, ...]:
    """Return the representatives of a unit, or the nearest above it; with no unit the chief's."""
    return _nearest(unit_id, _serving(session, now), _above(session), other_than)


def one_at_a_time(session: Session) -> None:
    """Let no other process tell until the commit, so that nobody is told twice."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_TELLING)))


def _opened(session: Session, now: datetime) -> Sequence[CaseRecord]:
    """Return the cases that are some unit's, or all of the workplace's."""
    everybodys = exists(
        select(HarassedRecord.id).where(
            HarassedRecord.case_id == CaseRecord.id,
            HarassedRecord.kind == "workplace",
            HarassedRecord.removed_at.is_(None),
        )
    )
    query = select(CaseRecord).where(
        CaseRecord.opened_at > now - LOOKED_BACK,
        or_(CaseRecord.unit_id.is_not(None), everybodys),
        ~_told(KIND),
    )
    return session.scalars(query.order_by(CaseRecord.opened_at, CaseRecord.id)).all()


def _violent(session: Session, now: datetime) -> list[CaseRecord]:
    """Return the cases in which the last word is that there was violence."""
    stated = exists(
        select(CircumstanceRecord.id).where(
            CircumstanceRecord.case_id == CaseRecord.id,
            CircumstanceRecord.name == _VIOLENCE,
            CircumstanceRecord.stated_at > now - LOOKED_BACK,
        )
    )
    query = select(CaseRecord).where(stated, ~_told(VIOLENCE))
    found = session.scalars(query.order_by(CaseRecord.opened_at, CaseRecord.id)).all()
    courses = courses_of(session, found)
    return [case for case in found if _VIOLENCE in courses[case.id].facts.holds]


def _told(kind: str) -> Exists:
    return exists(
        select(TellingRecord.id).where(
            TellingRecord.case_id == CaseRecord.id, TellingRecord.kind == kind
        )
    )


def _serving(session: Session, now: datetime) -> Mapping[UUID | None, list[PersonRecord]]:
    """Return the representatives by unit, under None the chief; mail may reach none."""
    query = (
        select(RoleRecord.unit_id, PersonRecord)
        .join(PersonRecord, RoleRecord.person_id == PersonRecord.id)
        .where(
            RoleRecord.role == ROLE,
            RoleRecord.since <= now,
            or_(RoleRecord.until.is_(None), RoleRecord.until > now),
            or_(PersonRecord.ended_at.is_(None), PersonRecord.ended_at > now),
        )
        .order_by(PersonRecord.id)
    )
    found: dict[UUID | None, list[PersonRecord]] = defaultdict(list)
    for unit_id, person in session.execute(query):
        if person not in found[unit_id]:
            found[unit_id].append(person)
    return found


def _above(session: Session) -> dict[UUID, UUID | None]:
    return {
        row.id: row.parent_id
        for row in session.execute(select(UnitRecord.id, UnitRecord.parent_id))
    }


def _nearest(
    unit_id: UUID | None,
    serving: Mapping[UUID | None, list[PersonRecord]],
    above: Mapping[UUID, UUID | None],
    concerned: set[UUID],
) -> tuple[PersonRecord, ...]:
    """Return those of the nearest unit that has any whom the case is not about."""
    seen: set[UUID] = set()
    while unit_id is not None and unit_id not in seen:
        if found := _others(serving[unit_id], concerned):
            return found
        seen.add(unit_id)
        unit_id = above.get(unit_id)
    return _others(serving[None], concerned)


def _others(serving: Sequence[PersonRecord], concerned: set[UUID]) -> tuple[PersonRecord, ...]:
    return tuple(one for one in serving if one.id not in concerned)


def _concerned(session: Session, case_ids: Sequence[UUID]) -> Mapping[UUID, set[UUID]]:
    query = select(HarassedRecord.case_id, HarassedRecord.person_id)
    query = query.where(HarassedRecord.case_id.in_(case_ids), HarassedRecord.removed_at.is_(None))
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for case_id, person_id in session.execute(query):
        if person_id is not None:
            found[case_id].add(person_id)
    return found
