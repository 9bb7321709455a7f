"""After an erasure: let the index forget beginnings of words that only mark where its pages end.

FTS5's `secure-delete` takes each word out at once. What may be left are marks between pages,
beginnings of words that stood there; they go when the pages are written anew.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, func, select, text

from archive.database import Database
from archive.records.search import SEARCH_ITEMS

SMALL: Final = 20_000
"""Up to so many pieces the whole index is written anew at once, within a second or two."""
_PAGES: Final = 500
"""So many pages are merged in one transaction: the doors wait no longer than that takes."""
_MOST_STEPS: Final = 100_000

_REBUILD: Final = text("INSERT INTO search_index(search_index) VALUES ('rebuild')")
_MERGE: Final = text("INSERT INTO search_index(search_index, rank) VALUES ('merge', :pages)")
_CHANGES: Final = text("SELECT total_changes()")


def purge(database: Database) -> None:
    """Write the pages of the index anew: at once where it is small, else in many small steps.

    A large index that is one piece already is left as it is; making it anew (`vaern reindex`)
    makes its pages anew too. PostgreSQL's index has no such marks after a VACUUM.
    """
    if not database.is_sqlite:
        return
    with database.reading() as session:
        pieces = int(session.scalar(select(func.count()).select_from(SEARCH_ITEMS)) or 0)
    if pieces <= SMALL:
        with database.writing() as session:
            session.connection().execute(_REBUILD)
        return
    for _ in range(_MOST_STEPS):
        with database.writing() as session:
            if not _merged(session.connection()):
                return


def _merged(connection: Connection) -> bool:
    """Merge some pages; False once nothing is left to merge (FTS5, §6.8)."""
    before = connection.execute(_CHANGES).scalar_one()
    # A negative number merges all of the index into one, however large its parts are.
    connection.execute(_MERGE, {"pages": -_PAGES})
    return int(connection.execute(_CHANGES).scalar_one()) - int(before) >= 2  # noqa: PLR2004 — the one step itself counts 1
