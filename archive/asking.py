"""Columns asked for past the session: rows that are only shown need none of its bookkeeping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy.orm import Session

from archive.database import ReadOnly
from archive.prepared import NOTHING, Prepared

__all__ = ["NOTHING", "Prepared", "ask"]


def ask(
    session: Session,
    statement: Select[*tuple[Any, ...]] | Prepared,
    asked: Mapping[str, Any] = NOTHING,
) -> Sequence[Any]:
    """Return the rows of a statement that names columns, no whole records.

    A session that only reads has nothing to flush first, and what goes through it costs twice
    what goes straight to its connection. One that writes is asked as any other.
    """
    if not isinstance(session, ReadOnly):
        plain = statement.statement if isinstance(statement, Prepared) else statement
        return session.execute(plain, dict(asked)).all()
    connection = _connection_of(session)
    if isinstance(statement, Prepared):
        return statement.rows(connection, asked)
    return connection.execute(statement, dict(asked)).all()


def _connection_of(session: ReadOnly) -> Connection:
    """Return the connection that a session holds as long as its transaction lasts."""
    moment, connection = session.info.get("connection", (None, None))
    if moment is None or session.get_transaction() is not moment:
        connection = session.connection()
        session.info["connection"] = (session.get_transaction(), connection)
    found: Connection = connection
    return found
