"""Claiming rows that wait for work: compare-and-set, a lease, and a fence number (decision 2).

A row's own state is the queue. A claim raises the row's fence by one; every
result is written only while the row still stands at that fence, so a worker
that was thought dead can never overwrite the one that took over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, or_, select, update
from sqlalchemy.orm import Session

from archive.records.columns import Work
from service.jobs.errors import FenceMoved

LEASE = timedelta(seconds=120)
"""How long a claim stands without being renewed."""

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
_LONGEST_CODE = 120


Row = TypeVar("Row", bound=Work)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to write one row's result; `attempts` counts this claim too."""

    id: UUID
    fence: int
    attempts: int


def due(table: type[Work], now: datetime) -> ColumnElement[bool]:
    """Return the condition that a row's time has come and nobody holds it."""
    return (table.next_attempt_at <= now) & or_(
        table.claimed_until.is_(None), table.claimed_until <= now
    )


def any_due(
    session: Session, table: type[Work], waiting: ColumnElement[bool], now: datetime
) -> bool:
    """Tell whether a row waits whose time has come."""
    query = select(_id(table)).where(waiting, due(table, now)).limit(1)
    return session.execute(query).first() is not None


def claim_next(
    session: Session,
    table: type[Work],
    waiting: ColumnElement[bool],
    *,
    worker: str,
    now: datetime,
    on_claim: Mapping[str, Any] = MappingProxyType({}),
    only: UUID | None = None,
) -> Claim | None:
    """Claim the row that has waited longest, or return None where none waits.

    Two workers may choose the same row; the compare-and-set lets one of them
    have it, and the other takes the next. `on_claim` are further columns to set,
    none of them protected. `only` claims this row or none.
    """
    query = (
        select(_id(table), table.fence, table.attempts)
        .where(waiting, due(table, now))
        .order_by(table.next_attempt_at)
        .limit(8)
    )
    if only is not None:
        query = query.where(_id(table) == only)
    for row_id, fence, attempts in session.execute(query).all():
        taken = session.execute(
            update(table)
            .where(_id(table) == row_id, table.fence == fence, due(table, now))
            .values(
                claimed_by=worker,
                claimed_until=now + LEASE,
                fence=fence + 1,
                attempts=attempts + 1,
                **on_claim,
            )
            .execution_options(synchronize_session=False)
        )
        if cast("CursorResult[Any]", taken).rowcount == 1:
            return Claim(row_id, fence + 1, attempts + 1)
    return None


def renew(session: Session, table: type[Work], claim: Claim, now: datetime) -> bool:
    """Lengthen a claim; False where the row has been taken over."""
    kept = session.execute(
        update(table)
        .where(_id(table) == claim.id, table.fence == claim.fence)
        .values(claimed_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", kept).rowcount == 1


def held(session: Session, table: type[Row], claim: Claim) -> Row:
    """Return the claimed row, locked until the commit; raises `FenceMoved`.

    `key_share`: rows that only refer to it may be written meanwhile, by anyone.
    """
    row = session.scalars(
        select(table)
        .where(_id(table) == claim.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None or row.fence != claim.fence:
        raise FenceMoved(f"claim {claim.fence} on {claim.id} is no longer ours")
    return row


def done(row: Work) -> None:
    """Mark a held row as needing no more work."""
    row.claimed_by = row.claimed_until = row.next_attempt_at = row.last_error = None


def given_up(row: Work, code: str) -> None:
    """Mark a held row as beyond our means; the code says why, without personal data."""
    row.claimed_by = row.claimed_until = row.next_attempt_at = None
    row.last_error = code[:_LONGEST_CODE]


def put_off(session: Session, table: type[Work], claim: Claim, code: str, now: datetime) -> None:
    """Let the row wait for its next attempt, longer each time; raises `FenceMoved`."""
    row = held(session, table, claim)
    row.claimed_by = row.claimed_until = None
    row.last_error = code[:_LONGEST_CODE]
    row.next_attempt_at = now + wait_after(claim.attempts)


def hand_back(session: Session, table: type[Work], claim: Claim, code: str, now: datetime) -> None:
    """Leave the row to another lane, as if it had not been tried; raises `FenceMoved`."""
    row = held(session, table, claim)
    row.claimed_by = row.claimed_until = None
    row.attempts -= 1
    row.last_error = code[:_LONGEST_CODE]
    row.next_attempt_at = now


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: 5 s, 10 s, 20 s … at most an hour."""
    doublings = min(max(attempts - 1, 0), 20)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def _id(table: type[Work]) -> Any:
    """Every table of work has an `id`; the mixin cannot declare it."""
    return cast("Any", table).id
