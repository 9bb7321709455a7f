"""People, roles and who is asking: loaded afresh on each request, so that a lost role is gone."""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from archive.ledger.log import record
from archive.records.people import (
    CredentialRecord,
    PersonRecord,
    RoleRecord,
    SessionRecord,
    TokenRecord,
    UnitRecord,
)
from service.access.own_rights import differing, in_force
from service.access.principal import HeldRole, Principal
from service.access.rights import Rights, shipped_rights
from service.errors import NameTaken, NotSignedIn, UnitNotFound

_TREE = select(UnitRecord.id, UnitRecord.parent_id)
_DIFFERING = differing().label("differing")


class RoleUnknown(ValueError):
    """The table of rights has no such role."""


def secret_hash(secret: str) -> str:
    """Return the SHA-256 by which a cookie or token is looked up; the secret itself is not kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def unit_by_name(session: Session, name: str) -> UnitRecord:
    """Return a unit, or raise `UnitNotFound`."""
    unit = session.scalars(select(UnitRecord).where(UnitRecord.name == name)).first()
    if unit is None:
        raise UnitNotFound(name)
    return unit


def add_unit(
    session: Session,
    name: str,
    now: datetime,
    *,
    parent: UUID | None = None,
    actor: str,
    number: str | None = None,
    by_file: bool = False,
) -> UnitRecord:
    """Add a place of work; raises `NameTaken`."""
    taken = UnitRecord.name == name
    if number is not None:
        taken = or_(taken, UnitRecord.number == number)
    if session.scalars(select(UnitRecord.id).where(taken)).first():
        raise NameTaken(name)
    unit = UnitRecord(id=uuid4(), name=name, parent_id=parent, number=number, by_file=by_file)
    session.add(unit)
    record(session, "unit.added", at=now, actor=actor, subject=unit)
    return unit


def add_person(
    session: Session,
    *,
    name: str,
    email: str | None,
    unit_id: UUID | None,
    now: datetime,
    actor: str,
    title: str | None = None,
    phone: str | None = None,
    language: str = "da",
    password_hash: str | None = None,
    number: str | None = None,
    by_file: bool = False,
    sealed: bool = False,
) -> PersonRecord:
    """Add one of ours, with a password where given; raises `NameTaken` for a known address.

    `sealed` is the account that is nobody's own (`access.sealed_account`).
    """
    address = email.strip().lower() if email else None
    if address and person_by_email(session, address) is not None:
        raise NameTaken(address)
    same = select(PersonRecord.id).where(PersonRecord.number == number)
    if number and session.scalars(same).first() is not None:
        raise NameTaken(number)
    person = PersonRecord(
        id=uuid4(),
        name=name,
        email=address,
        unit_id=unit_id,
        title=title,
        phone=phone,
        language=language,
        number=number,
        by_file=by_file,
        sealed=sealed,
        added_at=now,
    )
    session.add(person)
    session.flush()
    if password_hash is not None:
        session.add(
            CredentialRecord(person_id=person.id, password_hash=password_hash, changed_at=now)
        )
    record(session, "person.added", at=now, actor=actor, subject=person)
    return person


def give_role(
    session: Session,
    person: PersonRecord,
    role: str,
    *,
    unit_id: UUID | None,
    now: datetime,
    actor: str,
    by_group: bool = False,
    by_file: bool = False,
    until: datetime | None = None,
) -> RoleRecord:
    """Give a role, in one unit or (None) everywhere, perhaps for a time; raises `RoleUnknown`.

    `by_group` says that it follows from a group at the provider (`access.identities`), `by_file`
    that an imported file gave it.
    """
    if role not in shipped_rights().roles:
        raise RoleUnknown(role)
    held = RoleRecord(
        id=uuid4(),
        person_id=person.id,
        role=role,
        unit_id=unit_id,
        since=now,
        until=until,
        by_group=by_group,
        by_file=by_file,
    )
    session.add(held)
    entry = record(session, "role.given", at=now, actor=actor, subject=person, role=role)
    if by_group:
        entry.facts["by_group"] = True
    return held


def person_by_email(session: Session, address: str) -> PersonRecord | None:
    """Return whom an address belongs to; mail carries no authority, this only names."""
    query = select(PersonRecord).where(PersonRecord.email == address.strip().lower())
    return session.scalars(query).first()


def principal_of(
    session: Session, person: PersonRecord, rights: Rights, now: datetime, form_token: str = ""
) -> Principal:
    """Return a person as one who asks; everyone of ours is at least an employee.

    `rights` is the shipped table: what the municipality has changed in it is found beside the
    roles.
    """
    if person.ended_at is not None and person.ended_at <= now:
        raise NotSignedIn("this person has left")
    standing = and_(
        RoleRecord.person_id == PersonRecord.id,
        RoleRecord.since <= now,
        or_(RoleRecord.until.is_(None), RoleRecord.until > now),
    )
    # Outer: without a role, what differs stands beside none.
    rows: Sequence[Any] = session.execute(
        select(_DIFFERING, RoleRecord.role, RoleRecord.unit_id)
        .select_from(PersonRecord)
        .outerjoin(RoleRecord, standing)
        .where(PersonRecord.id == person.id)
    ).all()
    held = [(role, unit_id) for _, role, unit_id in rows if role is not None]
    return Principal(
        actor=f"person:{person.id}",
        name=person.name,
        roles=with_roles(UnitsBelow(session), held, person.unit_id, sealed=person.sealed),
        rights=in_force(rights, rows[0][0] if rows else None),
        person_id=person.id,
        unit_id=person.unit_id,
        language=person.language,
        form_token=form_token,
        pictures=person.pictures,
    )


def with_roles(
    below: UnitsBelow,
    given: Sequence[tuple[str, UUID | None]],
    own_unit_id: UUID | None,
    *,
    sealed: bool = False,
) -> tuple[HeldRole, ...]:
    """Return the roles that a person holds: those given, and employee, which each of ours is.

    The `sealed` account is nobody: it holds what it was given and nothing more.
    """
    held = [HeldRole(role, below(unit_id)) for role, unit_id in given]
    if not sealed and not any(one.role == "employee" for one in held):
        # No place of work is no unit at all, not the whole municipality.
        own = below(own_unit_id) if own_unit_id is not None else frozenset()
        held.append(HeldRole("employee", own))
    return tuple(held)


def open_session(
    session: Session,
    person: PersonRecord,
    now: datetime,
    *,
    way: str = "password",
    label: str = "?",
    acr: str | None = None,
    amr: str | None = None,
) -> tuple[str, str]:
    """Begin a signed-in session; returns the cookie's secret and the form token.

    `way` is how they signed in, `label` how their browser is named in a list, `acr` and `amr`
    what the provider says of how it knew them.
    """
    secret, form_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    session.add(
        SessionRecord(
            token_sha256=secret_hash(secret),
            person_id=person.id,
            form_token=form_token,
            made_at=now,
            last_seen_at=now,
            way=way,
            label=label,
            acr=acr,
            amr=amr,
        )
    )
    record(session, "session.opened", at=now, actor=f"person:{person.id}", subject=person, way=way)
    return secret, form_token


def session_by_secret(
    session: Session, secret: str, now: datetime, *, idle: timedelta, whole: timedelta
) -> tuple[SessionRecord, PersonRecord]:
    """Return a live session and its person, or raise `NotSignedIn`."""
    return session_by_key(session, secret_hash(secret), now, idle=idle, whole=whole)


def session_by_key(
    session: Session, key: str, now: datetime, *, idle: timedelta, whole: timedelta
) -> tuple[SessionRecord, PersonRecord]:
    """Return a live session by the hash of its secret, or raise `NotSignedIn`."""
    row = session.get(SessionRecord, key)
    if row is None:
        raise NotSignedIn("no such session")
    require_live(row, now, idle=idle, whole=whole)
    return row, session.get_one(PersonRecord, row.person_id)


class Lived(Protocol):
    """When a session was made, last used and ended."""

    @property
    def made_at(self) -> datetime:
        """When it was opened."""

    @property
    def last_seen_at(self) -> datetime:
        """When it was last used, to the minute."""

    @property
    def ended_at(self) -> datetime | None:
        """When it was ended, if it was."""


def require_live(row: Lived, now: datetime, *, idle: timedelta, whole: timedelta) -> None:
    """Raise `NotSignedIn` for a session that was ended, rested too long or is too old."""
    if row.ended_at is not None:
        raise NotSignedIn("no such session")
    if now - row.last_seen_at > idle or now - row.made_at > whole:
        raise NotSignedIn("the session has ended")


def touch_session(session: Session, key: str, now: datetime) -> None:
    """Note that a session is in use, so that rest is counted from here."""
    row = session.get(SessionRecord, key)
    if row is not None:
        row.last_seen_at = now


def end_session(session: Session, secret: str, now: datetime) -> None:
    """Sign out; quiet where the session is gone already."""
    row = session.get(SessionRecord, secret_hash(secret))
    if row is not None and row.ended_at is None:
        row.ended_at = now
        record(session, "session.ended", at=now, actor=f"person:{row.person_id}")


def password_hash_of(session: Session, address: str) -> tuple[PersonRecord | None, str | None]:
    """Return whom an address names and the hash of their password; (None, None) for nobody."""
    person = person_by_email(session, address)
    if person is None:
        return None, None
    credential = session.get(CredentialRecord, person.id)
    return person, credential.password_hash if credential else None


def anyone_signs_in(session: Session) -> bool:
    """Tell whether any person has a password."""
    return session.execute(select(CredentialRecord.person_id).limit(1)).first() is not None


def add_token(
    session: Session,
    *,
    name: str,
    role: str,
    unit_id: UUID | None,
    expires_at: datetime,
    now: datetime,
    actor: str,
) -> str:
    """Make a bearer token for a program and return it; it cannot be shown again.

    Raises `RoleUnknown`.
    """
    if role not in shipped_rights().roles:
        raise RoleUnknown(role)
    secret = f"vaern_{secrets.token_urlsafe(32)}"
    token = TokenRecord(
        id=uuid4(),
        token_sha256=secret_hash(secret),
        name=name,
        role=role,
        unit_id=unit_id,
        made_at=now,
        expires_at=expires_at,
    )
    session.add(token)
    record(session, "token.made", at=now, actor=actor, subject=token, role=role)
    return secret


def principal_of_token(session: Session, secret: str, rights: Rights, now: datetime) -> Principal:
    """Return the program that holds a token, or raise `NotSignedIn`."""
    query = select(TokenRecord, _DIFFERING).where(TokenRecord.token_sha256 == secret_hash(secret))
    found = session.execute(query).first()
    row = found[0] if found else None
    if found is None or row is None or row.revoked_at is not None or row.expires_at <= now:
        raise NotSignedIn("no such token")
    return Principal(
        actor=f"token:{row.id}",
        name=row.name,
        roles=(HeldRole(row.role, UnitsBelow(session)(row.unit_id)),),
        rights=in_force(rights, found[1]),
        unit_id=row.unit_id,
    )


class UnitsBelow:
    """Units with all below them; the tree is first read when some unit is asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def _children(self) -> dict[UUID | None, list[UUID]]:
        children: dict[UUID | None, list[UUID]] = defaultdict(list)
        for unit, parent in self._session.execute(_TREE):
            children[parent].append(unit)
        return children

    def __call__(self, top: UUID | None) -> frozenset[UUID] | None:
        """Return a unit with all below it; None (everywhere) stays None."""
        if top is None:
            return None
        found, waiting = {top}, [top]
        while waiting:
            for child in self._children[waiting.pop()]:
                if child not in found:
                    found.add(child)
                    waiting.append(child)
        return frozenset(found)
