"""Columns asked for past the session: rows that are only shown need none of its bookkeeping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select
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
    if isinstance(statement, Prepared):
        return statement.rows(session.connection(), asked)
    return session.connection().execute(statement, dict(asked)).all()
