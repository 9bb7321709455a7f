"""New rows by the short way: one INSERT a table, without the session's bookkeeping.

The doors use it: a receipt writes four rows, and the unit of work would cost
more than hashing and sealing together. The rows are values, not managed
objects; the ledger binds them all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
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
    statement = _prepared(table, connection.dialect)
    for start in range(0, len(rows), _MOST_IN_ONE):
        statement.execute(connection, rows[start : start + _MOST_IN_ONE])


_MOST_IN_ONE = 64
"""Rows of one statement: with all their columns far fewer places than any driver takes."""


class _Insert:
    """The INSERT of one table in one dialect: its text, and how a value becomes the driver's."""

    def __init__(self, table: Table, dialect: Dialect) -> None:
        compiled = insert(table).compile(dialect=dialect)
        self._text = str(compiled)
        names = compiled.positiontup or list(table.columns.keys())
        self._writers: list[tuple[str, Callable[[Any], Any] | None]] = [
            (name, table.columns[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in names
        ]
        # `INSERT … VALUES (?, ?)`: one row's places can be written again for the next.
        into, _, places = self._text.partition(" VALUES ")
        self._in_one = (into, places) if compiled.positional and places else None

    def execute(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, in one statement where the driver's places have no names.

        SQLite's driver lets go of the interpreter for each row of an `executemany`, and waits its
        turn to have it back: with eight senders at the door, that is most of a group's time.
        """
        if self._in_one is None:
            named = [{name: _written(row[name], by) for name, by in self._writers} for row in rows]
            connection.exec_driver_sql(self._text, named)
            return
        into, places = self._in_one
        values = tuple([_written(row[name], by) for row in rows for name, by in self._writers])
        connection.exec_driver_sql(f"{into} VALUES {', '.join([places] * len(rows))}", values)


def _written(value: object, by: Callable[[Any], Any] | None) -> object:
    return value if by is None else by(value)


_prepared = lru_cache(maxsize=512)(_Insert)


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
