"""The database: two engines, two kinds of session, one code for SQLite and PostgreSQL.

*ReadOnly* sessions never write and never wait for a writer. *Writing* sessions
take the write lock at their first statement (SQLite: `BEGIN IMMEDIATE`), hold
only SQL, and commit before anything is acknowledged (decision 3).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from archive.errors import (
    CommitUnknown,
    DatabaseTooOld,
    FullAtCommit,
    StorageFull,
    TransactionLost,
)
from archive.ledger.log import Signer, append_collected, watch_changes
from archive.search.following import follow, watch_searched

LONGEST_TURN = 60.0
"""Seconds after which a writer that waits for another gives up: something hangs."""

OLDEST_SQLITE = (3, 42)
"""Older libraries lack fixes to WAL and JSON that the tests rely on."""


class ReadOnly(Session):
    """A session for queries: deferred, `query_only`; a write in it fails."""


class Writing(Session):
    """A session for one use case: entries collected in it reach the ledger at its commit."""


event.listen(Writing, "after_flush", watch_changes)
event.listen(Writing, "after_flush", watch_searched)
event.listen(Writing, "before_commit", follow)
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


class _Turn:
    """Writers of one process queue here: SQLite itself makes them sleep and try again.

    Its busy handler wakes by chance, so that under load one writer may starve
    for seconds while others pass.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=LONGEST_TURN):
            raise TimeoutError("another use case holds the database for too long")

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class Database:
    """One database, opened by its URL; `signer` signs the ledger's head at each commit."""

    def __init__(self, url: str, signer: Signer | None = None) -> None:
        self.url: URL = make_url(url)
        self.signer = signer
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._turn: AbstractContextManager[object] = _Turn() if self.is_sqlite else nullcontext()
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
    def read_only_engine(self) -> Engine:
        """The engine that may not write; for checks."""
        return self._reading

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
        with self._turn, self._write_sessions() as session:
            try:
                with session.begin():
                    yield session
            except DBAPIError as failed:
                if session.info.get("committing"):
                    raise _at_commit(failed) from failed
                refuse_when_full(failed)
                raise
            except TransactionLost as lost:
                refuse_when_full(lost)
                raise

    def forget_deleted(self) -> bool:
        """Let go of erased text that the database still holds; False while readers hinder it.

        SQLite zeroes freed pages at once (`secure_delete`) and here empties its
        write-ahead log. PostgreSQL makes the room free to be overwritten.
        """
        with closing(self._writing.raw_connection()) as link:
            if self.is_sqlite:
                busy, *_ = link.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return not busy
            driver: Any = link.driver_connection
            driver.autocommit = True
            try:
                driver.execute("VACUUM")
            finally:
                driver.autocommit = False
        return True

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
            # The one used last still holds the pages and statements that are asked for next.
            pool_use_lifo=True,
            connect_args={
                "isolation_level": None,
                "check_same_thread": False,
                "timeout": 10,
                "cached_statements": 512,
            },
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
            if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
                return
            if read_only:  # locks nothing yet, so there is nothing that could be refused
                driver: Any = connection.connection.driver_connection
                driver.execute(begin)
            else:
                connection.exec_driver_sql(begin)

        if not read_only:
            event.listen(engine, "savepoint", _still_in_transaction)
            event.listen(engine, "before_cursor_execute", _still_in_transaction)
            event.listen(engine, "commit", _still_in_transaction)
        return engine


def _still_in_transaction(connection: Connection, *statement: Any) -> None:
    """Stop a use case whose transaction SQLite has rolled back by itself.

    After some failures (disk full, read error) it does, and says so only in
    the one error. Were that error survived, every later statement would be a
    commit of its own, and the end would be taken for success.
    """
    if len(statement) > 1 and statement[1].startswith(("BEGIN", "PRAGMA", "VACUUM")):
        return
    driver: Any = connection.connection.driver_connection
    options = connection.get_execution_options()
    if not driver.in_transaction and options.get("isolation_level") != "AUTOCOMMIT":
        raise TransactionLost("the database gave the transaction up")


def _at_commit(failed: DBAPIError) -> CommitUnknown:
    try:
        refuse_when_full(failed)
    except StorageFull:
        return FullAtCommit("no room left at the commit")
    return CommitUnknown("the commit failed midway")


def refuse_when_full(failed: BaseException) -> None:
    """Raise `StorageFull` where a lack of room stands behind a failure, however wrapped."""
    cause: BaseException | None = failed
    while cause is not None:
        if isinstance(cause, DBAPIError) and _is_full(cause.orig):
            raise StorageFull("no room left for the database") from failed
        cause = cause.__cause__ or cause.__context__


def _is_full(error: BaseException | None) -> bool:
    """Tell SQLite's "database or disk is full" and PostgreSQL's `disk_full`."""
    return getattr(error, "sqlstate", None) == "53100" or "disk is full" in str(error)


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
