"""What waits for a person today: acts of the cases they may carry on, the queue, the pile."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from archive.records.cases import CaseRecord, HarassedRecord
from service.access.open_steps import procedure_roles
from service.access.principal import Principal
from service.access.visibility import cases_within, reached_cases
from service.casework.cases.course import Course, courses_of
from service.casework.cases.listing import MOST_AT_WORK, list_cases, own_cases
from service.casework.cases.wishes import Waiting, waiting_in
from service.procedure.next_acts import Act, coming, next_acts
from service.procedure.states import StepView


@dataclass(frozen=True)
class CaseToday:
    """One case with what can be done now, what lies ahead, and wishes that wait for an answer."""

    case: CaseRecord
    course: Course
    acts: tuple[Act, ...]
    ahead: tuple[StepView, ...]
    wishes: Waiting | None = None


def cases_today(session: Session, who: Principal, now: datetime) -> list[CaseToday]:
    """Return the open cases that this person carries on, with their next acts.

    Never one about themselves: others carry that on. The queries are as many for two hundred
    cases as for one.
    """
    about_them = {case.id for case in own_cases(session, who)}
    carried = list_cases(session, who, now, action="case.step", limit=MOST_AT_WORK)
    cases = [case for case in carried if case.id not in about_them]
    courses, wishes = courses_of(session, cases), waiting_in(session, cases)
    found = []
    for case in cases:
        course = courses[case.id]
        arguments = (course.procedure, course.endings, course.facts, now)
        acts, ahead = next_acts(*arguments), tuple(coming(*arguments))[:2]
        found.append(CaseToday(case, course, acts, ahead, wishes.get(case.id)))
    return found


@dataclass(frozen=True)
class OwnPart:
    """A case that others carry on and that is open to this person by a condition, with their acts.

    `acts` are the steps that are open now and name one of their roles; often there is none.
    """

    case: CaseRecord
    course: Course
    acts: tuple[Act, ...]


def own_parts(
    session: Session, who: Principal, now: datetime, carried: Collection[UUID] = ()
) -> list[OwnPart]:
    """Return the open cases into which somebody took this person, or a step or their weight does.

    The latest first; without those in `carried`, which they carry on, and those about themselves.
    """
    reaches = [reach for reach in who.reaches("case.see") if reach.condition is not None]
    if not reaches:
        return []
    about_them = exists(
        select(HarassedRecord.id).where(
            HarassedRecord.case_id == CaseRecord.id,
            HarassedRecord.person_id == who.person_id,
            HarassedRecord.removed_at.is_(None),
        )
    )
    query = select(CaseRecord).where(
        CaseRecord.closed_at.is_(None),
        cases_within(who, "case.see", now),
        or_(*(reached_cases(who, reach, now) for reach in reaches)),
        ~about_them,
    )
    query = query.order_by(CaseRecord.opened_at.desc(), CaseRecord.id.desc()).limit(MOST_AT_WORK)
    cases = [case for case in session.scalars(query) if case.id not in carried]
    courses = courses_of(session, cases) if cases else {}
    roles = {name for reach in reaches for name in procedure_roles(reach.role)}
    found = []
    for case in cases:
        course = courses[case.id]
        every = len(course.procedure.all_steps)
        acts = next_acts(course.procedure, course.endings, course.facts, now, most=every)
        theirs = tuple(act for act in acts if roles.intersection(act.step.responsible))
        found.append(OwnPart(case, course, theirs))
    return found
