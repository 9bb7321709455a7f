"""Tables of our own people: units, persons, credentials, roles, sessions, tokens, the roster.

Also how often signing in failed, and from which browsers it has succeeded before.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from archive.records.columns import Base, Protected


class UnitRecord(Base, Protected):
    """A place of work in the municipality's tree."""

    __tablename__ = "units"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"), default=None)
    number: Mapped[str | None] = mapped_column(String(40), unique=True, default=None)
    """The municipality's own number of it, by which a file finds it under another name."""
    by_file: Mapped[bool] = mapped_column(default=False)
    """Whether it stood in an imported file, and so is missed when it stands there no longer."""
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class PersonRecord(Base, Protected):
    """One of ours: an employee or leader, whether or not they ever sign in."""

    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320), unique=True)
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"), index=True)
    language: Mapped[str] = mapped_column(String(5), default="da")
    title: Mapped[str | None] = mapped_column(String(200), default=None)
    phone: Mapped[str | None] = mapped_column(String(40), default=None)
    number: Mapped[str | None] = mapped_column(String(40), unique=True, default=None)
    """The employee number, by which a file finds them under another name or address."""
    by_file: Mapped[bool] = mapped_column(default=False)
    """Whether they stood in an imported file, and so are missed when they stand there no longer."""
    pictures: Mapped[str] = mapped_column(String(8), default="plain")
    """How pictures are shown to them once asked for: `plain`, `grey`, or `soft` (grey, blurred)."""
    sealed: Mapped[bool] = mapped_column(default=False)
    """Whether it is the sealed account, which opens by a paper in a safe and is nobody's own."""
    added_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class CredentialRecord(Base, Protected):
    """A person's local password, as an argon2id hash."""

    __tablename__ = "credentials"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(300))
    changed_at: Mapped[datetime]


class RoleRecord(Base, Protected):
    """That a person holds a role, in one unit (and those below it) or everywhere."""

    __tablename__ = "roles"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"), default=None)
    since: Mapped[datetime]
    until: Mapped[datetime | None] = mapped_column(default=None)
    by_group: Mapped[bool] = mapped_column(default=False)
    """Whether it follows from a group at the provider, and ends with it."""
    by_file: Mapped[bool] = mapped_column(default=False)
    """Whether an imported file gave it; only then does a file end it."""


class SessionRecord(Base):
    """A signed-in browser; only the hash of its cookie is kept."""

    __tablename__ = "sessions"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    form_token: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    way: Mapped[str] = mapped_column(String(20), default="password")
    """How its person signed in: `password`, `code`, `passkey`, `recovery_code`, `provider`, …"""
    acr: Mapped[str | None] = mapped_column(String(200), default=None)
    """Which level of assurance the provider spoke of (OpenID Connect Core §2)."""
    amr: Mapped[str | None] = mapped_column(String(200), default=None)
    """By what the provider knew them, divided by spaces (RFC 8176)."""
    label: Mapped[str] = mapped_column(String(60), default="?")
    """How its browser is named in a list."""


class KnownDeviceRecord(Base):
    """A browser from which a person has signed in before; only the hash of its cookie is kept.

    Whoever holds it is not made to wait for what strangers do with the person's address.
    """

    __tablename__ = "known_devices"

    secret_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    made_at: Mapped[datetime]
    last_used_at: Mapped[datetime]


class SignInTryRecord(Base):
    """How often a sign-in has failed: for an account, an address, both together, or a device.

    `key` holds no name: what was typed stands there only as a hash.
    """

    __tablename__ = "sign_in_tries"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    wait_until: Mapped[datetime | None] = mapped_column(default=None, index=True)


class TokenRecord(Base, Protected):
    """A bearer token for a program: a role, perhaps a unit, an end; only its hash is kept."""

    __tablename__ = "tokens"
    __free__ = frozenset({"last_used_at"})

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"), default=None)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)


class RosterRecord(Base, Protected):
    """How an employee is named in posts: names, nicknames, titles; for moderation only.

    With `person_id` it says more of one of ours; without, of somebody who never signs in. From
    `ended_at` on they have left, and count for as long as the settings say.
    """

    __tablename__ = "roster"
    __table_args__ = (CheckConstraint("name <> ''", name="named"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str | None] = mapped_column(String(200), default=None)
    nicknames: Mapped[list[Any]] = mapped_column(default=list)
    titles: Mapped[list[Any]] = mapped_column(default=list)
    by_file: Mapped[bool] = mapped_column(default=False)
    """Whether a file named them, so that a later file without them may end it."""
    added_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
