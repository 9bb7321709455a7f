"""Tables of how people come in for the first time: the first start, invitations, a sealed account.

Also what the municipality said of itself at the first start.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from archive.records.columns import WORK_COLUMNS, Base, Protected, Work


class MunicipalityRecord(Base, Protected):
    """What the municipality is called and where its staff forward mail; a setting stands above it.

    There is one municipality, and so at most one row.
    """

    __tablename__ = "municipality"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    name: Mapped[str] = mapped_column(String(200))
    archive_address: Mapped[str] = mapped_column(String(320))
    named_at: Mapped[datetime]


class FirstStartRecord(Base, Protected):
    """A link by which the first person comes in, once; only the hash of its secret is kept."""

    __tablename__ = "first_starts"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class InvitationRecord(Base, Work, Protected):
    """That a person is told of their way in, by a mail to the address that stands here.

    It waits until the mail is made; then the hash of its link's secret is kept, where the mail
    holds one: where the municipality's provider signs people in it holds none.
    """

    __tablename__ = "invitations"
    __free__ = WORK_COLUMNS

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    email: Mapped[str] = mapped_column(String(320))
    secret_sha256: Mapped[str | None] = mapped_column(String(64), unique=True, default=None)
    asked_at: Mapped[datetime]
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class SealedSecretRecord(Base, Protected):
    """The secret of the sealed account, which lies on paper in a safe and opens once.

    `opened_at` is when it was used; `ended_at` when another took its place.
    """

    __tablename__ = "sealed_secrets"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
