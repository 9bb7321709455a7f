"""Who has a place here: people with their roles, programs with their tokens."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive.records.people import (
    CredentialRecord,
    PersonRecord,
    RoleRecord,
    TokenRecord,
    UnitRecord,
)
from service.access.factors import with_factor
from service.access.identities import linked_people
from service.access.people import person_by_email
from service.errors import PersonNotFound, TokenNotFound

SHORTEST_ID = 6
"""So much of a token's id must be given: enough to mean one, short enough to type."""


class TokenState(StrEnum):
    """Whether a token still opens anything."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Role:
    """A role held now; `unit` is None where it reaches the whole municipality."""

    role: str
    unit: str | None


@dataclass(frozen=True, slots=True)
class Listed:
    """One person as whoever runs the service sees them."""

    id: UUID
    name: str
    email: str | None
    unit: str | None
    title: str | None
    roles: tuple[Role, ...]
    signs_in: bool
    second_factor: bool
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListedToken:
    """One token; its secret is kept nowhere."""

    id: UUID
    name: str
    role: str
    unit: str | None
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    state: TokenState


def list_people(session: Session, now: datetime, *, ended: bool = False) -> tuple[Listed, ...]:
    """Return everyone by name; those who have left only where they are asked for."""
    units = _unit_names(session)
    roles: dict[UUID, list[Role]] = defaultdict(list)
    held = select(RoleRecord).where(
        RoleRecord.since <= now, or_(RoleRecord.until.is_(None), RoleRecord.until > now)
    )
    for row in session.scalars(held.order_by(RoleRecord.since, RoleRecord.id)):
        unit = units.get(row.unit_id) if row.unit_id else None
        roles[row.person_id].append(Role(row.role, unit))
    sign_in = set(session.scalars(select(CredentialRecord.person_id))) | linked_people(session)
    factors = with_factor(session)
    query = select(PersonRecord).order_by(PersonRecord.name, PersonRecord.id)
    return tuple(
        Listed(
            id=one.id,
            name=one.name,
            email=one.email,
            unit=units.get(one.unit_id) if one.unit_id else None,
            title=one.title,
            roles=tuple(roles[one.id]),
            signs_in=one.id in sign_in and not _has_left(one, now),
            second_factor=one.id in factors,
            ended_at=one.ended_at,
        )
        for one in session.scalars(query)
        if ended or not _has_left(one, now)
    )


def list_tokens(session: Session, now: datetime) -> tuple[ListedToken, ...]:
    """Return every token, those that open nothing more too, the oldest first."""
    units = _unit_names(session)
    query = select(TokenRecord).order_by(TokenRecord.made_at, TokenRecord.id)
    return tuple(
        ListedToken(
            id=one.id,
            name=one.name,
            role=one.role,
            unit=units.get(one.unit_id) if one.unit_id else None,
            made_at=one.made_at,
            expires_at=one.expires_at,
            revoked_at=one.revoked_at,
            last_used_at=one.last_used_at,
            state=_state(one, now),
        )
        for one in session.scalars(query)
    )


def find_person(session: Session, email: str) -> PersonRecord:
    """Return whom an address belongs to; raises `PersonNotFound`."""
    person = person_by_email(session, email)
    if person is None:
        raise PersonNotFound(email)
    return person


def find_token(session: Session, stated: str) -> TokenRecord:
    """Return the one token whose id begins so; raises `TokenNotFound`.

    The secret itself names none: nobody should type it where a shell keeps what was typed.
    """
    wanted = stated.strip().lower().replace("-", "")
    found = [one for one in session.scalars(select(TokenRecord)) if one.id.hex.startswith(wanted)]
    if len(wanted) < SHORTEST_ID or len(found) != 1:
        raise TokenNotFound(f"{len(found)} tokens have an id that begins with {stated!r}")
    return found[0]


def _unit_names(session: Session) -> dict[UUID, str]:
    return {row.id: row.name for row in session.execute(select(UnitRecord.id, UnitRecord.name))}


def _has_left(person: PersonRecord, now: datetime) -> bool:
    return person.ended_at is not None and person.ended_at <= now


def _state(token: TokenRecord, now: datetime) -> TokenState:
    if token.revoked_at is not None:
        return TokenState.REVOKED
    return TokenState.VALID if token.expires_at > now else TokenState.EXPIRED
