"""What a person may see and end of their own: where they are signed in, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.people import PersonRecord, SessionRecord
from service.access.devices import forget_devices
from service.access.factors import FRESH, Changing, end_other_sessions, is_local
from service.access.half_signed_in import end_halves
from service.access.people import secret_hash
from service.errors import NotPermitted, PersonNotFound, SignInTooOld
from service.settings import Settings

_ID_LENGTH = 32


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One browser in which a person is signed in; `id` names it in a form and opens nothing."""

    id: str
    label: str
    way: str
    made_at: datetime
    last_seen_at: datetime
    is_this: bool


def is_fresh(session: Session, secret: str, now: datetime) -> bool:
    """Tell whether the session of this secret has just been opened."""
    row = session.get(SessionRecord, secret_hash(secret))
    return row is not None and now - row.made_at <= FRESH


def changing(
    session: Session, person_id: UUID | None, secret: str, settings: Settings, now: datetime
) -> Changing:
    """Return a person as one who changes what opens their account.

    Raises `SignInTooOld` unless they have just signed in: a screen that somebody left open changes
    nothing; `NotPermitted` for whoever has no password of ours: a passkey of theirs would open the
    door after the municipality's provider has shut it.
    """
    if not is_fresh(session, secret, now):
        raise SignInTooOld("the session was opened too long ago")
    person = session.get(PersonRecord, person_id) if person_id else None
    if person is None:
        raise PersonNotFound("a program has no account of its own")
    if not is_local(session, person.id):
        raise NotPermitted("the municipality's provider signs this person in")
    return Changing(person, settings, now, secret_hash(secret))


def sessions_of(
    session: Session,
    person_id: UUID,
    secret: str,
    now: datetime,
    *,
    idle: timedelta,
    whole: timedelta,
) -> Sequence[OpenSession]:
    """Return where a person is signed in: this browser first, then the one last used."""
    own = secret_hash(secret)
    query = select(SessionRecord).where(
        SessionRecord.person_id == person_id,
        SessionRecord.ended_at.is_(None),
        SessionRecord.last_seen_at >= now - idle,
        SessionRecord.made_at >= now - whole,
    )
    rows = session.scalars(query.order_by(SessionRecord.last_seen_at.desc())).all()
    found = [
        OpenSession(
            row.token_sha256[:_ID_LENGTH],
            row.label,
            row.way,
            row.made_at,
            row.last_seen_at,
            row.token_sha256 == own,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: not one.is_this)


def end_own_session(session: Session, person_id: UUID, named: str, now: datetime) -> None:
    """End one of a person's own sessions; quiet where it has ended already."""
    query = select(SessionRecord).where(
        SessionRecord.person_id == person_id, SessionRecord.ended_at.is_(None)
    )
    for row in session.scalars(query):
        if row.token_sha256[:_ID_LENGTH] == named:
            row.ended_at = now
            record(session, "session.ended", at=now, actor=f"person:{person_id}")


def sign_out_everywhere(session: Session, person_id: UUID, now: datetime) -> None:
    """End each session of a person's, and let no browser of theirs be known any longer."""
    person = session.get_one(PersonRecord, person_id)
    end_other_sessions(session, person, None, now)
    end_halves(session, person)
    forget_devices(session, person)
    actor = f"person:{person_id}"
    record(session, "session.ended_everywhere", at=now, actor=actor, subject=person)
