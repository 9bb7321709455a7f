"""Statements written out once: what is always asked alike is compiled for its driver beforehand."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Dialect, Select

NOTHING: Mapping[str, Any] = MappingProxyType({})
Change = Callable[[Any], Any] | None
"""How a value is changed on its way to or from the driver; None leaves it as it is."""


class Prepared:
    """A statement that is always the same but for its values: written out once, not each time.

    A page asks a dozen of these. To find a statement again among those compiled costs several
    times what SQLite needs to answer it. What is asked for is single values, no lists (`IN`).
    """

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self.statement = statement
        self._written: _Written | None = None

    def rows(self, connection: Connection, asked: Mapping[str, Any] = NOTHING) -> Sequence[Any]:
        """Return the rows as this connection sees them.

        Only SQLite's driver is asked directly: it answers in this very process. Another is far
        away, and what is spared here would not be noticed.
        """
        if connection.dialect.name != "sqlite":
            return connection.execute(self.statement, dict(asked)).all()
        if self._written is None:
            self._written = _write(self.statement, connection.dialect)
        driver: Any = connection.connection.driver_connection
        try:
            found = driver.execute(self._written.sql, self._written.values(asked)).fetchall()
        except connection.dialect.loaded_dbapi.Error:
            return connection.execute(self.statement, dict(asked)).all()  # says what is wrong
        return [self._written.row(one) for one in found]


@dataclass(frozen=True)
class _Written:
    """The text of a statement, what goes into it in which order, and what its rows are."""

    sql: str
    names: tuple[str, ...]
    fixed: Mapping[str, Any]
    into: tuple[Change, ...]
    out: tuple[Change, ...]
    shape: Callable[..., Any]

    def values(self, asked: Mapping[str, Any]) -> list[Any]:
        """Return the values in their order; raises `KeyError` where one is missing."""
        return [
            _changed(change, asked[name] if name in asked else self.fixed[name])
            for name, change in zip(self.names, self.into, strict=True)
        ]

    def row(self, one: Sequence[Any]) -> Any:
        """Return a row of the driver with its values as our types have them."""
        return self.shape(
            *[
                value if change is None or value is None else change(value)
                for value, change in zip(one, self.out, strict=True)
            ]
        )


def _changed(change: Change, value: object) -> object:
    return value if change is None else change(value)


def _write(statement: Select[*tuple[Any, ...]], dialect: Dialect) -> _Written:
    compiled: Any = statement.compile(dialect=dialect)
    if compiled.post_compile_params:
        raise ValueError("a list of values (IN) cannot be prepared")
    names = tuple(compiled.positiontup)
    types = [compiled.binds[name].type.dialect_impl(dialect) for name in names]
    columns = statement.selected_columns
    return _Written(
        sql=str(compiled),
        names=names,
        fixed={name: one.value for name, one in compiled.binds.items() if not one.required},
        into=tuple(one.bind_processor(dialect) for one in types),
        out=tuple(
            one.type.dialect_impl(dialect).result_processor(dialect, None) for one in columns
        ),
        shape=namedtuple("row", [one.key or "" for one in columns], rename=True),  # noqa: PYI024 — named by the statement
    )
