"""What was changed in the table of rights, what waits for an answer, and who may give it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from archive.records.rights import RightsChangeRecord
from service.access.own_rights import ways_of
from service.access.principal import Principal
from service.access.rights import Right
from service.casework.cases.listing import actor_names
from service.casework.rights.changing import barrier_of
from service.casework.rights.told import APPROVE, CHANGE, holders

SEE: Final = "rights.see"
PAGE: Final = 30


class ChangeState(StrEnum):
    """How a change stands."""

    WAITING = "waiting"
    IN_FORCE = "in_force"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Change:
    """One change, as far as the reader may know of it.

    Reason, answer and names are for those who change the table or agree to it; the others read
    what was changed and when. A name is None where a command did it.

    Attributes:
        barrier: Why the reader cannot agree: `own`, `gains`, `newly`; None where they can.
        may_answer: Whether the reader may agree to it or refuse it, unless there is a barrier.
        may_take_back: Whether the reader may take it back while it waits.
    """

    id: UUID
    action: str
    role: str
    before: tuple[Right, ...]
    after: tuple[Right, ...]
    widens: bool
    state: ChangeState
    asked_at: datetime
    ended_at: datetime | None
    told_all: bool
    reason: str = ""
    answer: str | None = None
    asked_by: str | None = None
    ended_by: str | None = None
    may_answer: bool = False
    may_take_back: bool = False
    barrier: str | None = None


def waiting_changes(session: Session, who: Principal, now: datetime) -> list[Change]:
    """Return what waits for an answer, the oldest first; raises `NotPermitted`."""
    who.require(SEE)
    query = select(RightsChangeRecord).where(RightsChangeRecord.ended_at.is_(None))
    order = (RightsChangeRecord.asked_at, RightsChangeRecord.id)
    return _told(session, who, list(session.scalars(query.order_by(*order))), now)


def past_changes(
    session: Session,
    who: Principal,
    now: datetime,
    *,
    before: tuple[datetime, UUID] | None = None,
    limit: int = PAGE,
) -> tuple[list[Change], tuple[datetime, UUID] | None]:
    """Return a screenful of what was answered, the latest first, and where it goes on.

    Raises `NotPermitted`.
    """
    who.require(SEE)
    place = (RightsChangeRecord.ended_at, RightsChangeRecord.id)
    query = select(RightsChangeRecord).where(RightsChangeRecord.ended_at.is_not(None))
    if before is not None:
        query = query.where(tuple_(*place) < before)
    query = query.order_by(*(column.desc() for column in place)).limit(limit + 1)
    rows = list(session.scalars(query))
    last = rows[limit - 1] if len(rows) > limit else None
    more = (last.ended_at, last.id) if last is not None and last.ended_at is not None else None
    return _told(session, who, rows[:limit], now), more


def change_waits(session: Session, action: str, role: str) -> bool:
    """Tell whether a change of one right waits for an answer."""
    query = select(RightsChangeRecord.id).where(
        RightsChangeRecord.action == action,
        RightsChangeRecord.role == role,
        RightsChangeRecord.ended_at.is_(None),
    )
    return session.scalar(query) is not None


def how_many_hold(session: Session, role: str, now: datetime) -> int:
    """Return how many people hold a role now."""
    return len(holders(session, [role], None, now))


def _told(
    session: Session, who: Principal, rows: list[RightsChangeRecord], now: datetime
) -> list[Change]:
    whole = who.may(CHANGE) or who.may(APPROVE)
    actors = [actor for row in rows for actor in (row.asked_by, row.ended_by) if actor]
    names = actor_names(session, actors) if whole else {}
    found = []
    for row in rows:
        waits = row.ended_at is None
        answering = waits and who.may(APPROVE)
        found.append(
            Change(
                id=row.id,
                action=row.action,
                role=row.role,
                before=ways_of(row.before),
                after=ways_of(row.after),
                widens=row.widens,
                state=_state(row),
                asked_at=row.asked_at,
                ended_at=row.ended_at,
                told_all=whole,
                reason=row.reason if whole else "",
                answer=row.answer if whole else None,
                asked_by=names.get(row.asked_by),
                ended_by=names.get(row.ended_by or ""),
                may_answer=answering,
                may_take_back=waits and who.may(CHANGE),
                barrier=barrier_of(session, who, row, now) if answering else None,
            )
        )
    return found


def _state(row: RightsChangeRecord) -> ChangeState:
    if row.ended_at is None:
        return ChangeState.WAITING
    if row.version is not None:
        return ChangeState.IN_FORCE
    return ChangeState.REFUSED if row.answer is not None else ChangeState.TAKEN_BACK
