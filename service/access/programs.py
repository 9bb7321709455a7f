"""Programs and their tokens, as those who run the service look at them; and when one was used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from archive.records.people import TokenRecord, UnitRecord
from service.access.endings import revoke_token
from service.access.people import add_token, secret_hash
from service.access.principal import Principal
from service.access.sealed_account import those_to_tell
from service.errors import TokenNotFound, UnitNotFound
from service.notices.ways_in import tell_token_made
from service.settings import Settings

SEE: Final = "operations.see"
CHANGE: Final = "organisation.change"
NOTED_EVERY: Final = timedelta(minutes=1)
"""Use within so short a time of the last is not noted again: a program may ask all day."""


@dataclass(frozen=True, slots=True)
class Program:
    """What a token is to let its program do, and until when; None of a unit is everywhere."""

    name: str
    role: str
    unit_id: UUID | None
    expires_at: datetime


def make_token(
    session: Session, who: Principal, wanted: Program, settings: Settings, now: datetime
) -> str:
    """Make a token and return its secret, to be shown this once.

    Nobody gives themselves a role, and a token is as good as one: so everybody who runs the
    service, and the DPO, are told. Raises `UnitNotFound`, `RoleUnknown`.
    """
    who.require(CHANGE)
    if wanted.unit_id is not None and session.get(UnitRecord, wanted.unit_id) is None:
        raise UnitNotFound(str(wanted.unit_id))
    secret = add_token(
        session,
        name=wanted.name,
        role=wanted.role,
        unit_id=wanted.unit_id,
        expires_at=wanted.expires_at,
        now=now,
        actor=who.actor,
    )
    for one in those_to_tell(session, now):
        tell_token_made(session, one, settings=settings, now=now)
    return secret


def end_token(session: Session, who: Principal, token_id: UUID, now: datetime) -> None:
    """Let a token open nothing from now on; raises `TokenNotFound`."""
    who.require(CHANGE)
    token = session.get(TokenRecord, token_id)
    if token is None:
        raise TokenNotFound(str(token_id))
    revoke_token(session, token, now, actor=who.actor)


def is_use_to_note(session: Session, secret: str, now: datetime) -> bool:
    """Tell whether a token's last use was so long ago that this one is to be noted."""
    query = select(TokenRecord.last_used_at).where(TokenRecord.token_sha256 == secret_hash(secret))
    last = session.scalar(query)
    return last is None or now - last >= NOTED_EVERY


def note_use(session: Session, secret: str, now: datetime) -> None:
    """Note that a token is in use now: the work of a moment, no fact that the ledger binds."""
    session.execute(
        update(TokenRecord)
        .where(TokenRecord.token_sha256 == secret_hash(secret))
        .values(last_used_at=now)
        .execution_options(synchronize_session=False)
    )
