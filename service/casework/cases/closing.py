"""Closing a case: refused with the list of what is missing, never half done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.cases import CaseRecord
from service.access.principal import Principal
from service.casework.cases.alerts import end_alerts
from service.casework.cases.concerned import owed_in
from service.casework.cases.course import course_of
from service.casework.cases.finding import case_for
from service.casework.cases.wishes import wishes_of
from service.errors import CaseNotReady, FourEyes
from service.procedure.closing import missing_for_closing


def close_case(
    session: Session, who: Principal, number: str, now: datetime, *, summary: str = ""
) -> CaseRecord:
    """Close a case whose every step has ended, for each whom it concerns, every wish answered.

    Raises `CaseNotReady` naming what is missing, and `FourEyes` for one who is harassed in it.
    """
    case = case_for(session, who, number, "case.close", now)
    course = course_of(session, case)
    if str(who.person_id) in course.facts.harassed:
        raise FourEyes("whoever is harassed does not close their own case")
    missing = missing_for_closing(course.procedure, course.endings, course.facts, now)
    again = owed_in(session, case, course)
    wishes = [one for one in wishes_of(session, case) if one.open]
    if missing or again or wishes:
        raise CaseNotReady(
            (
                *(one.step.id for one in missing),
                *(f"again:{one.step.id}" for one in again),
                *(f"wish:{one.evidence_id}" for one in wishes),
            )
        )
    end_alerts(session, case, now, actor=who.actor)
    case.closed_at = now
    case.closed_by = who.actor
    record(
        session,
        "case.closed",
        at=now,
        actor=who.actor,
        subject=case,
        case_id=case.id,
        summary=summary.strip(),
    )
    return case
