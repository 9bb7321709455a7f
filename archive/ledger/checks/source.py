"""One moment of a database, read as it is stored, without the right to change anything.

A check must see what lies there and not what a mapper makes of it: text that
is no UTF-8, a moment written another way, a page that is torn. On SQLite the
file is opened `mode=ro`, so a copy that is verified stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from sqlalchemy import Connection, Dialect, FromClause, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from archive.database import Database, sqlite_module

BATCH = 2000


class Damaged(Exception):
    """The database itself cannot be read on."""


class Garbled(ValueError):
    """A cell holds what no write of ours leaves there."""


class Source(Protocol):
    """What the checks read from."""

    dialect: Dialect

    def stream(self, sql: str, size: int = BATCH, **values: object) -> Iterator[Sequence[Any]]:
        """Yield rows in batches; raises `Damaged`."""

    def quoted(self, name: str) -> str:
        """Write a name so that it is never a keyword."""


@contextmanager
def opened(database: Database) -> Iterator[Source]:
    """Open one moment of a database; raises `Damaged` where it cannot be opened."""
    path = database.path
    if path is not None:
        source = _SQLiteSource(path, database.engine.dialect)
        try:
            yield source
        finally:
            source.close()
        return
    try:
        with database.read_only_engine.connect() as connection:
            yield _ServerSource(connection)
    except DBAPIError as failed:
        raise Damaged(type(failed.orig).__name__) from failed


class _SQLiteSource:
    def __init__(self, path: Path, dialect: Dialect) -> None:
        self.dialect = dialect
        self._driver = sqlite_module()
        self._link: Any = None
        if not path.exists():
            raise Damaged("there is no database file")
        for mode in ("mode=ro", "mode=ro&immutable=1"):  # the second for media without writing
            try:
                self._link = self._open(path, mode)
                break
            except self._driver.Error as failed:
                reason = failed
        else:
            raise Damaged(str(reason)) from reason

    def _open(self, path: Path, mode: str) -> Any:
        link = self._driver.connect(
            f"file:{quote(str(path))}?{mode}",
            uri=True,
            isolation_level=None,
            timeout=10,
            check_same_thread=False,
        )
        try:
            link.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
            for pragma in ("query_only=ON", "trusted_schema=OFF", "cell_size_check=ON"):
                link.execute(f"PRAGMA {pragma}")
            link.execute("BEGIN")
            link.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except BaseException:
            link.close()
            raise
        return link

    def stream(self, sql: str, size: int = BATCH, **values: object) -> Iterator[Sequence[Any]]:
        try:
            cursor = self._link.execute(sql, values)
            while rows := cursor.fetchmany(size):
                yield rows
        except self._driver.Error as failed:
            raise Damaged(str(failed)) from failed

    def quoted(self, name: str) -> str:
        return self.dialect.identifier_preparer.quote(name)

    def close(self) -> None:
        self._link.close()


class _ServerSource:
    def __init__(self, connection: Connection) -> None:
        self.dialect = connection.dialect
        self._connection = connection

    def stream(self, sql: str, size: int = BATCH, **values: object) -> Iterator[Sequence[Any]]:
        # A cursor of the server's asks it four times more, for the sake of rows beyond the first.
        options = {"stream_results": True, "max_row_buffer": size} if size > 1 else {}
        try:
            with self._connection.execute(text(sql), values, execution_options=options) as result:
                yield from result.partitions(size)
        except DBAPIError as failed:
            raise Damaged(type(failed.orig).__name__) from failed

    def quoted(self, name: str) -> str:
        return self.dialect.identifier_preparer.quote(name)


class Cells:
    """Reads the stored cells of one table's columns back to values, refusing any second form."""

    def __init__(self, source: Source, table: FromClause, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self.sql = ", ".join(source.quoted(name) for name in names)
        self._cells = [_Cell(table.columns[name].type, name, source.dialect) for name in names]

    def read(self, row: Sequence[Any]) -> Mapping[str, Any]:
        """Return values by column; raises `Garbled`."""
        return {
            name: cell.read(raw)
            for name, cell, raw in zip(self.names, self._cells, row, strict=True)
        }

    def read_one(self, place: int, raw: Any) -> Any:
        """Return the value of one column by its place; raises `Garbled`."""
        return self._cells[place].read(raw)


class _Cell:
    def __init__(self, kind: TypeEngine[Any], name: str, dialect: Dialect) -> None:
        plain, kind = kind.python_type, kind.dialect_impl(dialect)
        self._name = name
        self._reads = kind.result_processor(dialect, None)
        self._writes = kind.bind_processor(dialect)
        self._plain = plain if self._reads is None else None
        self._strict = dialect.name == "sqlite"

    def read(self, raw: Any) -> Any:
        if raw is None:
            return None
        try:
            value = raw if self._reads is None else self._reads(raw)
            if self._strict:
                self._compare(raw, value)
        except Garbled:
            raise
        except (ValueError, TypeError, AttributeError, RecursionError) as bad:
            raise Garbled(f"column {self._name} cannot be read") from bad
        return value

    def _compare(self, raw: Any, value: Any) -> None:
        """Writing the value again must give what is stored: 2 is no way to write True."""
        again = value if self._writes is None else self._writes(value)
        again = bytes(again) if isinstance(again, memoryview) else again
        if type(again) is not type(raw) or again != raw:
            raise Garbled(f"column {self._name} is written in a form that is not ours")
        if self._plain is not None and not isinstance(raw, self._plain):
            raise Garbled(f"column {self._name} holds another type")


def one(source: Source, sql: str, **values: object) -> Sequence[Any] | None:
    """Return the first row of a query, or None."""
    for rows in source.stream(sql, 1, **values):
        first: Sequence[Any] = rows[0]
        return first
    return None


def number(source: Source, sql: str, **values: object) -> int:
    """Return a query's one number."""
    row = one(source, sql, **values)
    return int(row[0] or 0) if row else 0
