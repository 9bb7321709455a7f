"""The ground under every table: the base class, honest column types, rows that a ledger binds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, Dialect, LargeBinary, MetaData, String, Table, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import JSON, TypeDecorator


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment. SQLite forgets the zone; this column does not."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone; store UTC."""
        del dialect
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give UTC back."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table of the archive."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime(),
        UUID: Uuid(),
        bytes: LargeBinary(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
    }


class Protected:
    """A row that must equal what its latest ledger entry says of it (decision 6).

    Every column counts except those named in `__free__`: they change with the
    work (attempts, claims), not with the facts.
    """

    __free__: ClassVar[frozenset[str]] = frozenset()
    __table__: ClassVar[Any]

    @classmethod
    def protected_columns(cls) -> tuple[str, ...]:
        """Name the columns that the ledger binds, in the table's order."""
        return _bound(cls.__table__, cls.__free__)

    def row_key(self) -> str:
        """Name this row in the ledger: `table:primary key`."""
        keys = self.__table__.primary_key.columns
        return ":".join([self.__table__.name, *(str(getattr(self, c.name)) for c in keys)])

    def row_digest(self) -> str:
        """Return the SHA-256 of the row's protected columns in canonical form, as hex."""
        return row_digest({name: getattr(self, name) for name in self.protected_columns()})


@cache
def _bound(table: Table, free: frozenset[str]) -> tuple[str, ...]:
    return tuple(c.name for c in table.columns if c.name not in free)


class Work:
    """Columns by which a row says that it waits for work; the row's state is the queue.

    A worker claims by compare-and-set and writes its result only under the
    fence number that it claimed with (decision 2).
    """

    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(120), default=None)
    next_attempt_at: Mapped[datetime | None] = mapped_column(default=None, index=True)
    claimed_by: Mapped[str | None] = mapped_column(String(120), default=None)
    claimed_until: Mapped[datetime | None] = mapped_column(default=None)
    fence: Mapped[int] = mapped_column(default=0)


WORK_COLUMNS = frozenset(
    {"attempts", "last_error", "next_attempt_at", "claimed_by", "claimed_until", "fence"}
)


def canonical(value: object) -> bytes:
    """Return the one byte form of a JSON value: sorted keys, no spaces, UTF-8."""
    return _CANONICAL.encode(_plain(value)).encode()


# Made once: `json.dumps` makes one for each call that asks for anything of its own.
_CANONICAL = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def digest_of(value: object) -> str:
    """Return the SHA-256 of a value's canonical form, as hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def row_digest(values: dict[str, Any]) -> str:
    """Return the digest of a row's values by column.

    What is null is left out: so a migration that adds a nullable column
    leaves every earlier digest true.
    """
    return digest_of({name: value for name, value in values.items() if value is not None})


def timestamp(moment: datetime) -> str:
    """Write a moment as the ledger does: RFC 3339, UTC, microseconds, `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[: -len("+00:00")] + "Z"


def _plain(value: object) -> object:
    """Bring column values to JSON: moments, ids and bytes as text, each in one way only."""
    if isinstance(value, dict):
        return {
            str(key): item if type(item) in _AS_THEY_ARE else _plain(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    for kind, written in _WRITTEN:
        if isinstance(value, kind):
            return written(value)
    return value


_AS_THEY_ARE = frozenset({str, int, bool, type(None)})
"""Looked at first: most are of these, and each receipt asks a hundred times."""
_WRITTEN: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (str, str),
    (datetime, timestamp),
    (UUID, str),
    (bytes, lambda value: hashlib.sha256(value).hexdigest()),
)
