"""What waits for a person today: acts of the cases they may carry on, the queue, the pile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from archive.records.cases import CaseRecord
from service.access.principal import Principal
from service.casework.cases.course import Course, course_of
from service.casework.cases.listing import list_cases
from service.procedure.next_acts import Act, coming, next_acts
from service.procedure.states import StepView


@dataclass(frozen=True)
class CaseToday:
    """One case with what can be done now and what lies ahead."""

    case: CaseRecord
    course: Course
    acts: tuple[Act, ...]
    ahead: tuple[StepView, ...]


def cases_today(session: Session, who: Principal, now: datetime) -> list[CaseToday]:
    """Return the open cases that this person carries on, with their next acts."""
    found = []
    for case in list_cases(session, who, now, action="case.step"):
        course = course_of(session, case)
        arguments = (course.procedure, course.endings, course.facts, now)
        found.append(CaseToday(case, course, next_acts(*arguments), tuple(coming(*arguments))[:2]))
    return found
