"""How mail leaves: what waits for working hours, what the mail system puts off or refuses.

Whom a mail is for and what it says is told to nobody here: a receipt would say who has handed
something in. Only an address that cannot be used is named, to those who can correct it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, func, select, tuple_, update
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.cases import NoticeRecord
from archive.records.people import PersonRecord
from archive.records.tellings import TellingRecord, UnreachableRecord
from service.access.principal import Principal
from service.casework.telling.gathering import BETWEEN
from service.casework.telling.unreachable import REFUSED
from service.errors import RowNotFound
from service.notices.kinds import ALERT

SEE: Final = "operations.see"
AGAIN: Final = "mail.send_again"
NAMES: Final = "organisation.see"
"""Who may read of whom no mail reaches."""
LISTED: Final = timedelta(days=30)
"""So long a mail that never left stands in the list."""
PAGE: Final = 30
TOLD_AFTER: Final = timedelta(minutes=15)
"""A mail system that rests for a moment is no news."""
_GROUPS: Final = 3


class MailState(StrEnum):
    """How mail leaves."""

    LEAVES = "leaves"
    PUT_OFF = "put_off"
    """The mail system has taken nothing for some while, or has put off an alert."""
    REFUSED = "refused"
    """Something was refused for good."""


@dataclass(frozen=True, slots=True)
class MailStanding:
    """How mail leaves now.

    `waits` is how many things wait until when for somebody's working hours, the soonest first;
    `more` how many wait longer than those.
    """

    state: MailState
    waits: tuple[tuple[datetime, int], ...]
    more: int
    put_off: int
    refused: int
    unreachable: int
    last_left: datetime | None


@dataclass(frozen=True, slots=True)
class StuckMail:
    """One mail that has not left; `next_at` is None where it is not tried any more."""

    id: UUID
    kind: str
    made_at: datetime
    attempts: int
    code: str
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unreached:
    """One whom no mail reaches, and since when that is known."""

    person_id: UUID
    name: str
    code: str
    noted_at: datetime


def mail_standing(session: Session, now: datetime) -> MailStanding:
    """Return how mail leaves."""
    waits = _waits(session, now)
    put_off = _count(session, _put_off())
    refused = _count(session, _given_up(now))
    state = MailState.REFUSED if refused else MailState.LEAVES
    if put_off and _count(
        session,
        _put_off() & ((NoticeRecord.made_at < now - TOLD_AFTER) | (NoticeRecord.kind == ALERT)),
    ):
        state = MailState.PUT_OFF
    return MailStanding(
        state,
        tuple(waits[:_GROUPS]),
        sum(count for _, count in waits[_GROUPS:]),
        put_off,
        refused,
        session.scalar(select(func.count()).select_from(UnreachableRecord)) or 0,
        session.scalar(select(func.max(NoticeRecord.sent_at))),
    )


def stuck_mails(
    session: Session,
    who: Principal,
    now: datetime,
    before: tuple[datetime, UUID] | None = None,
) -> tuple[Sequence[StuckMail], tuple[datetime, UUID] | None]:
    """Return a screenful of mails that have not left, the latest first, and where it goes on."""
    who.require(SEE)
    query = select(NoticeRecord).where(_put_off() | _given_up(now))
    if before is not None:
        query = query.where(tuple_(NoticeRecord.made_at, NoticeRecord.id) < before)
    query = query.order_by(NoticeRecord.made_at.desc(), NoticeRecord.id.desc()).limit(PAGE + 1)
    rows = session.scalars(query).all()
    found = [
        StuckMail(
            row.id, row.kind, row.made_at, row.attempts, row.last_error or "", row.next_attempt_at
        )
        for row in rows[:PAGE]
    ]
    return found, (found[-1].made_at, found[-1].id) if len(rows) > PAGE else None


def unreached(session: Session, who: Principal) -> tuple[Unreached, ...]:
    """Return whom no mail reaches, for those who may see people; nobody for others."""
    if not who.may(NAMES):
        return ()
    query = (
        select(UnreachableRecord, PersonRecord.name)
        .join(PersonRecord, PersonRecord.id == UnreachableRecord.person_id)
        .order_by(UnreachableRecord.noted_at.desc(), UnreachableRecord.person_id)
        .limit(PAGE)
    )
    return tuple(
        Unreached(row.person_id, name, row.code, row.noted_at)
        for row, name in session.execute(query)
    )


def send_again(session: Session, who: Principal, notice_id: UUID, now: datetime) -> None:
    """Let a mail that has not left be tried now; raises `RowNotFound`.

    One that is just being tried is left to it.
    """
    who.require(AGAIN)
    query = select(NoticeRecord).where(NoticeRecord.id == notice_id, _put_off() | _given_up(now))
    notice = session.scalars(query.with_for_update(key_share=True)).one_or_none()
    if notice is None:
        raise RowNotFound(str(notice_id))
    if notice.claimed_until is not None and notice.claimed_until > now:
        return
    notice.attempts, notice.next_attempt_at = 0, now
    record(session, "notice.tried_again", at=now, actor=who.actor, subject=notice)


def send_all_again(session: Session, who: Principal, now: datetime) -> int:
    """Let everything that has not left be tried now; returns how many mails that are.

    What was refused because there is no such mailbox stays where it is, and what is just being
    tried is left to it.
    """
    who.require(AGAIN)
    idle = NoticeRecord.claimed_until.is_(None) | (NoticeRecord.claimed_until <= now)
    wanted = _put_off() | (_given_up(now) & NoticeRecord.last_error.not_in(REFUSED))
    changed = session.execute(
        update(NoticeRecord)
        .where(wanted, idle)
        .values(attempts=0, next_attempt_at=now)
        .execution_options(synchronize_session=False)
    )
    count = cast("CursorResult[Any]", changed).rowcount
    if count:
        record(session, "notice.all_tried_again", at=now, actor=who.actor, mails=count)
    return count


def _waits(session: Session, now: datetime) -> list[tuple[datetime, int]]:
    """Return how much waits until when; what leaves within minutes is on its way."""
    found: Counter[datetime] = Counter()
    for moment, *of in (
        (
            TellingRecord.waits_until,
            TellingRecord.person_id.not_in(select(UnreachableRecord.person_id)),
        ),
        (
            NoticeRecord.next_attempt_at,
            NoticeRecord.sent_at.is_(None),
            NoticeRecord.last_error.is_(None),
        ),
    ):
        query = select(moment, func.count()).where(moment > now + BETWEEN, *of).group_by(moment)
        for at, count in session.execute(query):
            if at is not None:
                found[at] += count
    return sorted(found.items())


def _put_off() -> ColumnElement[bool]:
    return (
        NoticeRecord.sent_at.is_(None)
        & NoticeRecord.last_error.is_not(None)
        & NoticeRecord.next_attempt_at.is_not(None)
    )


def _given_up(now: datetime) -> ColumnElement[bool]:
    return (
        NoticeRecord.sent_at.is_(None)
        & NoticeRecord.next_attempt_at.is_(None)
        & (NoticeRecord.made_at > now - LISTED)
    )


def _count(session: Session, wanted: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(NoticeRecord).where(wanted)) or 0
