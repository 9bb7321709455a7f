"""Invitations: a person is told of their way in by mail, and nobody else knows their password.

A row waits until its mail is made (`jobs.inviting`). The mail's link opens once, within a week, by
pressing a button; where the municipality's provider signs people in the mail holds none.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.identities import IdentityRecord
from archive.records.people import CredentialRecord, PersonRecord
from archive.records.ways_in import InvitationRecord
from service.access.people import secret_hash
from service.errors import InvitationOver

LINK_LASTS: Final = timedelta(days=7)


class InvitedState(StrEnum):
    """How far somebody is who has not come in yet."""

    NEVER = "never"
    ON_ITS_WAY = "on_its_way"
    TOLD = "told"
    OVER = "over"
    NOT_SENT = "not_sent"
    NO_ADDRESS = "no_address"


@dataclass(frozen=True, slots=True)
class Invited:
    """How far somebody is, and when the last mail to them was made."""

    state: InvitedState
    told_at: datetime | None = None
    expires_at: datetime | None = None


def has_come_in() -> ColumnElement[bool]:
    """Return the condition that a person has a password of ours or came by the provider."""
    return or_(
        exists().where(CredentialRecord.person_id == PersonRecord.id),
        exists().where(
            and_(IdentityRecord.person_id == PersonRecord.id, IdentityRecord.ended_at.is_(None))
        ),
    )


def invite(session: Session, people: Iterable[PersonRecord], now: datetime, *, actor: str) -> int:
    """Let people be told of their way in; returns how many will be.

    Whoever has come in, has left or has no address is left out; what was sent before opens nothing
    more.
    """
    session.flush()
    wanted = [
        one
        for one in people
        if one.email and not one.sealed and (one.ended_at is None or one.ended_at > now)
    ]
    some = [wanted[at : at + _IN_AN_IN] for at in range(0, len(wanted), _IN_AN_IN)]
    invited = 0
    for group in some:
        ids = [one.id for one in group]
        query = select(PersonRecord.id).where(PersonRecord.id.in_(ids), has_come_in())
        inside = set(session.scalars(query))
        earlier = session.scalars(_open().where(InvitationRecord.person_id.in_(ids))).all()
        for row in earlier:
            _end(row, now)
        rows = [
            InvitationRecord(
                id=uuid4(),
                person_id=one.id,
                email=one.email,
                asked_at=now,
                next_attempt_at=now,
            )
            for one in group
            if one.id not in inside
        ]
        session.add_all(rows)
        if rows or earlier:
            subject = group[0] if len(group) == 1 else None
            record(session, "invitation.asked", at=now, actor=actor, subject=subject)
        invited += len(rows)
    return invited


def invite_waiting(session: Session, now: datetime, *, actor: str) -> int:
    """Let everybody be told who has never come in and holds no link that opens; returns how many.

    Whose mail is still to be made is not told twice.
    """
    has_one = exists().where(
        InvitationRecord.person_id == PersonRecord.id,
        InvitationRecord.email == PersonRecord.email,
        InvitationRecord.used_at.is_(None),
        InvitationRecord.ended_at.is_(None),
        or_(
            InvitationRecord.expires_at > now,
            and_(InvitationRecord.expires_at.is_(None), InvitationRecord.told_at.is_not(None)),
            InvitationRecord.next_attempt_at.is_not(None),
        ),
    )
    query = select(PersonRecord).where(not_yet_in(now), PersonRecord.email.is_not(None), ~has_one)
    return invite(session, session.scalars(query).all(), now, actor=actor)


def end_invitations(session: Session, person: PersonRecord, now: datetime) -> bool:
    """Let no mail that went to a person open anything; the caller's entry speaks for them.

    Returns whether there was one.
    """
    rows = session.scalars(_open().where(InvitationRecord.person_id == person.id)).all()
    for row in rows:
        _end(row, now)
    return bool(rows)


def new_secret(row: InvitationRecord, now: datetime) -> str:
    """Give an invitation its link's secret, which is kept nowhere; the caller records it."""
    secret = secrets.token_urlsafe(32)
    row.secret_sha256, row.expires_at = secret_hash(secret), now + LINK_LASTS
    return secret


def require_invitation(
    session: Session, secret: str, now: datetime, *, lock: bool = False
) -> tuple[InvitationRecord, PersonRecord]:
    """Return an invitation that still opens, and whose it is; raises `InvitationOver`, unsaid why.

    It is over as soon as they have a password, or another address.
    """
    query = _open().where(InvitationRecord.secret_sha256 == secret_hash(secret))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(query).one_or_none()
    if row is None or row.expires_at is None or row.expires_at <= now:
        raise InvitationOver("the link has been used, or its time is over")
    person = session.get_one(PersonRecord, row.person_id)
    left = person.ended_at is not None and person.ended_at <= now
    if left or person.email != row.email or session.get(CredentialRecord, person.id) is not None:
        raise InvitationOver("the link is for nobody any more")
    return row, person


def accept(session: Session, secret: str, password_hash: str, now: datetime) -> PersonRecord:
    """Give a person the password that they chose, once; raises `InvitationOver`."""
    row, person = require_invitation(session, secret, now, lock=True)
    row.used_at = now
    row.next_attempt_at = None
    credential = CredentialRecord(person_id=person.id, password_hash=password_hash, changed_at=now)
    session.add(credential)
    actor = f"person:{person.id}"
    record(session, "invitation.used", at=now, actor=actor, subject=person)
    return person


def not_yet_in(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a person works here and has never come in."""
    return and_(
        or_(PersonRecord.ended_at.is_(None), PersonRecord.ended_at > now),
        PersonRecord.sealed.is_(False),
        ~has_come_in(),
    )


def count_not_yet_in(session: Session, now: datetime) -> int:
    """Count everybody who works here and has never come in."""
    query = select(func.count()).select_from(PersonRecord).where(not_yet_in(now))
    return session.scalar(query) or 0


def how_far(
    session: Session, people: Iterable[tuple[UUID, str | None]], now: datetime
) -> dict[UUID, Invited]:
    """Return how far each of these people is, given by id and address; all of them not yet in."""
    known = dict(people)
    last: dict[UUID, InvitationRecord] = {}
    query = select(InvitationRecord).where(InvitationRecord.person_id.in_(list(known)))
    for row in session.scalars(query.order_by(InvitationRecord.asked_at, InvitationRecord.id)):
        last[row.person_id] = row
    return {one: _how_far(email, last.get(one), now) for one, email in known.items()}


_IN_AN_IN: Final = 500


def _how_far(email: str | None, row: InvitationRecord | None, now: datetime) -> Invited:
    if email is None:
        return Invited(InvitedState.NO_ADDRESS)
    if row is None or (row.told_at is None and row.ended_at is not None):
        return Invited(InvitedState.NEVER)
    if row.told_at is None:
        waits = row.next_attempt_at is not None
        return Invited(InvitedState.ON_ITS_WAY if waits else InvitedState.NOT_SENT)
    over = row.ended_at is not None or (row.expires_at is not None and row.expires_at <= now)
    return Invited(InvitedState.OVER if over else InvitedState.TOLD, row.told_at, row.expires_at)


def _open() -> Select[InvitationRecord]:
    return select(InvitationRecord).where(
        InvitationRecord.used_at.is_(None), InvitationRecord.ended_at.is_(None)
    )


def _end(row: InvitationRecord, now: datetime) -> None:
    row.ended_at = now
    row.next_attempt_at = None
