"""*Jeg er i fare*: somebody says of themselves that they are in danger, and those on duty are told.

Whoever says it chooses to be named to those who are told: without a name nobody can help. What
was written to them is told to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.alerts import AlertRecord
from archive.records.cases import CaseRecord, NoticeRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.cases.alerts import DANGER, KIND, told_of
from service.casework.cases.circumstances import keep_circumstance, tell_stated
from service.casework.cases.course import course_of
from service.casework.cases.listing import own_cases
from service.casework.cases.opening import open_case
from service.errors import NotPermitted, ReasonMissing, RowNotFound
from service.procedure.model import Procedure

ACTION: Final = "danger.say"
SHOWN: Final = timedelta(hours=12)
"""So long after somebody took it, the page still tells of it; then it asks anew."""
LATE: Final = timedelta(minutes=1)
"""Where no mail has left by then, whoever is in danger is told not to wait for it."""


@dataclass(frozen=True, slots=True)
class OwnAlert:
    """What somebody in danger is told of their own alert.

    `reachable` is whether anybody can be told at all; `told_at` is when the first mail left, not
    when it was written, and `late` that none has; `taken_by` and `taken_phone` are of whoever has
    it now.
    """

    id: UUID
    number: str
    raised_at: datetime
    told_at: datetime | None
    over_at: datetime | None
    reachable: bool
    late: bool = False
    words: str | None = None
    taken_by: str | None = None
    taken_phone: str | None = None


def say_danger(
    session: Session,
    who: Principal,
    now: datetime,
    *,
    procedure: Procedure,
    seen: UUID | None = None,
    number: str | None = None,
) -> AlertRecord:
    """Let whoever is on duty be told, by the person's own case; one is opened where none is open.

    `seen` is the latest alert of theirs that the page knew of. Where there is a later one, the
    same press has come twice: it is returned, and nothing happens. `number` names one of their
    cases, where several are open.
    """
    if who.person_id is None:
        raise NotPermitted(ACTION)
    # Two presses at once must be one alert, and open one case: the second waits here.
    session.execute(
        select(PersonRecord.id)
        .where(PersonRecord.id == who.person_id)
        .with_for_update(key_share=True)
    )
    latest = _latest(session, who)
    if latest is not None and (latest.over_at is None or latest.id != seen):
        return latest
    case = _case(session, who, number, procedure, now)
    row = AlertRecord(
        id=uuid4(), case_id=case.id, raised_at=now, raised_by=who.actor, person_id=who.person_id
    )
    session.add(row)
    record(session, "alert.raised", at=now, actor=who.actor, subject=row, case_id=case.id)
    _state(session, who, case, now)
    return row


def write_to_duty(
    session: Session, who: Principal, alert_id: UUID, words: str, now: datetime
) -> None:
    """Keep what somebody in danger writes to those on duty: where they are, or another number.

    The latest words stand, at their latest alert: the page may still show the one before it.
    Raises `RowNotFound` for an alert that is not theirs.
    """
    if not words.strip():
        raise ReasonMissing("there are no words")
    row = session.get(AlertRecord, alert_id, with_for_update=True)
    if row is None or row.person_id is None or row.person_id != who.person_id:
        raise RowNotFound(str(alert_id))
    latest = _latest(session, who)
    if latest is not None and latest.over_at is None:
        row = latest
    row.words = words.strip()
    record(session, "alert.words", at=now, actor=who.actor, subject=row, case_id=row.case_id)


def own_alert(session: Session, who: Principal, now: datetime) -> OwnAlert | None:
    """Return the latest alert of this person's: the one that stands, or the last that stood."""
    row = _latest(session, who)
    if row is None:
        return None
    taken = session.get(PersonRecord, row.taken_by) if row.taken_by else None
    told_at = _first_left(session, row)
    return OwnAlert(
        id=row.id,
        number=session.get_one(CaseRecord, row.case_id).number,
        raised_at=row.raised_at,
        told_at=told_at,
        over_at=row.over_at,
        reachable=row.over_at is not None or bool(told_of(session, row, now)),
        late=told_at is None and row.raised_at <= now - LATE,
        words=row.words,
        taken_by=taken.name if taken else None,
        taken_phone=taken.phone if taken else None,
    )


def stands_or_stood_lately(session: Session, who: Principal, now: datetime) -> bool:
    """Tell whether this person has said that they are in danger, and the page still tells of it."""
    row = _latest(session, who)
    return row is not None and (row.over_at is None or row.over_at > now - SHOWN)


def _first_left(session: Session, row: AlertRecord) -> datetime | None:
    query = select(func.min(NoticeRecord.sent_at)).where(
        NoticeRecord.case_id == row.case_id,
        NoticeRecord.kind == KIND,
        NoticeRecord.made_at >= row.raised_at,
    )
    return session.scalar(query)


def _latest(session: Session, who: Principal) -> AlertRecord | None:
    query = select(AlertRecord).where(AlertRecord.person_id == who.person_id)
    query = query.order_by(AlertRecord.raised_at.desc(), AlertRecord.id).limit(1)
    return session.scalars(query.execution_options(populate_existing=True)).first()


def _case(
    session: Session, who: Principal, number: str | None, procedure: Procedure, now: datetime
) -> CaseRecord:
    """Return the open case that was named, else their latest open one, else a new one."""
    still_open = [one for one in own_cases(session, who) if one.closed_at is None]
    still_open.sort(key=lambda one: one.number != number)
    for one in still_open:
        # Whoever closes it meanwhile holds it: read again once it is ours.
        case = session.get_one(CaseRecord, one.id, with_for_update=True, populate_existing=True)
        if case.closed_at is None:
            return case
    return open_case(
        session,
        procedure=procedure,
        unit_id=who.unit_id,
        harassed=[session.get_one(PersonRecord, who.person_id)],
        accounts=[],
        evidence=[],
        now=now,
        actor=who.actor,
        incident_at=now,
    )


def _state(session: Session, who: Principal, case: CaseRecord, now: datetime) -> None:
    """Note the danger in the case itself, for whoever opens it."""
    course = course_of(session, case)
    known = {one.id for one in course.procedure.circumstances}
    if DANGER not in known or DANGER in course.facts.holds:
        return
    keep_circumstance(session, case, DANGER, now, actor=who.actor)
    tell_stated(session, case, DANGER, now, actor=who.actor)
