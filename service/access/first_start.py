"""The first start: one link, printed by the server, by which the first person comes in, once.

Before it nobody is here and nobody can be made from outside; after it the link opens nothing.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.people import PersonRecord, UnitRecord
from archive.records.ways_in import FirstStartRecord
from service.access.naming import keep_names
from service.access.people import add_person, add_unit, give_role, secret_hash
from service.access.sealed_account import seal_account
from service.errors import FirstStartOver

LINK_LASTS: Final = timedelta(hours=2)
ROLE: Final = "operator"


@dataclass(frozen=True, slots=True)
class Founding:
    """What is said at the first start; without `password_hash` the provider signs people in.

    Attributes:
        municipality: Its name, as people say it.
        archive_address: Where staff forward mail.
        units: The first places of work, each once; those that stand already stay.
        account: What the sealed account is called.
        language: Of the first person.
    """

    municipality: str
    archive_address: str
    units: tuple[str, ...]
    name: str
    email: str
    password_hash: str | None
    account: str
    language: str


def nobody_is_here(session: Session) -> bool:
    """Tell whether no person was ever entered."""
    return session.execute(select(PersonRecord.id).limit(1)).first() is None


def make_first_link(session: Session, now: datetime) -> str:
    """Return the secret of a new link; those before it open nothing more."""
    earlier = select(FirstStartRecord).where(
        FirstStartRecord.used_at.is_(None), FirstStartRecord.expires_at > now
    )
    for link in session.scalars(earlier):
        link.expires_at = now
    secret = secrets.token_urlsafe(32)
    link = FirstStartRecord(
        id=uuid4(), secret_sha256=secret_hash(secret), made_at=now, expires_at=now + LINK_LASTS
    )
    session.add(link)
    record(session, "first_start.link_made", at=now, subject=link)
    return secret


def require_first_link(
    session: Session, secret: str, now: datetime, *, lock: bool = False
) -> FirstStartRecord:
    """Return a link that still opens; raises `FirstStartOver` for any other."""
    query = select(FirstStartRecord).where(FirstStartRecord.secret_sha256 == secret_hash(secret))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    link = session.scalars(query).one_or_none()
    if link is None or link.used_at is not None or link.expires_at <= now:
        raise FirstStartOver("the link has been used, or its time is over")
    if not nobody_is_here(session):
        raise FirstStartOver("somebody is here already")
    return link


def begin_here(
    session: Session, secret: str, said: Founding, now: datetime
) -> tuple[PersonRecord, str]:
    """Enter the municipality and its first person; returns them and the sealed account's secret.

    Raises `FirstStartOver`. Whoever the first person is, the ledger says that they began.
    """
    link = require_first_link(session, secret, now, lock=True)
    link.used_at = now
    person = add_person(
        session,
        name=said.name,
        email=said.email,
        unit_id=None,
        now=now,
        actor="system",
        language=said.language,
        password_hash=said.password_hash,
    )
    actor = f"person:{person.id}"
    record(session, "first_start.used", at=now, actor=actor, subject=link)
    give_role(session, person, ROLE, unit_id=None, now=now, actor="system")
    keep_names(session, said.municipality, said.archive_address, now, actor=actor)
    standing = {name.casefold() for name in session.scalars(select(UnitRecord.name))}
    for unit in said.units:
        if unit.casefold() not in standing:
            add_unit(session, unit, now, actor=actor)
    return person, seal_account(session, said.account, now, actor=actor)
