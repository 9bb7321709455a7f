"""Whoever takes care of a case is reminded of what runs out, while somebody is at work (C22).

A day before, and a week before where it is months: at the last open moment by the procedure's own
hours, so that what runs out on a Sunday is told on the Friday.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.records.cases import CaseRecord
from archive.records.people import PersonRecord
from archive.records.tellings import TellingRecord
from service.casework.cases.course import Course, course_of, courses_of
from service.casework.telling.asking import tell
from service.notices.kinds import DEADLINE
from service.procedure.clocks import ClockState, clocks
from service.procedure.deadlines import Due
from service.procedure.model import Text
from service.procedure.states import StepState, flat, states
from service.settings import Settings

BATCH: Final = 100
_LONG: Final = timedelta(days=60)
_SHORTEST: Final = timedelta(hours=48)
"""What runs out sooner after it began is told by the mail that the case is there."""


@dataclass(frozen=True, slots=True)
class Running:
    """One thing of a case that runs out: `of` names it (`clock:police`, `step:12.11-week`)."""

    of: str
    title: Text
    due: Due

    def facts(self) -> dict[str, Any]:
        """Return what the row keeps of it."""
        return {"of": self.of, "due": self.due.moment.isoformat()}


def to_remind_of(course: Course, now: datetime) -> Iterator[Running]:
    """Yield what runs out so soon that it is time to be reminded of it."""
    for one in running(course, now):
        span = one.due.moment - one.due.started
        if span < _SHORTEST:
            continue
        hours = 7 * 24 if span >= _LONG else 24
        at = course.procedure.working_time.reminder_before(one.due.moment, hours)
        if max(at, one.due.started) <= now < one.due.moment:
            yield one


def running(course: Course, now: datetime) -> Iterator[Running]:
    """Yield what runs now: clocks, and steps that somebody is to end."""
    procedure, endings, facts = course.procedure, course.endings, course.facts
    for clock in clocks(procedure, endings, facts, now):
        if clock.state is ClockState.RUNNING and clock.due is not None:
            yield Running(f"clock:{clock.clock.id}", clock.clock.title, clock.due)
    for view in flat(states(procedure, endings, facts, now)):
        if view.state is StepState.OPEN and view.expected and view.due is not None:
            yield Running(f"step:{view.step.id}", view.step.title, view.due)


def still_running(
    session: Session, case: CaseRecord, row: TellingRecord, now: datetime
) -> Running | None:
    """Return what a reminder is of, or None where it no longer runs, or runs out another day."""
    if case.closed_at is not None or case.handler_id != row.person_id:
        return None
    found = (one for one in running(course_of(session, case), now) if one.facts() == row.facts)
    return next(found, None)


def next_cases(session: Session, after: UUID | None) -> Sequence[CaseRecord]:
    """Return the next open cases that somebody takes care of, in the order of their ids."""
    query = select(CaseRecord).where(
        CaseRecord.closed_at.is_(None), CaseRecord.handler_id.is_not(None)
    )
    if after is not None:
        query = query.where(CaseRecord.id > after)
    return session.scalars(query.order_by(CaseRecord.id).limit(BATCH)).all()


def unreminded(
    session: Session, cases: Sequence[CaseRecord], now: datetime
) -> list[tuple[CaseRecord, Running]]:
    """Return what is to be reminded of and has not been, of these cases."""
    courses = courses_of(session, cases)
    wanted = [(case, one) for case in cases for one in to_remind_of(courses[case.id], now)]
    if not wanted:
        return []
    known = select(TellingRecord.case_id, TellingRecord.person_id, TellingRecord.facts).where(
        TellingRecord.kind == DEADLINE, TellingRecord.case_id.in_([case.id for case, _ in wanted])
    )
    told = [(case_id, person, facts) for case_id, person, facts in session.execute(known)]
    return [
        (case, one) for case, one in wanted if (case.id, case.handler_id, one.facts()) not in told
    ]


def remind(session: Session, cases: Sequence[UUID], settings: Settings, now: datetime) -> None:
    """Let the handlers of these cases be reminded, before it runs out whatever their hours."""
    rows = session.scalars(select(CaseRecord).where(CaseRecord.id.in_(cases))).all()
    for case, one in unreminded(session, rows, now):
        person = session.get_one(PersonRecord, case.handler_id)
        tell(
            session,
            person,
            DEADLINE,
            settings=settings,
            now=now,
            case=case,
            deadline=one.due.moment,
            **one.facts(),
        )
