"""The table of rights changed: what takes away holds at once, what gives waits for another person.

Nobody alone opens what is shut, whatever they run or know: who asked never agrees, nor whoever
would gain by it, nor somebody whom the one who asked has entered or given a role just now; nor
the other way round, nor where a third has done so with both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.ledger import LedgerDetailRecord
from archive.records.people import PersonRecord
from archive.records.rights import RightsChangeRecord
from service.access.own_rights import cells_of, plain, rights_now, text_of, ways_of
from service.access.people import principal_of
from service.access.principal import Principal
from service.access.rights import Right, Rights
from service.casework.rights.told import APPROVE, CHANGE, who_is_told, who_may_agree
from service.casework.rights.weighing import weigh
from service.errors import (
    AlreadyDecided,
    ChangeNotFound,
    ChangeWaits,
    FourEyes,
    NotSignedIn,
    PlanChanged,
    ReasonMissing,
)
from service.notices.rights import tell_changed, tell_waiting
from service.settings import Settings

NEWLY_GIVEN: Final = timedelta(days=14)
"""Whom the one who asks, or who made that one, has made something of does not agree so long."""
_MAKES_SOMEBODY: Final = ("person.", "role.", "invitation.", "identity.", "factor.")
"""What is done to a person by which somebody else could come to act as them."""
LONGEST_REASON: Final = 2000
_CHANGING: Final = 0x726967
"""The name of PostgreSQL's advisory lock for changes of the table."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How one right is to be from now on, and why."""

    action: str
    role: str
    ways: tuple[Right, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What every change is held against: the shipped table, whom to write to how, and when."""

    shipped: Rights
    settings: Settings
    now: datetime


def change_right(
    session: Session, who: Principal, wanted: Wanted, ground: Ground
) -> RightsChangeRecord:
    """Change one right: at once where it only takes away, else as soon as another agrees.

    Raises `NotPermitted`, `ReasonMissing`, `ChangeWaits`, and what `weigh` raises.
    """
    who.require(CHANGE)
    reason = _written(wanted.reason)
    _one_at_a_time(session)
    if _waiting(session, wanted.action, wanted.role) is not None:
        raise ChangeWaits(f"{wanted.action}, {wanted.role}")
    standing = rights_now(session, ground.shipped)
    weighed = weigh(standing, ground.shipped, wanted.action, wanted.role, wanted.ways)
    row = RightsChangeRecord(
        id=uuid4(),
        action=weighed.action,
        role=weighed.role,
        before=plain(weighed.before),
        after=plain(weighed.after),
        widens=weighed.widens,
        reason=reason,
        asked_at=ground.now,
        asked_by=who.actor,
        asked_by_id=who.person_id,
    )
    session.add(row)
    if not weighed.widens:
        _take_effect(session, who, row, ground)
        return row
    _say(session, "right.asked_for", who, row, ground.now)
    agreeing = who_may_agree(session, standing, row.role, who.person_id, ground.now)
    for person in agreeing:
        tell_waiting(session, person, settings=ground.settings, now=ground.now)
    return row


def agree(session: Session, who: Principal, change_id: UUID, ground: Ground) -> RightsChangeRecord:
    """Agree to what somebody else asked for; it holds from this moment.

    Raises `NotPermitted`, `ChangeNotFound`, `AlreadyDecided`, `FourEyes`, and `PlanChanged` where
    the table, or whoever asked, is no longer as it was then.
    """
    who.require(APPROVE)
    row = _still_waiting(session, change_id)
    if (barrier := barrier_of(session, who, row, ground.now)) is not None:
        raise FourEyes(barrier)
    standing = rights_now(session, ground.shipped)
    if standing.of(row.action, row.role) != ways_of(row.before) or not _asker_stands(
        session, row, ground
    ):
        raise PlanChanged(str(change_id))
    weigh(standing, ground.shipped, row.action, row.role, ways_of(row.after))
    _take_effect(session, who, row, ground)
    return row


def refuse(
    session: Session, who: Principal, change_id: UUID, reason: str, now: datetime
) -> RightsChangeRecord:
    """Refuse what was asked for, with a reason; raises as `agree` does."""
    who.require(APPROVE)
    answer = _written(reason)
    row = _still_waiting(session, change_id)
    row.ended_at, row.ended_by, row.answer = now, who.actor, answer
    _say(session, "right.refused", who, row, now)
    return row


def take_back(session: Session, who: Principal, change_id: UUID, now: datetime) -> None:
    """Take back what waits, as whoever may change the table; raises as `agree` does."""
    who.require(CHANGE)
    row = _still_waiting(session, change_id)
    row.ended_at, row.ended_by = now, who.actor
    _say(session, "right.taken_back", who, row, now)


def barrier_of(
    session: Session, who: Principal, row: RightsChangeRecord, now: datetime
) -> str | None:
    """Return why this person is not the second pair of eyes: `own`, `gains`, `newly`; or None."""
    if who.person_id is None or row.asked_by_id == who.person_id:
        return "own"
    if any(held.role == row.role for held in who.roles):
        return "gains"
    since = min(row.asked_at, now) - NEWLY_GIVEN
    hands = _hands(session, who.actor, since) & _hands(session, row.asked_by, since)
    return "newly" if hands else None


def _hands(session: Session, actor: str, since: datetime) -> set[str]:
    """Return a person and whoever made something of them since: each could be behind them.

    So one alone does not enter two colleagues, of whom one asks and the other agrees.
    """
    kind, _colon, person = actor.partition(":")
    if kind != "person":
        return set()
    made = select(LedgerDetailRecord.actor).where(
        LedgerDetailRecord.subject == f"people:{person}",
        or_(*(LedgerDetailRecord.kind.startswith(one) for one in _MAKES_SOMEBODY)),
        LedgerDetailRecord.actor.startswith("person:"),
        LedgerDetailRecord.at > since,
    )
    return {actor, *session.scalars(made.distinct())}


def _take_effect(session: Session, who: Principal, row: RightsChangeRecord, ground: Ground) -> None:
    latest = session.execute(
        select(RightsChangeRecord.version, RightsChangeRecord.differences)
        .where(RightsChangeRecord.version.is_not(None))
        .order_by(RightsChangeRecord.version.desc())
        .limit(1)
    ).first()
    version, differences = latest or (0, None)
    cells, after = cells_of(differences), ways_of(row.after)
    if after == ground.shipped.of(row.action, row.role):
        cells.pop((row.action, row.role), None)
    else:
        cells[row.action, row.role] = after
    row.version, row.differences = (version or 0) + 1, text_of(cells)
    row.ended_at, row.ended_by = ground.now, who.actor
    _say(session, "right.changed", who, row, ground.now)
    # What is taken away is told too: to blind those who watch would be the first step.
    for person in who_is_told(session, who.person_id, ground.now):
        tell_changed(session, person, settings=ground.settings, now=ground.now, widens=row.widens)


def _say(
    session: Session, kind: str, who: Principal, row: RightsChangeRecord, now: datetime
) -> None:
    record(
        session,
        kind,
        at=now,
        actor=who.actor,
        subject=row,
        action=row.action,
        role=row.role,
        before=row.before,
        after=row.after,
        version=row.version,
    )


def _asker_stands(session: Session, row: RightsChangeRecord, ground: Ground) -> bool:
    """Tell whether whoever asked is still here and may still ask for it."""
    if row.asked_by_id is None:
        return True
    person = session.get_one(PersonRecord, row.asked_by_id)
    try:
        return principal_of(session, person, ground.shipped, ground.now).may(CHANGE)
    except NotSignedIn:
        return False


def _waiting(session: Session, action: str, role: str) -> UUID | None:
    return session.scalar(
        select(RightsChangeRecord.id).where(
            RightsChangeRecord.action == action,
            RightsChangeRecord.role == role,
            RightsChangeRecord.ended_at.is_(None),
        )
    )


def _still_waiting(session: Session, change_id: UUID) -> RightsChangeRecord:
    _one_at_a_time(session)
    row = session.get(RightsChangeRecord, change_id)
    if row is None:
        raise ChangeNotFound(str(change_id))
    if row.ended_at is not None:
        raise AlreadyDecided(str(change_id))
    return row


def _written(reason: str) -> str:
    written = reason.strip()
    if not written or len(written) > LONGEST_REASON:
        raise ReasonMissing(f"a written reason is missing, or longer than {LONGEST_REASON}")
    return written


def _one_at_a_time(session: Session) -> None:
    """Let no other process change the table until the commit: each change builds on the last."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_CHANGING)))
