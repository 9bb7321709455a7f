"""The sealed account: an operator's, whose secret lies on paper in a safe, for the worst day.

It is nobody's own. Its secret opens once; each use is told at once to everybody who runs Værn and
to the DPO, and then it must be sealed anew. It can do what an operator can, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid4

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.people import PersonRecord, RoleRecord, SessionRecord
from archive.records.ways_in import SealedSecretRecord
from service.access.people import add_person, give_role

WAY: Final = "sealed"
"""How a session was opened by the paper."""
ROLE: Final = "operator"
WATCHERS: Final = ("operator", "lawyer")
"""Who is told when it is used: those who run Værn, and the DPO, who holds the lawyer's role."""
_BYTES: Final = 20
_GROUP: Final = 4


@dataclass(frozen=True, slots=True)
class SealedStanding:
    """Since when the paper lies in the safe, and when it was used (None: it was not)."""

    made_at: datetime
    opened_at: datetime | None


def seal_account(
    session: Session, name: str, now: datetime, *, actor: str, keep: str | None = None
) -> str:
    """Return a new secret of the sealed account, to be shown this once; the one before ends.

    The account is made where there is none yet, under this name. Whoever is signed in with it is
    signed out, but for the session with the hash `keep`.
    """
    person = session.scalars(_account().with_for_update(key_share=True)).first()  # one at a time
    if person is None:
        person = add_person(
            session, name=name, email=None, unit_id=None, now=now, actor=actor, sealed=True
        )
        give_role(session, person, ROLE, unit_id=None, now=now, actor=actor)
    for row in session.scalars(
        select(SealedSecretRecord).where(SealedSecretRecord.ended_at.is_(None)).with_for_update()
    ):
        row.ended_at = now
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
    secret = _new()
    row = SealedSecretRecord(
        id=uuid4(), person_id=person.id, secret_sha256=_hash(secret), made_at=now
    )
    session.add(row)
    record(session, "sealed_account.sealed", at=now, actor=actor, subject=row)
    return secret


def is_sealed_secret(session: Session, typed: str) -> bool:
    """Tell whether something typed opens the sealed account; nothing is used up by asking."""
    query = _live().where(SealedSecretRecord.secret_sha256 == _hash(typed))
    return session.scalars(query).one_or_none() is not None


def sealed_person(session: Session) -> PersonRecord | None:
    """Return the sealed account's person, or None where there is none."""
    return session.scalars(_account()).first()


def break_seal(session: Session, typed: str, now: datetime) -> bool:
    """Use the secret up; False where it opens nothing, or somebody was quicker."""
    query = _live().where(SealedSecretRecord.secret_sha256 == _hash(typed)).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None or row.opened_at is not None:
        return False
    row.opened_at = now
    actor = f"person:{row.person_id}"
    record(session, "sealed_account.opened", at=now, actor=actor, subject=row)
    return True


def sealed_standing(session: Session) -> SealedStanding | None:
    """Return how the sealed account stands, or None where there is none."""
    query = select(SealedSecretRecord).where(SealedSecretRecord.ended_at.is_(None))
    row = session.scalars(query.order_by(SealedSecretRecord.made_at.desc()).limit(1)).first()
    return SealedStanding(row.made_at, row.opened_at) if row else None


def those_to_tell(session: Session, now: datetime) -> Sequence[PersonRecord]:
    """Return everybody who runs Værn and the DPO, as they stand now; never the account itself."""
    holds = select(RoleRecord.person_id).where(
        RoleRecord.role.in_(WATCHERS),
        RoleRecord.since <= now,
        or_(RoleRecord.until.is_(None), RoleRecord.until > now),
    )
    query = select(PersonRecord).where(
        PersonRecord.id.in_(holds),
        PersonRecord.sealed.is_(False),
        or_(PersonRecord.ended_at.is_(None), PersonRecord.ended_at > now),
    )
    return session.scalars(query.order_by(PersonRecord.name, PersonRecord.id)).all()


def _account() -> Select[PersonRecord]:
    return select(PersonRecord).where(PersonRecord.sealed.is_(True))


def _live() -> Select[SealedSecretRecord]:
    return select(SealedSecretRecord).where(
        SealedSecretRecord.ended_at.is_(None), SealedSecretRecord.opened_at.is_(None)
    )


def _new() -> str:
    """Return 160 bits by chance alone, as eight groups of four letters."""
    written = base64.b32encode(secrets.token_bytes(_BYTES)).decode().lower()
    return "-".join(written[at : at + _GROUP] for at in range(0, len(written), _GROUP))


def _hash(typed: str) -> str:
    """Return the hash of a secret however it was typed: 0 and 1 were o and l on the paper."""
    kept = "".join(one for one in typed.lower() if one.isalnum())
    return hashlib.sha256(kept.replace("0", "o").replace("1", "l").encode()).hexdigest()
