"""Steps end, endings are corrected, circumstances stated; the moment is always our own clock's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.cases import CaseRecord, EndingRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.cases.alerts import DANGER, end_alerts, raise_alert
from service.casework.cases.circumstances import keep_circumstance, tell_stated
from service.casework.cases.course import Course, course_of
from service.casework.cases.finding import case_for, refuse_own_matter
from service.errors import NotPermitted
from service.procedure.endings import Ending, ProposedEnding, correct_ending, end_step, in_force
from service.procedure.errors import FieldInvalid, StepUnknown
from service.procedure.model import OPENED, FieldType, Outcome


def end_case_step(
    session: Session,
    who: Principal,
    number: str,
    step_id: str,
    *,
    outcome: Outcome,
    now: datetime,
    reason: str = "",
    values: Mapping[str, str] = MappingProxyType({}),
) -> CaseRecord:
    """End a step as done, not relevant or waived; a step that has ended already is corrected.

    Raises the procedure's errors (`StepNotAllowed`, `ReasonMissing`, `FieldMissing` …) and
    those of `case_for`.
    """
    case = case_for(session, who, number, "case.step", now)
    person = who.person_id
    if person is None:
        raise NotPermitted("case.step")
    course = course_of(session, case)
    _require_people(session, course, step_id, values, now)
    proposed = ProposedEnding(outcome, str(person), reason, values)
    decide = correct_ending if step_id in in_force(course.endings) else end_step
    ending = decide(
        course.procedure, course.endings, step_id, proposed, facts=course.facts, now=now
    )
    session.add(_row(case, ending, who))
    record(
        session,
        "step.ended" if ending.supersedes is None else "step.corrected",
        at=now,
        actor=who.actor,
        subject=case,
        case_id=case.id,
        step=ending.step_id,
        outcome=str(ending.outcome),
        reason=ending.reason,
    )
    return case


def state_circumstance(
    session: Session,
    who: Principal,
    number: str,
    name: str,
    *,
    holds: bool,
    moment: datetime | None,
    now: datetime,
) -> CaseRecord:
    """State that a circumstance holds (or no longer does), or when an event of it was.

    A circumstance has no moment; an event has one, which lies in the past. The moment of
    opening is our own clock's and is not stated. Raises `StepUnknown` for a name that the
    procedure does not have, `FieldInvalid` for a moment that cannot be.
    """
    case = case_for(session, who, number, "case.step", now)
    procedure = course_of(session, case).procedure
    circumstances = {one.id for one in procedure.circumstances}
    events = {one.id for one in procedure.events} - {OPENED}
    if name not in circumstances | events:
        raise StepUnknown(name)
    if name not in (circumstances if moment is None else events):
        raise FieldInvalid(name, "moment", "an event has its moment, a circumstance has none")
    if moment is not None and (moment.tzinfo is None or moment > now):
        raise FieldInvalid(name, "moment", "it has happened, at a moment with its zone")
    keep_circumstance(session, case, name, now, actor=who.actor, holds=holds, moment=moment)
    if name == "serious":
        case.serious = holds
    if name == DANGER:
        act = raise_alert if holds else end_alerts
        act(session, case, now, actor=who.actor)
    tell_stated(session, case, name, now, actor=who.actor, holds=holds)
    return case


def state_known_facts(
    session: Session,
    who: Principal,
    number: str,
    *,
    holds: frozenset[str],
    incident: datetime | None,
    now: datetime,
) -> None:
    """State every circumstance that differs from what stands, and the incident's moment if given.

    Raises `StepUnknown` for a circumstance that the procedure does not know.
    """
    case = case_for(session, who, number, "case.step", now)
    refuse_own_matter(session, who, case)
    course = course_of(session, case)
    known = [one.id for one in course.procedure.circumstances]
    if unknown := holds.difference(known):
        raise StepUnknown(min(unknown))
    for name in known:
        if (name in holds) != (name in course.facts.holds):
            state_circumstance(
                session, who, number, name, holds=name in holds, moment=None, now=now
            )
    if incident is not None and incident != course.facts.moments.get("incident"):
        state_circumstance(session, who, number, "incident", holds=True, moment=incident, now=now)


def _require_people(
    session: Session, course: Course, step_id: str, values: Mapping[str, str], now: datetime
) -> None:
    """Raise `FieldInvalid` where a field for a person names nobody who works here.

    Whoever stands there since an earlier ending may have left. An id is taken only as we write it:
    in other letters the procedure would take one person for two.
    """
    step, standing = course.procedure.find(step_id), in_force(course.endings).get(step_id)
    if step is None:
        raise StepUnknown(step_id)
    for blank in step.blanks:
        value = values.get(blank.id, "").strip()
        stands = standing is not None and standing.values.get(blank.id) == value
        if blank.type is FieldType.PERSON and value and not stands:
            key = _as_written(value)
            person = session.get(PersonRecord, key) if key is not None else None
            left = person is not None and person.ended_at is not None and person.ended_at <= now
            if person is None or person.sealed or left:
                raise FieldInvalid(step_id, blank.id, "nobody who works here")


def _as_written(value: str) -> UUID | None:
    try:
        found = UUID(value)
    except ValueError:
        return None
    return found if str(found) == value else None


def _row(case: CaseRecord, ending: Ending, who: Principal) -> EndingRecord:
    return EndingRecord(
        id=uuid4(),
        case_id=case.id,
        step=ending.step_id,
        number=ending.number,
        outcome=str(ending.outcome),
        reason=ending.reason or None,
        fields=dict(ending.values),
        person_id=who.person_id,
        at=ending.at,
        supersedes=ending.supersedes,
    )
