"""The database: two engines, two kinds of session, one code for SQLite and PostgreSQL.

*ReadOnly* sessions never write and never wait for a writer. *Writing* sessions
take the write lock at their first statement (SQLite: `BEGIN IMMEDIATE`), hold
only SQL, and commit before anything is acknowledged (decision 3).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session, sessionmaker

from archive.errors import DatabaseTooOld
from archive.ledger.log import Signer, append_collected, watch_changes

OLDEST_SQLITE = (3, 42)
"""Older libraries lack fixes to WAL and JSON that the tests rely on."""


class ReadOnly(Session):
    """A session for queries: deferred, `query_only`; a write in it fails."""


class Writing(Session):
    """A session for one use case: entries collected in it reach the ledger at its commit."""


event.listen(Writing, "after_flush", watch_changes)
event.listen(Writing, "before_commit", append_collected)


def sqlite_module() -> ModuleType:
    """Return the newest SQLite driver at hand, or raise `DatabaseTooOld`."""
    import sqlite3

    if sqlite3.sqlite_version_info >= OLDEST_SQLITE:
        return sqlite3
    try:
        from pysqlite3 import dbapi2
    except ImportError as missing:
        raise DatabaseTooOld(
            f"SQLite {sqlite3.sqlite_version} is older than 3.42; install pysqlite3-binary"
        ) from missing
    if dbapi2.sqlite_version_info < OLDEST_SQLITE:
        raise DatabaseTooOld(f"SQLite {dbapi2.sqlite_version} is older than 3.42")
    module: ModuleType = dbapi2
    return module


class Database:
    """One database, opened by its URL; `signer` signs the ledger's head at each commit."""

    def __init__(self, url: str, signer: Signer | None = None) -> None:
        self.url: URL = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._reading = self._engine(read_only=True)
        self._writing = self._engine(read_only=False)
        self._read_sessions = sessionmaker(self._reading, class_=ReadOnly, expire_on_commit=False)
        self._write_sessions = sessionmaker(
            self._writing, class_=Writing, expire_on_commit=False, info={"signer": signer}
        )

    @property
    def engine(self) -> Engine:
        """The engine that may write; for migrations, backup and tests."""
        return self._writing

    @property
    def path(self) -> Path | None:
        """The database file, where it is one."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @contextmanager
    def reading(self) -> Iterator[ReadOnly]:
        """Open a session that sees one moment and changes nothing."""
        with self._read_sessions() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Open a session whose work is kept whole at the end of the block, or not at all."""
        with self._write_sessions() as session, session.begin():
            yield session

    def forget_deleted(self) -> None:
        """Push erased text out of SQLite's write-ahead log (the pages are zeroed already)."""
        if self.is_sqlite:
            with self._writing.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
                link.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of every connection."""
        self._reading.dispose()
        self._writing.dispose()

    def _engine(self, *, read_only: bool) -> Engine:
        if not self.is_sqlite:
            level = "REPEATABLE READ" if read_only else "READ COMMITTED"
            engine = create_engine(self.url, pool_pre_ping=True, isolation_level=level)
            return engine.execution_options(postgresql_readonly=True) if read_only else engine
        engine = create_engine(
            self.url,
            module=sqlite_module(),
            pool_size=8,
            max_overflow=32,
            connect_args={"isolation_level": None, "check_same_thread": False, "timeout": 10},
        )
        begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"

        @event.listens_for(engine, "connect")
        def _on_connect(connection: Any, _record: object) -> None:
            cursor = connection.cursor()
            for pragma in _pragmas(read_only=read_only):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @event.listens_for(engine, "begin")
        def _on_begin(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

        return engine


def _pragmas(*, read_only: bool) -> tuple[str, ...]:
    """Per connection. FULL: in WAL mode NORMAL may lose the last commits with the power."""
    always = (
        "busy_timeout=10000",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "secure_delete=ON",
        "journal_size_limit=67108864",
    )
    return (*always, "query_only=ON") if read_only else always
