"""Recovery codes: ten, shown once, each good once, for the day when nothing else is at hand.

A code has 80 bits by chance alone, so its plain hash tells nothing to whoever has the database.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from archive.records.factors import RecoveryCodeRecord

CODES: Final = 10
_BYTES: Final = 10
_LENGTH: Final = 16


def make_codes(session: Session, person_id: UUID, now: datetime) -> tuple[str, ...]:
    """Return ten new codes; those before open nothing more. The caller records it."""
    end_codes(session, person_id, now)
    codes = tuple(_new() for _ in range(CODES))
    session.add_all(
        RecoveryCodeRecord(person_id=person_id, code_sha256=_hash(person_id, code), made_at=now)
        for code in codes
    )
    return codes


def is_code(typed: str) -> bool:
    """Tell whether something has the shape of a recovery code."""
    plain = _plain(typed)
    return len(plain) == _LENGTH and all(one in _LETTERS for one in plain)


def use_recovery_code(
    session: Session, person_id: UUID, typed: str, now: datetime
) -> RecoveryCodeRecord | None:
    """Use up a code; None where there is none, or it was used. The caller records it."""
    row = session.scalars(
        select(RecoveryCodeRecord)
        .where(
            RecoveryCodeRecord.code_sha256 == _hash(person_id, typed),
            RecoveryCodeRecord.person_id == person_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None or row.used_at is not None or row.ended_at is not None:
        return None
    row.used_at = now
    return row


def codes_left(session: Session, person_id: UUID) -> int:
    """Count the codes that still open."""
    query = select(func.count()).select_from(RecoveryCodeRecord).where(*_standing(person_id))
    return session.scalar(query) or 0


def end_codes(session: Session, person_id: UUID, now: datetime) -> None:
    """Let none of a person's codes open anything; the caller records it."""
    for row in session.scalars(select(RecoveryCodeRecord).where(*_standing(person_id))):
        row.ended_at = now


_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz234567")


def _standing(person_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        RecoveryCodeRecord.person_id == person_id,
        RecoveryCodeRecord.used_at.is_(None),
        RecoveryCodeRecord.ended_at.is_(None),
    )


def _new() -> str:
    written = base64.b32encode(secrets.token_bytes(_BYTES)).decode().lower()
    return "-".join(written[start : start + 4] for start in range(0, _LENGTH, 4))


def _plain(typed: str) -> str:
    """Return a code however it was typed: capitals, blanks, 0 and 1 that were o and l on paper."""
    kept = "".join(one for one in typed.lower() if one.isalnum())
    return kept.replace("0", "o").replace("1", "l")


def _hash(person_id: UUID, code: str) -> str:
    return hashlib.sha256(person_id.bytes + _plain(code).encode()).hexdigest()
