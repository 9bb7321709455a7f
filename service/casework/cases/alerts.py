"""Alerts: somebody is in danger, and whoever is on duty is told again and again until one takes it.

Working hours do not count. Whoever was told may take it, whatever else is open to them: the page
says which case and that there is danger, and nothing of what was said. Where an employee said it
of themselves (`danger`), it also says who they are: nobody can help whom they cannot find.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.alerts import AlertRecord
from archive.records.cases import CaseRecord, HarassedRecord, NoticeRecord
from archive.records.people import PersonRecord, RoleRecord, UnitRecord
from service.access.principal import Principal
from service.casework.cases.finding import may_on
from service.casework.organisation.duties import on_duty_now
from service.casework.telling.unreachable import why_unreachable
from service.errors import RowNotFound
from service.notices.composing import is_address

ACTION: Final = "alert.take"
DANGER: Final = "danger"
"""The circumstance by which a person says that somebody is in danger."""
KIND: Final = "alert"
AGAIN: Final = timedelta(minutes=5)
LATER: Final = timedelta(minutes=30)
NAMED: Final = timedelta(hours=24)
"""So long after it is over, those who were told and may not see the case still read who it was."""
MOST: Final = 20
"""So many alerts that nobody has taken are looked through for one page, the oldest first."""
SOON_ROUNDS: Final = 12
"""After an hour of every five minutes, every half hour."""
FIRST_ROUNDS: Final = 1
"""So often those on duty are told alone; then whoever handles the case and runs Værn are too."""
_OPERATOR: Final = "operator"
_TELLING: Final = 0x616C72
"""The name of PostgreSQL's advisory lock for telling of alerts."""


@dataclass(frozen=True)
class Alert:
    """What the page of an alert says."""

    id: UUID
    number: str
    raised_at: datetime
    rounds: int
    told_at: datetime | None
    over_at: datetime | None
    taken_by: str | None
    may_see_case: bool
    in_danger: InDanger | None = None


@dataclass(frozen=True)
class InDanger:
    """Who said of themselves that they are in danger, and what they wrote to those on duty."""

    name: str
    phone: str | None
    unit: str | None
    words: str | None


def raise_alert(
    session: Session, case: CaseRecord, now: datetime, *, actor: str
) -> AlertRecord | None:
    """Let whoever is on duty be told; quiet where an alert of this case stands already."""
    standing = _open().where(AlertRecord.case_id == case.id)
    if session.scalars(standing.limit(1)).first() is not None:
        return None
    row = AlertRecord(id=uuid4(), case_id=case.id, raised_at=now, raised_by=actor)
    session.add(row)
    record(session, "alert.raised", at=now, actor=actor, subject=row, case_id=case.id)
    return row


def raise_anew(
    session: Session, case: CaseRecord, row: AlertRecord, now: datetime, *, actor: str
) -> None:
    """Let whoever is on duty be told, by this case, of who said of themselves to be in danger."""
    anew = AlertRecord(
        id=uuid4(),
        case_id=case.id,
        raised_at=now,
        raised_by=row.raised_by,
        person_id=row.person_id,
        words=row.words,
    )
    session.add(anew)
    record(session, "alert.raised", at=now, actor=actor, subject=anew, case_id=case.id)


def end_alerts(session: Session, case: CaseRecord, now: datetime, *, actor: str) -> None:
    """Tell nobody any more: the danger is said to be over, or the case is closed."""
    for row in session.scalars(_open().where(AlertRecord.case_id == case.id).with_for_update()):
        row.over_at = now
        record(session, "alert.over", at=now, actor=actor, subject=row, case_id=case.id)


def take_alert(session: Session, who: Principal, alert_id: UUID, now: datetime) -> Alert:
    """Take an alert: nobody is told again. Quiet where it is over already.

    Raises `RowNotFound` where it was not told to this person.
    """
    row = session.get(AlertRecord, alert_id, with_for_update=True)
    if row is None or who.person_id is None or not _concerns(session, who, row, now):
        raise RowNotFound(str(alert_id))
    if row.over_at is None:
        row.over_at, row.taken_by = now, who.person_id
        record(session, "alert.taken", at=now, actor=who.actor, subject=row, case_id=row.case_id)
    return _alert(session, who, row, now)


def alert_for(session: Session, who: Principal, alert_id: UUID, now: datetime) -> Alert:
    """Return an alert as this person sees it; raises `RowNotFound` where it is not theirs."""
    row = session.get(AlertRecord, alert_id)
    if row is None or not _concerns(session, who, row, now):
        raise RowNotFound(str(alert_id))
    return _alert(session, who, row, now)


def alerts_for(session: Session, who: Principal, now: datetime) -> list[Alert]:
    """Return the alerts that wait for this person to take, the oldest first."""
    rows = session.scalars(_open().order_by(AlertRecord.raised_at).limit(MOST)).all()
    if not rows:
        return []
    duty = _on_duty(session, now)
    return [
        _alert(session, who, row, now) for row in rows if _concerns(session, who, row, now, duty)
    ]


