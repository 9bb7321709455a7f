"""How the ledger stands towards the outside: sealed, late, or contradicted.

Read by the operations page, the readiness answer and the mail to operators.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.records.ledger import OutsideHeadRecord, OutsideKind, OutsideState
from service.casework.operations.outside import (
    CONTRADICTED,
    Holder,
    held_by,
    holders,
    interval,
    newest_of,
    news_since,
    of_holder,
)
from service.settings import Settings

_LATE_AFTER: Final = 2
"""Intervals that may pass before it is an alarm."""


class Seal(StrEnum):
    """How the ledger stands towards the outside."""

    OFF = "off"
    """Nobody outside is set up."""

    NONE_YET = "none_yet"
    SEALED = "sealed"
    LATE = "late"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True, slots=True)
class HolderStanding:
    """One holder: what it holds, and what is wrong; `late_since` is what it should have by now."""

    holder: Holder
    size: int | None = None
    at: datetime | None = None
    code: str | None = None
    late_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class LastSeal:
    """The newest head that stands outside: since when, and how many hold it."""

    size: int
    at: datetime
    authorities: int
    witnesses: int
    stores: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The whole of it, for the operations page, the readiness answer and the mail to operators."""

    seal: Seal
    last: LastSeal | None
    holders: tuple[HolderStanding, ...]

    @property
    def failing(self) -> tuple[HolderStanding, ...]:
        """Those with whom something is wrong."""
        return tuple(one for one in self.holders if one.code or one.late_since)


def standing(session: Session, settings: Settings, now: datetime) -> Standing:
    """Return how the ledger stands towards the outside."""
    each = tuple(_standing(session, settings, one, now) for one in holders(settings))
    return Standing(_seal(each), _last(session), each)


def _standing(
    session: Session, settings: Settings, holder: Holder, now: datetime
) -> HolderStanding:
    newest = newest_of(session, holder)
    size, at = held_by(session, holder)
    if newest is None:
        return HolderStanding(holder)
    behind = newest.size != size
    return HolderStanding(
        holder,
        size,
        at,
        newest.last_error if behind and newest.state != OutsideState.SUPERSEDED else None,
        _late_since(session, settings, holder, size or 0, now),
    )


def _late_since(
    session: Session, settings: Settings, holder: Holder, size: int, now: datetime
) -> datetime | None:
    """Return since when a holder should have had more; nobody is late before being asked."""
    happened = news_since(session, size)
    if happened is None:
        return None
    first = session.scalar(select(func.min(OutsideHeadRecord.asked_at)).where(of_holder(holder)))
    since = max(happened, first) if first else now
    return since if now - since > _LATE_AFTER * interval(settings) else None


def _seal(each: tuple[HolderStanding, ...]) -> Seal:
    if not each:
        return Seal.OFF
    if any(one.code == CONTRADICTED for one in each):
        return Seal.CONTRADICTED
    if all(one.late_since for one in each):
        return Seal.LATE
    return Seal.SEALED if any(one.size is not None for one in each) else Seal.NONE_YET


def _last(session: Session) -> LastSeal | None:
    """Return the newest head outside; a holder that is no longer set up still holds what it has."""
    sealed = OutsideHeadRecord.state == OutsideState.SEALED
    size = session.scalar(select(func.max(OutsideHeadRecord.size)).where(sealed))
    if size is None:
        return None
    rows = session.execute(
        select(OutsideHeadRecord.kind, OutsideHeadRecord.made_at).where(
            sealed, OutsideHeadRecord.size == size
        )
    ).all()
    kinds = [kind for kind, _ in rows]
    return LastSeal(
        size,
        max(at for _, at in rows if at is not None),
        authorities=kinds.count(OutsideKind.TIMESTAMP),
        witnesses=kinds.count(OutsideKind.WITNESS),
        stores=kinds.count(OutsideKind.OBJECT),
    )
