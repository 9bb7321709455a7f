"""A case goes on with the nearest leader when whoever handled it no longer may or has left."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.log import SYSTEM, record
from archive.records.cases import CaseRecord, CircleRecord
from archive.records.people import PersonRecord
from service.casework.cases.handling import nearest_leader
from service.casework.cases.listing import harassed_in
from service.casework.cases.opening import UNIT_LEADER, add_to_circle
from service.errors import HandlerMissing

LEFT: Final = "left"
"""The reason in the ledger where whoever handled a case no longer works here."""
_MOST: Final = 50
"""So many in one transaction: the doors wait for it."""


def hand_on(
    session: Session, case: CaseRecord, now: datetime, *, actor: str, reason: str
) -> PersonRecord | None:
    """Give a case to the nearest leader whom it is not about, and return them; None for nobody.

    Raises `HandlerMissing` where a restricted case would be left to nobody.
    """
    concerned = {one.person_id for one in harassed_in(session, case) if one.person_id}
    leader = nearest_leader(session, case.unit_id, concerned, now)
    if leader is None and case.restricted:
        raise HandlerMissing("a restricted case needs somebody who carries it on")
    case.handler_id = leader.id if leader is not None else None
    record(
        session,
        "case.handler_changed",
        at=now,
        actor=actor,
        subject=case,
        case_id=case.id,
        reason=reason,
    )
    standing = select(CircleRecord.person_id).where(
        CircleRecord.case_id == case.id,
        (CircleRecord.until.is_(None)) | (CircleRecord.until > now),
    )
    if leader is not None and leader.id not in set(session.scalars(standing)):
        add_to_circle(
            session, case, leader, role="leader", reason=UNIT_LEADER, now=now, actor=actor
        )
    return leader


def left_behind(session: Session, now: datetime) -> list[CaseRecord]:
    """Return open cases whose handler has left and that another can take, the oldest first."""
    query = (
        select(CaseRecord)
        .join(PersonRecord, PersonRecord.id == CaseRecord.handler_id)
        .where(CaseRecord.closed_at.is_(None), PersonRecord.ended_at <= now)
        .order_by(CaseRecord.opened_at, CaseRecord.id)
    )
    return [one for one in session.scalars(query.limit(_MOST)) if _can_go_on(session, one, now)]


def hand_on_left_behind(session: Session, now: datetime) -> list[tuple[CaseRecord, PersonRecord]]:
    """Hand each of them on; return them with those who handle them now."""
    found = []
    for case in left_behind(session, now):
        handled_by = case.handler_id
        session.refresh(case, with_for_update=True)
        if case.handler_id != handled_by or case.closed_at is not None:
            continue
        leader = hand_on(session, case, now, actor=SYSTEM, reason=LEFT)
        if leader is not None:
            found.append((case, leader))
    return found


def _can_go_on(session: Session, case: CaseRecord, now: datetime) -> bool:
    """A restricted case stays with whoever has left until there is a leader to take it."""
    if not case.restricted:
        return True
    concerned = {one.person_id for one in harassed_in(session, case) if one.person_id}
    return nearest_leader(session, case.unit_id, concerned, now) is not None