def one_at_a_time(session: Session) -> None:
    """Let no other process tell until the commit, so that nobody is told twice in a round."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_TELLING)))


def due_alerts(session: Session, now: datetime) -> list[AlertRecord]:
    """Return the alerts of which somebody is to be told now.

    Also of one told later than now: the clock went too fast, and nobody waits until it is there.
    """
    rows = session.scalars(_open().order_by(AlertRecord.raised_at)).all()
    return [row for row in rows if row.told_at is None or abs(now - row.told_at) >= pause_of(row)]


def told_of(session: Session, row: AlertRecord, now: datetime) -> Sequence[PersonRecord]:
    """Return whom the next round tells, each with an address: never nobody, if anybody can be told.

    At first those on duty; where no mail reaches any, and from the second round on, also whoever
    handles the case and those who run Værn. Whoever the case is about is told by none of these.
    An address that was refused is tried all the same: it costs nothing, and there is danger.
    """
    about = _concerned(session, row)
    duty = [session.get_one(PersonRecord, one.person_id) for one in on_duty_now(session, now)]
    found = [one for one in duty if is_address(one.email) and one.id not in about]
    reached = any(why_unreachable(session, one) is None for one in found)
    if not reached or row.rounds >= FIRST_ROUNDS:
        handling = _handling(session, row, now)
        found += [one for one in handling if is_address(one.email) and one.id not in about]
    return list(dict.fromkeys(found))


def _concerned(session: Session, row: AlertRecord) -> set[UUID | None]:
    query = select(HarassedRecord.person_id).where(
        HarassedRecord.case_id == row.case_id, HarassedRecord.removed_at.is_(None)
    )
    return {row.person_id, *session.scalars(query)} - {None}


def _on_duty(session: Session, now: datetime) -> frozenset[UUID]:
    return frozenset(one.person_id for one in on_duty_now(session, now))


def _handling(session: Session, row: AlertRecord, now: datetime) -> list[PersonRecord]:
    case = session.get_one(CaseRecord, row.case_id)
    runs = select(RoleRecord.person_id).where(
        RoleRecord.role == _OPERATOR,
        RoleRecord.since <= now,
        or_(RoleRecord.until.is_(None), RoleRecord.until > now),
    )
    query = select(PersonRecord).where(
        or_(PersonRecord.id == case.handler_id, PersonRecord.id.in_(runs)),
        or_(PersonRecord.ended_at.is_(None), PersonRecord.ended_at > now),
    )
    return list(session.scalars(query.order_by(PersonRecord.id)))


def _open() -> Select[AlertRecord]:
    return select(AlertRecord).where(AlertRecord.over_at.is_(None))


def pause_of(row: AlertRecord) -> timedelta:
    """Return how long it is to the next round."""
    return AGAIN if row.rounds < SOON_ROUNDS else LATER


def _concerns(
    session: Session,
    who: Principal,
    row: AlertRecord,
    now: datetime,
    duty: frozenset[UUID] | None = None,
) -> bool:
    """Tell whether an alert is this person's to take: told, on duty, or at work on the case.

    Never of whoever it is about: somebody else is to come to them.
    """
    if who.person_id is None or who.person_id in _concerned(session, row):
        return False
    case = session.get_one(CaseRecord, row.case_id)
    if case.handler_id == who.person_id or may_on(session, who, case, "case.step", now):
        return True
    if who.person_id in (_on_duty(session, now) if duty is None else duty):
        return True
    told = (
        select(NoticeRecord.id)
        .join(PersonRecord, PersonRecord.email == NoticeRecord.recipient)
        .where(
            NoticeRecord.case_id == row.case_id,
            NoticeRecord.kind == KIND,
            NoticeRecord.made_at >= row.raised_at,
            PersonRecord.id == who.person_id,
        )
    )
    return session.scalars(told.limit(1)).first() is not None


def _alert(session: Session, who: Principal, row: AlertRecord, now: datetime) -> Alert:
    case = session.get_one(CaseRecord, row.case_id)
    taken = session.get(PersonRecord, row.taken_by) if row.taken_by else None
    may_see_case = may_on(session, who, case, "case.see", now, though_closed=True)
    named = may_see_case or row.over_at is None or row.over_at > now - NAMED
    return Alert(
        row.id,
        case.number,
        row.raised_at,
        row.rounds,
        row.told_at,
        row.over_at,
        taken.name if taken is not None else None,
        may_see_case,
        _in_danger(session, row) if named else None,
    )


def _in_danger(session: Session, row: AlertRecord) -> InDanger | None:
    if row.person_id is None:
        return None
    person = session.get_one(PersonRecord, row.person_id)
    unit = session.get(UnitRecord, person.unit_id) if person.unit_id else None
    return InDanger(person.name, person.phone, unit.name if unit else None, row.words)
