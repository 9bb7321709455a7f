"""Browsers that are known: each person's own, by a cookie that opens nothing by itself.

It only says that somebody has signed in here before; so the tries of
strangers, who do not have it, do not make its owner wait.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from archive.records.people import KnownDeviceRecord, PersonRecord
from service.access.people import secret_hash

KEPT: Final = timedelta(days=180)
"""A browser that has not signed in for so long is no longer known."""


def device_of(
    session: Session, name: str, secret: str | None, now: datetime
) -> KnownDeviceRecord | None:
    """Return the known device of the account `name` (in lower case) with this secret, or None."""
    return session.scalars(
        select(KnownDeviceRecord)
        .join(PersonRecord, PersonRecord.id == KnownDeviceRecord.person_id)
        .where(
            PersonRecord.email == name,
            KnownDeviceRecord.secret_sha256 == secret_hash(secret or ""),
            KnownDeviceRecord.last_used_at > now - KEPT,
        )
    ).one_or_none()


def remember_device(
    session: Session, person: PersonRecord, secret: str | None, now: datetime
) -> str:
    """Note that a person has signed in from a browser, and return its secret.

    A browser whose secret is not known to us gets a new one: what somebody
    else has planted is worth nothing.
    """
    if secret is not None and _stands(session, secret):
        key = secret_hash(secret)
        row = session.get(KnownDeviceRecord, (key, person.id))
        if row is not None:
            row.last_used_at = now
            return secret
    else:
        secret = secrets.token_urlsafe(32)
    session.add(
        KnownDeviceRecord(
            secret_sha256=secret_hash(secret), person_id=person.id, made_at=now, last_used_at=now
        )
    )
    return secret


def forget_devices(session: Session, person: PersonRecord) -> None:
    """Let no browser of a person be known any longer."""
    session.execute(delete(KnownDeviceRecord).where(KnownDeviceRecord.person_id == person.id))


def _stands(session: Session, secret: str) -> bool:
    query = select(KnownDeviceRecord.person_id).where(
        KnownDeviceRecord.secret_sha256 == secret_hash(secret)
    )
    return session.execute(query.limit(1)).first() is not None
