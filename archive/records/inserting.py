"""New rows by the short way: one INSERT a table, without the session's bookkeeping.

The doors use it: a receipt writes four rows, and the unit of work would cost
more than hashing and sealing together. The rows are values, not managed
objects; the ledger binds them all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table, insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from archive.records.columns import Protected, row_digest


class NewRow:
    """A row of a protected table that is still to be inserted, as plain values by column.

    What is not given takes its column's plain default; raises `ValueError`
    where that default is the caller's to set, `TypeError` for no such column.
    """

    __slots__ = ("_digest", "record", "values")

    def __init__(self, record: type[Protected], **given: Any) -> None:
        self.record = record
        self.values: dict[str, Any] = {}
        for key, default in _columns(record.__table__):
            value = given.pop(key, None)
            if value is None and default is not None:
                if default is _BY_CALLER:
                    raise ValueError(f"{record.__table__.name}.{key} is set by the caller here")
                value = default
            self.values[key] = value
        if given:
            raise TypeError(f"{record.__table__.name} has no columns {sorted(given)}")
        self._digest: str | None = None

    def row_key(self) -> str:
        """Name this row in the ledger, as the managed row will."""
        table = self.record.__table__
        return ":".join([table.name, *(str(self.values[key]) for key in _keys(table))])

    def row_digest(self) -> str:
        """Return the digest that the managed row will have."""
        if self._digest is None:
            values = self.values
            self._digest = row_digest({key: values[key] for key in self.record.protected_columns()})
        return self._digest


def insert_rows(connection: Connection, rows: Iterable[NewRow]) -> None:
    """Insert new rows in their order, neighbours of one table in one go.

    A ledger entry that speaks for each of them must follow in the same transaction.
    """
    for table, some in groupby(rows, lambda row: row.record.__table__):
        insert_values(connection, table, [row.values for row in some])


def insert_new(session: Session, row: NewRow) -> None:
    """Insert one row, and let the next ledger entry speak for it."""
    insert_rows(session.connection(), [row])
    session.info.setdefault("changed", {})[row.row_key()] = row


def insert_values(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that have a value for every column, by a statement that is made once."""
    statement, bind = _prepared(table, connection.dialect)
    connection.exec_driver_sql(statement, [bind(row) for row in rows])


Binding = Callable[[Mapping[str, Any]], Any]


@cache
def _prepared(table: Table, dialect: Dialect) -> tuple[str, Binding]:
    """Return the INSERT for a table, and what makes its driver's parameters of a row."""
    compiled = insert(table).compile(dialect=dialect)
    told: list[tuple[str, Callable[[Any], Any] | None]] = [
        (column.key, column.type.dialect_impl(dialect).bind_processor(dialect))
        for column in (table.columns[name] for name in compiled.positiontup or table.columns.keys())
    ]
    if compiled.positional:
        return str(compiled), lambda row: tuple(
            [write(row[key]) if write else row[key] for key, write in told]
        )
    return str(compiled), lambda row: {
        key: write(row[key]) if write else row[key] for key, write in told
    }


@cache
def _keys(table: Table) -> tuple[str, ...]:
    return tuple(column.key for column in table.primary_key.columns)


_BY_CALLER = object()


@cache
def _columns(table: Table) -> tuple[tuple[str, Any], ...]:
    """Return each column with its plain default, if it has one."""
    return tuple((column.key, _default_of(column)) for column in table.columns)


def _default_of(column: Column[Any]) -> object:
    if isinstance(column.default, ScalarElementColumnDefault):
        return column.default.arg
    return None if column.default is None else _BY_CALLER
