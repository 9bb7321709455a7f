"""Whom no mail reaches: no address, none that can be one, or one that the mail system refused.

Noticed once, and told to those who run Værn once; over when the address changes, or when a mail
has got through to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from archive.records.cases import NoticeRecord
from archive.records.people import PersonRecord, RoleRecord
from archive.records.tellings import TellingRecord, UnreachableRecord
from service.casework.telling.asking import tell, when_told
from service.notices.composing import is_address
from service.notices.kinds import UNREACHABLE
from service.settings import Settings

NO_ADDRESS: Final = "no_address"
NOT_AN_ADDRESS: Final = "not_an_address"
REFUSED: Final = frozenset({"smtp_550", "smtp_551", "smtp_553", "smtp_556"})
"""The mail system says that there is no such mailbox (RFC 5321 §4.2.3, RFC 7504 §3)."""
_OPERATOR: Final = "operator"
_TELLING: Final = 0x74656C
"""The name of PostgreSQL's advisory lock for telling people."""


def one_at_a_time(session: Session) -> None:
    """Let no other process tell until the commit, so that nobody is told twice."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_TELLING)))


def why_unreachable(session: Session, person: PersonRecord) -> str | None:
    """Return why no mail reaches a person, or None where nothing is known against it."""
    if not person.email:
        return NO_ADDRESS
    if not is_address(person.email):
        return NOT_AN_ADDRESS
    last = session.execute(
        select(NoticeRecord.sent_at, NoticeRecord.last_error)
        .where(
            NoticeRecord.recipient == person.email,
            or_(NoticeRecord.sent_at.is_not(None), NoticeRecord.last_error.in_(REFUSED)),
        )
        .order_by(NoticeRecord.made_at.desc(), NoticeRecord.id)
        .limit(1)
    ).first()
    return last[1] if last is not None and last[0] is None else None


def note_unreachable(
    session: Session, person: PersonRecord, code: str, *, settings: Settings, now: datetime
) -> None:
    """Note that no mail reaches a person, and tell those who run Værn; quiet where it is known.

    Whoever is still to be told of another is told of both in that mail, which names nobody: a
    list of people with a thousand dead addresses is one mail.
    """
    one_at_a_time(session)
    known = session.get(UnreachableRecord, person.id, populate_existing=True)
    if known is not None and known.address == person.email:
        return
    if known is None:
        known = UnreachableRecord(person_id=person.id)
        session.add(known)
    known.address, known.noted_at, known.code = person.email, now, code
    waiting = select(TellingRecord.person_id).where(
        TellingRecord.kind == UNREACHABLE, TellingRecord.waits_until.is_not(None)
    )
    hears = {person.id, *session.scalars(waiting)}
    for one in operators(session, now):
        if one.id not in hears:
            tell(session, one, UNREACHABLE, settings=settings, now=now)


def reachable_again(session: Session, now: datetime) -> list[PersonRecord]:
    """Return those noted whose address has changed or works again, or who have left."""
    query = select(PersonRecord).join(
        UnreachableRecord, UnreachableRecord.person_id == PersonRecord.id
    )
    return [
        person
        for person in session.scalars(query.order_by(PersonRecord.id))
        if _has_left(person, now) or why_unreachable(session, person) is None
    ]


def forget_reachable(session: Session, settings: Settings, now: datetime) -> None:
    """Forget those who can be reached again, and let what waits for them leave in their hours."""
    for person in reachable_again(session, now):
        waiting = select(TellingRecord).where(
            TellingRecord.person_id == person.id, TellingRecord.waits_until > now
        )
        for telling in session.scalars(waiting).all():
            at = when_told(session, person, settings, now, telling.deadline)
            telling.waits_until = min(telling.waits_until or at, at)
        session.execute(delete(UnreachableRecord).where(UnreachableRecord.person_id == person.id))


def operators(session: Session, now: datetime) -> Sequence[PersonRecord]:
    """Return those who run Værn; the sealed account is nobody's, and has no address."""
    query = (
        select(PersonRecord)
        .join(RoleRecord, RoleRecord.person_id == PersonRecord.id)
        .where(
            PersonRecord.sealed.is_(False),
            RoleRecord.role == _OPERATOR,
            RoleRecord.since <= now,
            or_(RoleRecord.until.is_(None), RoleRecord.until > now),
            or_(PersonRecord.ended_at.is_(None), PersonRecord.ended_at > now),
        )
        .order_by(PersonRecord.id)
    )
    return list(dict.fromkeys(session.scalars(query)))


def _has_left(person: PersonRecord, now: datetime) -> bool:
    return person.ended_at is not None and person.ended_at <= now
