"""A scratch database of digests and positions, so that a check of millions fits in memory.

SQLite keeps it in a private temporary file that is gone at the end; it holds
row names, digests and positions, nothing of what was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from archive.database import sqlite_module

_TABLES = """
CREATE TABLE latest (key TEXT PRIMARY KEY, position INTEGER, digest TEXT) WITHOUT ROWID;
CREATE TABLE standing (key TEXT PRIMARY KEY, digest TEXT) WITHOUT ROWID;
CREATE TABLE missing (position INTEGER PRIMARY KEY);
CREATE TABLE erased (position INTEGER PRIMARY KEY, by INTEGER);
CREATE TABLE gone (segment TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE objects (name TEXT PRIMARY KEY, segments INTEGER) WITHOUT ROWID;
CREATE TABLE tombstone (key TEXT PRIMARY KEY, position INTEGER) WITHOUT ROWID;
"""


class Scratch:
    """What the details say, beside what stands."""

    def __init__(self) -> None:
        self._link: Any = sqlite_module().connect("", isolation_level=None)
        self._link.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {_TABLES}")
        self._link.execute("BEGIN")

    def close(self) -> None:
        """Forget it all."""
        self._link.close()

    def say(self, rows: Iterable[tuple[str, int, str | None]]) -> None:
        """Note, oldest first, which entry speaks for a row and with which digest."""
        self._link.executemany("INSERT OR REPLACE INTO latest VALUES (?, ?, ?)", rows)

    def stand(self, rows: Iterable[tuple[str, str | None]]) -> None:
        """Note the digest of rows as they stand; None where a row cannot be read."""
        self._link.executemany("INSERT OR REPLACE INTO standing VALUES (?, ?)", rows)

    def lack(self, positions: Iterable[int]) -> None:
        """Note entries without details."""
        self._link.executemany(
            "INSERT OR IGNORE INTO missing VALUES (?)", ((p,) for p in positions)
        )

    def erase(
        self, by: int, tombstones: Iterable[str], positions: Iterable[int], segments: Iterable[str]
    ) -> None:
        """Note what an `erased` entry says is gone."""
        self._link.executemany(
            "INSERT OR IGNORE INTO erased VALUES (?, ?)", ((p, by) for p in positions if p < by)
        )
        self._link.executemany("INSERT OR IGNORE INTO gone VALUES (?)", ((s,) for s in segments))
        self._link.executemany(
            "INSERT OR IGNORE INTO tombstone VALUES (?, ?)", ((t, by) for t in tombstones)
        )

    def unexplained(self) -> Iterator[int]:
        """Yield entries whose details are missing although no entry says that they were erased."""
        query = "SELECT position FROM missing WHERE position NOT IN (SELECT position FROM erased)"
        yield from (position for (position,) in self._link.execute(query))

    def still_there(self) -> Iterator[tuple[int, int]]:
        """Yield positions said to be erased, and by which entry, whose details still stand."""
        yield from self._link.execute(
            "SELECT position, by FROM erased WHERE position NOT IN (SELECT position FROM missing)"
        )

    def changed(self) -> Iterator[tuple[str, int]]:
        """Yield rows that are not what their latest entry says."""
        yield from self._link.execute(
            "SELECT key, position FROM latest JOIN standing USING (key)"
            " WHERE latest.digest IS NOT NULL AND latest.digest IS NOT standing.digest"
        )

    def vanished(self) -> Iterator[tuple[str, int]]:
        """Yield rows that an entry speaks for and that are gone."""
        yield from self._link.execute(
            "SELECT key, position FROM latest"
            " WHERE digest IS NOT NULL AND key NOT IN (SELECT key FROM standing)"
        )

    def unrecorded(self) -> Iterator[tuple[str, int | None]]:
        """Yield rows that stand though no entry speaks for them, or one says they were removed."""
        yield from self._link.execute(
            "SELECT key, position FROM standing LEFT JOIN latest USING (key)"
            " WHERE latest.digest IS NULL"
        )

    def know(self, name: str, segments: int) -> None:
        """Note that an object has a row, and how many segments it says."""
        self._link.execute("INSERT OR REPLACE INTO objects VALUES (?, ?)", (name, segments))

    def segments(self, name: str) -> int | None:
        """Return how many segments an object has by its row, None where it has none."""
        query = "SELECT segments FROM objects WHERE name = ?"
        row = self._link.execute(query, (name,)).fetchone()
        return row[0] if row else None

    def is_gone(self, segment: str) -> bool:
        """Tell whether an `erased` entry says that this segment was removed."""
        query = "SELECT 1 FROM gone WHERE segment = ?"
        return self._link.execute(query, (segment,)).fetchone() is not None

    def tombstones(self) -> dict[str, int]:
        """Return the evidence that was erased, and the entry that says so."""
        return dict(self._link.execute("SELECT key, position FROM tombstone"))
