"""Rows from one database to another, whichever of the two kinds each is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Table,
    bindparam,
    create_engine,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.pool import NullPool

from archive.database import sqlite_module
from archive.records import Base
from archive.records.evidence import WrappedKeyRecord
from archive.records.factors import HalfSignInRecord
from archive.records.ledger import LedgerDetailRecord
from archive.records.people import SessionRecord

_BATCH = 1000
Change = Callable[[Table, list[dict[str, Any]]], list[dict[str, Any]]]
"""What stands of some rows in the copy."""
_LEFT_OUT = {one.__tablename__ for one in (WrappedKeyRecord, SessionRecord, HalfSignInRecord)}


def tables() -> list[Table]:
    """Return every table but those of wrapped keys and of browsers signed in, or half way there.

    Referred ones come first; what the ledger says of rows comes after all that it speaks of.
    Whatever signing in has ended since must not come to life again.
    """
    listed = [table for table in Base.metadata.sorted_tables if table.name not in _LEFT_OUT]
    return sorted(listed, key=lambda table: table.name == LedgerDetailRecord.__tablename__)


def copy_table(
    source: Connection, target: Connection, table: Table, guard: Change | None = None
) -> int:
    """Copy all rows of a table in batches, perhaps changed; returns how many were read.

    A row that refers to another of the same table gets that reference when
    all of them stand.
    """
    within = [
        column
        for column in table.columns
        if any(key.column.table is table for key in column.foreign_keys)
    ]
    waiting: list[dict[str, Any]] = []
    copied = 0
    reading = source.execution_options(stream_results=True, max_row_buffer=_BATCH)
    with reading.execute(select(table)) as result:
        for rows in result.mappings().partitions(_BATCH):
            values = [dict(row) for row in rows]
            copied += len(values)
            if guard is not None:
                values = guard(table, values)
            for row in values:
                if any(row[column.name] is not None for column in within):
                    waiting.append(_reference(table, within, row))
                    row.update({column.name: None for column in within})
            if values:
                target.execute(insert(table), values)
    if waiting:
        key = [column == bindparam(f"key_{column.name}") for column in table.primary_key.columns]
        change: dict[str, Any] = {column.name: bindparam(f"to_{column.name}") for column in within}
        target.execute(update(table).where(*key).values(change), waiting)
    return copied


@contextmanager
def portable(path: Path) -> Iterator[Connection]:
    """Open a portable file to be filled or read, without references being checked midway."""
    engine = create_engine(f"sqlite:///{path}", module=sqlite_module(), poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _on_connect(link: Any, _record: object) -> None:
        link.execute("PRAGMA journal_mode=DELETE")
        link.execute("PRAGMA trusted_schema=OFF")

    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _reference(table: Table, within: list[Any], row: dict[str, Any]) -> dict[str, Any]:
    return {
        **{f"key_{column.name}": row[column.name] for column in table.primary_key.columns},
        **{f"to_{column.name}": row[column.name] for column in within},
    }
