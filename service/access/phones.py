"""Employees' phones: connected once by a link, they hand in for one person and see nothing.

A link names a person and is used once within a week; the phone that used it holds a secret of
its own for a year. What either lets its holder do is hand in, and nothing else (decision 30).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from archive.ledger.log import SYSTEM, record
from archive.records.people import PersonRecord
from archive.records.phones import PhoneLinkRecord, PhoneRecord
from service.access.people import principal_of, secret_hash
from service.access.principal import HeldRole, Principal
from service.access.rights import Rights
from service.errors import NotSignedIn, PhoneLinkEnded, PhoneNotConnected, PhoneNotFound

ACTION: Final = "evidence.hand_in"
LINK_LASTS: Final = timedelta(days=7)
PHONE_LASTS: Final = timedelta(days=365)
_LONGEST_LABEL: Final = 60
_SYSTEMS: Final = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux")
_BROWSERS: Final = (
    ("SamsungBrowser/", "Samsung Internet"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("Edg/", "Edge"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


@dataclass(frozen=True, slots=True)
class Phone:
    """A connected phone, and its person as one who may hand in and do nothing else."""

    id: UUID
    who: Principal


def make_link(session: Session, person_id: UUID, now: datetime, *, actor: str = SYSTEM) -> str:
    """Make a link's secret for a person; it cannot be shown again."""
    secret = secrets.token_urlsafe(32)
    link = PhoneLinkRecord(
        id=uuid4(),
        secret_sha256=secret_hash(secret),
        person_id=person_id,
        made_at=now,
        expires_at=now + LINK_LASTS,
    )
    session.add(link)
    record(session, "phone.link_made", at=now, actor=actor, subject=link, person=person_id)
    return secret


def require_link(
    session: Session, secret: str, now: datetime, *, lock: bool = False
) -> PhoneLinkRecord:
    """Return a link that still connects; raises `PhoneLinkEnded` for any other, unsaid why."""
    query = select(PhoneLinkRecord).where(PhoneLinkRecord.secret_sha256 == secret_hash(secret))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    link = session.scalars(query).one_or_none()
    if link is None or link.used_at is not None or link.expires_at <= now:
        raise PhoneLinkEnded("the link has been used, or its time is over")
    person = session.get_one(PersonRecord, link.person_id)
    if person.ended_at is not None and person.ended_at <= now:
        raise PhoneLinkEnded("this person has left")
    return link


def enrol(session: Session, secret: str, agent: str, now: datetime) -> str:
    """Connect a phone by a link, once, and return the phone's own secret.

    `agent` is what its browser says of itself. Raises `PhoneLinkEnded`.
    """
    link = require_link(session, secret, now, lock=True)
    link.used_at = now
    own = secrets.token_urlsafe(32)
    phone = PhoneRecord(
        id=uuid4(),
        secret_sha256=secret_hash(own),
        person_id=link.person_id,
        link_id=link.id,
        label=label_of(agent),
        enrolled_at=now,
        expires_at=now + PHONE_LASTS,
    )
    session.add(phone)
    record(session, "phone.enrolled", at=now, actor=f"person:{link.person_id}", subject=phone)
    return own


def phone_by_secret(session: Session, secret: str, rights: Rights, now: datetime) -> Phone:
    """Return the phone that holds a secret, or raise `PhoneNotConnected`."""
    query = select(PhoneRecord).where(PhoneRecord.secret_sha256 == secret_hash(secret))
    row = session.scalars(query).one_or_none()
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        raise PhoneNotConnected("this phone is not connected")
    person = session.get_one(PersonRecord, row.person_id)
    try:
        whole = principal_of(session, person, rights, now)
    except NotSignedIn as gone:
        raise PhoneNotConnected("this person has left") from gone
    return Phone(row.id, _may_hand_in(whole))


def phones_of(session: Session, person_id: UUID, now: datetime) -> Sequence[PhoneRecord]:
    """Return the phones that are connected for a person, the latest first."""
    return session.scalars(_standing(now).where(PhoneRecord.person_id == person_id)).all()


def every_phone(session: Session, now: datetime) -> Sequence[tuple[PhoneRecord, PersonRecord]]:
    """Return each phone that is connected, with its person, the latest first."""
    query = _standing(now).add_columns(PersonRecord)
    rows = session.execute(query.join(PersonRecord, PersonRecord.id == PhoneRecord.person_id))
    return [(phone, person) for phone, person in rows]


def revoke(
    session: Session, phone_id: UUID, now: datetime, *, actor: str, owner: UUID | None = None
) -> None:
    """End a phone from this moment; quiet where it has ended already.

    With `owner` only a phone of that person's. Raises `PhoneNotFound`.
    """
    row = session.get(PhoneRecord, phone_id, with_for_update=True, populate_existing=True)
    if row is None or (owner is not None and row.person_id != owner):
        raise PhoneNotFound(str(phone_id))
    if row.revoked_at is None:
        row.revoked_at = now
        record(session, "phone.revoked", at=now, actor=actor, subject=row)


def end_phones(session: Session, person: PersonRecord, now: datetime) -> None:
    """End every phone and link of a person who leaves; the caller's entry speaks for them."""
    for row in phones_of(session, person.id, now):
        row.revoked_at = now
    links = select(PhoneLinkRecord).where(
        PhoneLinkRecord.person_id == person.id,
        PhoneLinkRecord.used_at.is_(None),
        PhoneLinkRecord.expires_at > now,
    )
    for link in session.scalars(links):
        link.expires_at = now


def label_of(agent: str) -> str:
    """Return how a browser is named in a list: "Android, Chrome"; never what it says whole."""
    system = next((one for one in _SYSTEMS if one in agent), "")
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    return ", ".join(part for part in (system, browser) if part)[:_LONGEST_LABEL] or "?"


def _standing(now: datetime) -> Select[PhoneRecord]:
    return (
        select(PhoneRecord)
        .where(PhoneRecord.revoked_at.is_(None), PhoneRecord.expires_at > now)
        .order_by(PhoneRecord.enrolled_at.desc(), PhoneRecord.id)
    )


def _may_hand_in(whole: Principal) -> Principal:
    """Return a person with the one right of their phone, whatever else they may elsewhere."""
    rights = whole.rights
    row = {"employee": rights.of(ACTION, "employee")}
    actions = {name: (row if name == ACTION else {}) for name in rights.actions}
    own = HeldRole("employee", frozenset({whole.unit_id} if whole.unit_id else ()))
    return replace(whole, roles=(own,), rights=replace(rights, actions=actions), form_token="")
