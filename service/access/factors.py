"""What a person of ours has beside the password, who must have it, and what changes with it.

Every change is in the ledger, is told to its owner by mail, and ends their other sessions (OWASP
ASVS 5.0 §6.3, §7.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.factors import CodeAppRecord, PasskeyRecord
from archive.records.people import CredentialRecord, PersonRecord, RoleRecord, SessionRecord
from service.access.code_apps import AppDraft, app_of, keep_app
from service.access.half_signed_in import end_halves
from service.access.passkeys import NewPasskey, keep_passkey, own_passkey, passkeys_of
from service.access.recovery import codes_left, end_codes, make_codes, use_recovery_code
from service.errors import CodeRefused
from service.notices.security import Change, tell_change
from service.settings import Settings

FRESH: Final = timedelta(minutes=15)
"""So long after signing in its owner may change what opens an account."""


@dataclass(frozen=True, slots=True)
class Changing:
    """Who changes what opens their own account, and by which session (None: by none yet)."""

    person: PersonRecord
    settings: Settings
    now: datetime
    session_key: str | None = None


def has_factor(session: Session, person_id: UUID) -> bool:
    """Tell whether a person has an app or a passkey."""
    for table in (CodeAppRecord, PasskeyRecord):
        query = select(table.id).where(table.person_id == person_id, table.ended_at.is_(None))
        if session.scalars(query.limit(1)).first() is not None:
            return True
    return False


def with_factor(session: Session) -> frozenset[UUID]:
    """Return everybody who has an app or a passkey."""
    return frozenset(
        person
        for table in (CodeAppRecord, PasskeyRecord)
        for person in session.scalars(select(table.person_id).where(table.ended_at.is_(None)))
    )


def must_have_factor(
    session: Session, person: PersonRecord, settings: Settings, now: datetime
) -> bool:
    """Tell whether a role that a person holds now asks for a second factor."""
    roles = settings.roles_with_second_factor
    if not roles:
        return False
    query = select(RoleRecord.id).where(
        RoleRecord.person_id == person.id,
        RoleRecord.role.in_(roles),
        or_(RoleRecord.until.is_(None), RoleRecord.until > now),
    )
    return session.scalars(query.limit(1)).first() is not None


def is_local(session: Session, person_id: UUID) -> bool:
    """Tell whether a person has a password of ours, and so factors beside it."""
    return session.get(CredentialRecord, person_id) is not None


def add_app(session: Session, by: Changing, draft: AppDraft, step: int) -> tuple[str, ...]:
    """Add an authenticator app; returns recovery codes where these are the first."""
    app = keep_app(session, by.person.id, draft, step, by.now)
    _changed(session, by, Change.APP_ADDED, app)
    return _first_codes(session, by)


def add_passkey(session: Session, by: Changing, new: NewPasskey, name: str) -> tuple[str, ...]:
    """Add a passkey; returns recovery codes where these are the first.

    Raises `PasskeyRefused`.
    """
    row = keep_passkey(session, by.person.id, new, name, by.now)
    _changed(session, by, Change.PASSKEY_ADDED, row)
    return _first_codes(session, by)


def remove_app(session: Session, by: Changing) -> None:
    """Let the app's codes open nothing more; quiet where there is none."""
    app = app_of(session, by.person.id)
    if app is not None:
        app.ended_at = by.now
        _changed(session, by, Change.APP_REMOVED, app)
        _end_codes_with_the_last(session, by)


def remove_passkey(session: Session, by: Changing, passkey_id: UUID) -> None:
    """Let a passkey open nothing more; raises `PasskeyNotFound`."""
    row = own_passkey(session, by.person.id, passkey_id)
    row.ended_at = by.now
    _changed(session, by, Change.PASSKEY_REMOVED, row)
    _end_codes_with_the_last(session, by)


def renew_codes(session: Session, by: Changing) -> tuple[str, ...]:
    """Make ten new recovery codes in place of those before."""
    codes = make_codes(session, by.person.id, by.now)
    _changed(session, by, Change.CODES_MADE, by.person)
    return codes


def change_password(session: Session, by: Changing, password_hash: str) -> None:
    """Give a person another password."""
    row = session.get_one(CredentialRecord, by.person.id)
    row.password_hash, row.changed_at = password_hash, by.now
    _changed(session, by, Change.PASSWORD, by.person)


def use_code(
    session: Session, person: PersonRecord, typed: str, settings: Settings, now: datetime
) -> None:
    """Use up one of a person's recovery codes, and tell them; raises `CodeRefused`."""
    row = use_recovery_code(session, person.id, typed, now)
    if row is None:
        raise CodeRefused("no such code, or it was used before")
    actor = f"person:{person.id}"
    record(session, Change.CODE_USED.kind, at=now, actor=actor, subject=row, person=person.id)
    tell_change(session, person, Change.CODE_USED, settings=settings, now=now)


def reset_factors(
    session: Session, person: PersonRecord, settings: Settings, now: datetime, *, actor: str
) -> int:
    """Take every factor and code of a person's away, for one who has lost them; returns how many.

    Whoever asks for it has made sure who asks them. The password stays.
    """
    rows = [*passkeys_of(session, person.id)]
    app = app_of(session, person.id)
    for row in rows:
        row.ended_at = now
    if app is not None:
        app.ended_at = now
    end_codes(session, person.id, now)
    _changed(session, Changing(person, settings, now), Change.RESET, person, actor=actor)
    return len(rows) + (1 if app is not None else 0)


def end_other_sessions(
    session: Session, person: PersonRecord, keep: str | None, now: datetime
) -> None:
    """Sign a person out everywhere but in the session of this key; the caller records it."""
    session.execute(
        update(SessionRecord)
        .where(
            SessionRecord.person_id == person.id,
            SessionRecord.ended_at.is_(None),
            SessionRecord.token_sha256 != (keep or ""),
        )
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )
    end_halves(session, person)


def _first_codes(session: Session, by: Changing) -> tuple[str, ...]:
    if codes_left(session, by.person.id):
        return ()
    codes = make_codes(session, by.person.id, by.now)
    actor = f"person:{by.person.id}"
    record(session, "factor.codes_made", at=by.now, actor=actor, subject=by.person)
    return codes


def _end_codes_with_the_last(session: Session, by: Changing) -> None:
    session.flush()
    if not has_factor(session, by.person.id) and codes_left(session, by.person.id):
        end_codes(session, by.person.id, by.now)
        actor = f"person:{by.person.id}"
        record(session, "factor.codes_ended", at=by.now, actor=actor, subject=by.person)


def _changed(
    session: Session,
    by: Changing,
    change: Change,
    subject: PersonRecord | CodeAppRecord | PasskeyRecord,
    *,
    actor: str | None = None,
) -> None:
    end_other_sessions(session, by.person, by.session_key, by.now)
    record(
        session,
        change.kind,
        at=by.now,
        actor=actor or f"person:{by.person.id}",
        subject=subject,
        person=by.person.id,
    )
    tell_change(session, by.person, change, settings=by.settings, now=by.now)
