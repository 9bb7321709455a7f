"""Columns asked for past the session: rows that are only shown need none of its bookkeeping."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Executable, Result
from sqlalchemy.orm import Session

from archive.database import ReadOnly

NOTHING: Mapping[str, Any] = MappingProxyType({})


def ask(
    session: Session, statement: Executable, asked: Mapping[str, Any] = NOTHING
) -> Result[*tuple[Any, ...]]:
    """Return the rows of a statement that names columns, no whole records.

    A session that only reads has nothing to flush first, and what goes through it costs twice
    what goes straight to its connection. One that writes is asked as any other.
    """
    if isinstance(session, ReadOnly):
        return session.connection().execute(statement, dict(asked))
    return session.execute(statement, dict(asked))
