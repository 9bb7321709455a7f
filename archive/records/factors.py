"""Tables of second factors: code apps, passkeys, recovery codes; and of sign-ins half way."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from archive.records.columns import Base, Protected


class CodeAppRecord(Base, Protected):
    """An authenticator app (RFC 6238); its secret is made from a key that the vault key wraps.

    `last_step` is the 30-second step of the last code that was taken: none at or before it counts.
    """

    __tablename__ = "code_apps"
    __free__ = frozenset({"last_step", "last_used_at"})

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    key_id: Mapped[str] = mapped_column(String(16), index=True)
    wrapped: Mapped[bytes]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    last_step: Mapped[int]
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)


class PasskeyRecord(Base, Protected):
    """A passkey (WebAuthn): its public key only; the private one never leaves its owner's device.

    `uses` is the authenticator's own counter, 0 where it keeps none (WebAuthn §6.1.1).
    """

    __tablename__ = "passkeys"
    __free__ = frozenset({"uses", "last_used_at"})

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    credential_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    credential: Mapped[bytes]
    name: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    uses: Mapped[int]
    last_used_at: Mapped[datetime | None] = mapped_column(default=None)


class RecoveryCodeRecord(Base, Protected):
    """A code for the day when nothing else is at hand, good once; only its hash is kept."""

    __tablename__ = "recovery_codes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    code_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class HalfSignInRecord(Base):
    """A browser that has given the right password and still owes the second factor.

    It opens nothing. With `sets_up` the person has no second factor yet and must choose one.
    """

    __tablename__ = "half_sign_ins"

    secret_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    sets_up: Mapped[bool]
    next_path: Mapped[str] = mapped_column(String(2000))
    made_at: Mapped[datetime] = mapped_column(index=True)


class SpentChallengeRecord(Base):
    """A passkey's challenge that was answered rightly, and so opens nothing more."""

    __tablename__ = "spent_challenges"

    challenge_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
