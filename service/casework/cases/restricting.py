"""Restricting a case: shut to all but its circle, and opened again, each with a written reason.

Whoever saw it by their role or unit sees it no more, in any list, search or count. The employee
concerned keeps their own page; the lawyer comes in by breaking the glass (decisions 35 and 36).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid4

from sqlalchemy import func, not_, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.cases import CaseRecord, RestrictionRecord
from service.access.principal import Principal
from service.access.visibility import BREAK_GLASS, cases_within, in_circle_now
from service.casework.cases.finding import case_for, refuse_own_matter
from service.casework.cases.listing import names_of
from service.errors import HandlerMissing, NotPermitted, ReasonMissing

ACTION: Final = "case.restrict"
MOST: Final = 50
"""So many restricted cases are told at once to who may break their glass."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """Once that a case was shut to all but its circle, or opened again: why, by whom, when."""

    restricted: bool
    reason: str
    by: str
    at: datetime


def restrict(
    session: Session, who: Principal, number: str, *, restricted: bool, reason: str, now: datetime
) -> CaseRecord:
    """Shut a case to all but its circle, or open it again; quiet where it stands so already.

    A case that was merged into this one stands as this one does: what came from there opens by
    it too. Raises `ReasonMissing`, `FourEyes`, `HandlerMissing` where nobody could carry it on,
    and those of `case_for`.
    """
    case = case_for(session, who, number, ACTION, now, though_closed=True)
    refuse_own_matter(session, who, case)
    if who.person_id is None:
        raise NotPermitted(ACTION)
    if not reason.strip():
        raise ReasonMissing("say why, for the circle and the employee concerned")
    if case.restricted is restricted:
        return case
    if restricted and case.handler_id is None:
        raise HandlerMissing("a restricted case needs somebody who carries it on")
    came_in = select(CaseRecord).where(CaseRecord.merged_into == case.id).with_for_update()
    for one in (case, *session.scalars(came_in)):
        set_restricted(session, who, one, restricted=restricted, reason=reason.strip(), now=now)
    return case


def set_restricted(
    session: Session,
    who: Principal,
    case: CaseRecord,
    *,
    restricted: bool,
    reason: str,
    now: datetime,
) -> None:
    """Let one case stand so from now on, whoever asked; the caller has checked that they may."""
    person = who.person_id
    if person is None:
        raise NotPermitted(ACTION)
    of_case = RestrictionRecord.case_id == case.id
    last = session.scalar(select(func.max(RestrictionRecord.number)).where(of_case))
    case.restricted = restricted
    session.add(
        RestrictionRecord(
            id=uuid4(),
            case_id=case.id,
            number=(last or 0) + 1,
            restricted=restricted,
            reason=reason,
            person_id=person,
            at=now,
        )
    )
    record(
        session,
        "case.restricted" if restricted else "case.opened_up",
        at=now,
        actor=who.actor,
        subject=case,
        case_id=case.id,
        reason=reason,
    )


def restrictions_of(session: Session, case: CaseRecord) -> list[Restriction]:
    """Return each time a case was restricted or opened up, the latest first."""
    query = select(RestrictionRecord).where(RestrictionRecord.case_id == case.id)
    rows = session.scalars(query.order_by(RestrictionRecord.number.desc())).all()
    names = names_of(session, [one.person_id for one in rows])
    return [Restriction(one.restricted, one.reason, names[one.person_id], one.at) for one in rows]


def shut_to(session: Session, who: Principal, now: datetime) -> Sequence[tuple[str, datetime]]:
    """Return number and opening of restricted cases outside which this person stands, and may not.

    Only to who may break their glass, so that no case is hidden from those who watch over it.
    """
    if who.person_id is None or not who.may(BREAK_GLASS):
        return []
    query = (
        select(CaseRecord.number, CaseRecord.opened_at)
        .where(
            CaseRecord.restricted.is_(True),
            CaseRecord.merged_into.is_(None),
            cases_within(who, BREAK_GLASS, now),
            not_(in_circle_now(who, now)),
            not_(cases_within(who, "case.see", now)),
        )
        .order_by(CaseRecord.opened_at.desc(), CaseRecord.id.desc())
        .limit(MOST)
    )
    return [(row.number, row.opened_at) for row in session.execute(query)]
