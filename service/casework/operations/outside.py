"""Heads of the ledger outside the house: who is to hold them, which are due, how it stands.

A head is sent only when something has happened since the one before. What the
sending itself leaves in the ledger does not count, or each head would bring
about the next; nor do notices, which follow something that does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from archive.ledger.entries import Leaf
from archive.ledger.log import SYSTEM, keep_checkpoint, record
from archive.records.ledger import (
    LedgerEntryRecord,
    OutsideHeadRecord,
    OutsideKind,
    OutsideState,
)
from service.access.principal import Principal
from service.settings import Settings

ASKED: Final = "head.asked_outside"
SEALED: Final = "head.sealed_outside"
NOT_SEALED: Final = "head.not_sealed_outside"
NO_SMARTHOST: Final = "no_smarthost"
"""Why a mail to a witness has not left: it lies in our own outbox."""

CONTRADICTED: Final = "contradicted"
"""Why a store refused: another head stands there already."""

_NO_NEWS: Final = frozenset(
    {ASKED, SEALED, NOT_SEALED, "notice.made", "notice.sent", "notice.not_sent"}
    | {f"telling.{how}" for how in ("made", "told", "ended", "summed", "taken_back")}
)
_BATCH: Final = 200
_ASKING: Final = 0x68656164
"""PostgreSQL's advisory lock of those who ask."""


@dataclass(frozen=True, slots=True)
class Holder:
    """One that is to hold heads: an authority's address, a mail address, a folder."""

    kind: OutsideKind
    name: str


def holders(settings: Settings) -> tuple[Holder, ...]:
    """Return everyone who is set up to hold heads."""
    found = [Holder(OutsideKind.TIMESTAMP, one.url) for one in settings.tsa]
    found += [Holder(OutsideKind.WITNESS, address) for address in settings.witnesses]
    if settings.heads_folder is not None:
        found.append(Holder(OutsideKind.OBJECT, str(settings.heads_folder)))
    return tuple(dict.fromkeys(found))


def ask_now(session: Session, who: Principal, settings: Settings, now: datetime) -> int:
    """Send the head as it stands to everyone who has not got it; returns to how many."""
    who.require("ledger.verify")
    one_at_a_time(session)
    return ask(session, lacking(session, settings), now, actor=who.actor)


def lacking(session: Session, settings: Settings) -> tuple[Holder, ...]:
    """Return who does not hold a head that speaks for everything that has happened."""
    return tuple(
        one
        for one in holders(settings)
        if news_since(session, held_by(session, one)[0] or 0) is not None
    )


def due(session: Session, settings: Settings, now: datetime) -> tuple[Holder, ...]:
    """Return to whom a head is due: there is news, and the last was sent an interval ago."""
    found = []
    for holder in holders(settings):
        newest = newest_of(session, holder)
        if newest is not None and now - newest.asked_at < interval(settings):
            continue
        if news_since(session, _spoken_for(session, holder, newest)) is not None:
            found.append(holder)
    return tuple(found)


def one_at_a_time(session: Session) -> None:
    """Let no other process ask until the commit, so that two that look at once ask once."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_ASKING)))


def ask(session: Session, to: Sequence[Holder], now: datetime, *, actor: str = SYSTEM) -> int:
    """Make the rows by which the head as it stands is sent; an older one that waits gives way."""
    head = keep_checkpoint(session, now)
    asked = 0
    for holder in to:
        newest = newest_of(session, holder, locked=True)
        if newest is not None and newest.size == head.size:
            if newest.state == OutsideState.SEALED:
                continue
            newest.state, newest.last_error = OutsideState.WAITING, None
            newest.asked_at, newest.asked_by, newest.notice_id = now, actor, None
            newest.attempts, newest.next_attempt_at = 0, now
        else:
            if newest is not None and newest.state == OutsideState.WAITING:
                newest.state, newest.next_attempt_at = OutsideState.SUPERSEDED, None
            session.add(
                OutsideHeadRecord(
                    id=uuid4(),
                    size=head.size,
                    note=head.note,
                    kind=holder.kind,
                    holder=holder.name,
                    state=OutsideState.WAITING,
                    asked_at=now,
                    asked_by=actor,
                    next_attempt_at=now,
                )
            )
        asked += 1
    if asked:
        record(
            session,
            ASKED,
            at=now,
            actor=actor,
            subject=f"head:{head.size}",
            size=head.size,
            to=asked,
        )
    return asked


def news_since(session: Session, size: int) -> datetime | None:
    """Return when the first thing happened that a head of `size` entries does not speak for."""
    while True:
        leaves = session.scalars(
            select(LedgerEntryRecord.leaf)
            .where(LedgerEntryRecord.position >= size)
            .order_by(LedgerEntryRecord.position)
            .limit(_BATCH)
        ).all()
        for leaf in map(Leaf.from_bytes, leaves):
            if leaf.kind not in _NO_NEWS:
                return datetime.fromisoformat(leaf.at)
        if len(leaves) < _BATCH:
            return None
        size += _BATCH


def _spoken_for(session: Session, holder: Holder, newest: OutsideHeadRecord | None) -> int:
    """Return up to which size a holder needs nothing more from us."""
    if newest is not None and newest.last_error == NO_SMARTHOST:
        return newest.size  # its mail is written; the same again would help nobody
    return held_by(session, holder)[0] or 0


def held_by(session: Session, holder: Holder) -> tuple[int | None, datetime | None]:
    """Return the size of the newest head that a holder has, and since when."""
    row = session.execute(
        select(OutsideHeadRecord.size, OutsideHeadRecord.made_at)
        .where(of_holder(holder), OutsideHeadRecord.state == OutsideState.SEALED)
        .order_by(OutsideHeadRecord.size.desc())
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else (None, None)


def newest_of(
    session: Session, holder: Holder, *, locked: bool = False
) -> OutsideHeadRecord | None:
    """Return the row by which the last head was sent to a holder; `locked` until the commit."""
    query = (
        select(OutsideHeadRecord)
        .where(of_holder(holder))
        .order_by(OutsideHeadRecord.size.desc())
        .limit(1)
    )
    if locked:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalars(query).first()


def of_holder(holder: Holder) -> ColumnElement[bool]:
    """Return the condition that a row is this holder's."""
    return (OutsideHeadRecord.kind == holder.kind) & (OutsideHeadRecord.holder == holder.name)


def interval(settings: Settings) -> timedelta:
    """Return how often a head leaves, where there is news."""
    return timedelta(minutes=settings.outside_minutes)
