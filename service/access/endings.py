"""Roles, people and tokens end or are renamed; what they could do ends with the next request.

What is under way (an original that is being sent, an upload) is asked again at
most thirty seconds later (`service.web.standing`).

Nothing is deleted: the rows stay, with the moment at which they ended.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.people import PersonRecord, RoleRecord, SessionRecord, TokenRecord
from service.access.devices import forget_devices
from service.access.invitations import end_invitations
from service.access.people import person_by_email
from service.access.phones import end_phones
from service.errors import NameTaken


def end_role(session: Session, held: RoleRecord, now: datetime, *, actor: str) -> None:
    """End a role from this moment; quiet where it has ended already."""
    if held.until is not None and held.until <= now:
        return
    held.until = now
    person = session.get_one(PersonRecord, held.person_id)
    record(session, "role.ended", at=now, actor=actor, subject=person, role=held.role)


def end_person(session: Session, person: PersonRecord, now: datetime, *, actor: str) -> None:
    """Let a person leave: roles and sessions end with them; quiet where they have left already."""
    if person.ended_at is not None and person.ended_at <= now:
        return
    person.ended_at = now
    roles = select(RoleRecord).where(
        RoleRecord.person_id == person.id, or_(RoleRecord.until.is_(None), RoleRecord.until > now)
    )
    for held in session.scalars(roles):
        # A role given for later never begins.
        held.until = max(now, held.since)
    end_sessions(session, person, now)
    forget_devices(session, person)
    end_phones(session, person, now)
    end_invitations(session, person, now)
    record(session, "person.ended", at=now, actor=actor, subject=person)


def end_sessions(session: Session, person: PersonRecord, now: datetime) -> None:
    """Sign a person out everywhere; whoever asks for it says so in the ledger."""
    session.execute(
        update(SessionRecord)
        .where(SessionRecord.person_id == person.id, SessionRecord.ended_at.is_(None))
        .values(ended_at=now)
    )


def revoke_token(session: Session, token: TokenRecord, now: datetime, *, actor: str) -> None:
    """End a program's token from this moment; quiet where it was revoked already."""
    if token.revoked_at is not None:
        return
    token.revoked_at = now
    record(session, "token.revoked", at=now, actor=actor, subject=token)


def rename_person(
    session: Session,
    person: PersonRecord,
    now: datetime,
    *,
    name: str | None = None,
    email: str | None = None,
    actor: str,
) -> None:
    """Give a person another name, or another address to sign in with; raises `NameTaken`."""
    address = email.strip().lower() if email else person.email
    if address != person.email and address and person_by_email(session, address) is not None:
        raise NameTaken(address)
    if (name or person.name, address) == (person.name, person.email):
        return
    person.name, person.email = name or person.name, address
    record(session, "person.renamed", at=now, actor=actor, subject=person)
