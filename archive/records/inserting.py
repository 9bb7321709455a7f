"""New rows by the short way: one INSERT for each, without the session's bookkeeping.

The doors use it: a receipt writes four rows, and the unit of work would cost
more than hashing and sealing together. The rows are values here, not managed
objects; the ledger binds them all the same.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from archive.records.columns import Protected


def insert_new(session: Session, *rows: Protected) -> None:
    """Insert new rows in the order given, and let the next ledger entry speak for them."""
    changed: dict[str, Protected | None] = session.info.setdefault("changed", {})
    for row in rows:
        table: Table = row.__table__
        session.connection().execute(insert(table), [_values(row, table)])
        changed[row.row_key()] = row


def _values(row: Protected, table: Table) -> dict[str, Any]:
    """Return what is stored, having given the row its plain defaults too."""
    values = {}
    for column in table.columns:
        value = getattr(row, column.key)
        if value is None and isinstance(column.default, ScalarElementColumnDefault):
            value = column.default.arg
            setattr(row, column.key, value)
        elif value is None and column.default is not None:
            raise ValueError(f"{table.name}.{column.key} is set by the caller here")
        values[column.key] = value
    return values
