"""New rows by the short way: one INSERT a table, without the session's bookkeeping.

The doors use it: a receipt writes four rows, and the unit of work would cost
more than hashing and sealing together. The rows are values here, not managed
objects; the ledger binds them all the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Column, Insert, Table, insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from archive.records.columns import Protected


def insert_new(session: Session, *rows: Protected) -> None:
    """Insert new rows in the order given, and let the next ledger entry speak for them."""
    insert_silently(session, rows)
    speak_for(session, *rows)


def insert_silently(session: Session, rows: Iterable[Protected]) -> None:
    """Insert new rows, neighbours of one table in one go; `speak_for` each of them must follow."""
    connection = session.connection()
    for table, some in groupby(rows, _table_of):
        connection.execute(_insert_into(table), [_values(row, table) for row in some])


def speak_for(session: Session, *rows: Protected) -> None:
    """Let the next ledger entry speak for rows that were inserted silently."""
    changed: dict[str, Protected | None] = session.info.setdefault("changed", {})
    changed.update((row.row_key(), row) for row in rows)


def _table_of(row: Protected) -> Table:
    table: Table = row.__table__
    return table


@cache
def _insert_into(table: Table) -> Insert:
    return insert(table)


def _values(row: Protected, table: Table) -> dict[str, Any]:
    """Return what is stored, having given the row its plain defaults too."""
    set_here = row.__dict__
    values = {}
    for key, default in _columns(table):
        value = set_here.get(key)
        if value is None and default is not None:
            if default is _BY_CALLER:
                raise ValueError(f"{table.name}.{key} is set by the caller here")
            value = default
            setattr(row, key, value)
        values[key] = value
    return values


_BY_CALLER = object()


@cache
def _columns(table: Table) -> tuple[tuple[str, Any], ...]:
    """Return each column with its plain default, if it has one."""
    return tuple((column.key, _default_of(column)) for column in table.columns)


def _default_of(column: Column[Any]) -> object:
    if isinstance(column.default, ScalarElementColumnDefault):
        return column.default.arg
    return None if column.default is None else _BY_CALLER
