"""What waits for a person today: acts of the cases they may carry on, the queue, the pile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from archive.records.cases import CaseRecord
from service.access.principal import Principal
from service.casework.cases.course import Course, courses_of
from service.casework.cases.listing import MOST_AT_WORK, list_cases
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

    The queries are as many for two hundred cases as for one.
    """
    cases = list_cases(session, who, now, action="case.step", limit=MOST_AT_WORK)
    courses, wishes = courses_of(session, cases), waiting_in(session, cases)
    found = []
    for case in cases:
        course = courses[case.id]
        arguments = (course.procedure, course.endings, course.facts, now)
        acts, ahead = next_acts(*arguments), tuple(coming(*arguments))[:2]
        found.append(CaseToday(case, course, acts, ahead, wishes.get(case.id)))
    return found
