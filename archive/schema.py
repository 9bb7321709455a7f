"""Migrations: linear, expand then contract, run by Alembic on either database."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from archive.database import Database
from archive.errors import SchemaMismatch
from archive.ledger.checks.source import Damaged, opened

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(database: Database, revision: str = "head") -> None:
    """Bring the schema to a revision; on PostgreSQL and SQLite inside one transaction."""
    with database.engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def present(database: Database) -> str | None:
    """Return the schema's revision, or None for an empty database."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """Return the revision that this program needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise SchemaMismatch("this program carries no migrations")
    return head


def other_form(database: Database) -> str | None:
    """Say what a database waits for whose tables this program cannot judge, else None.

    It reads only, as a verification must. Nothing that can be read is no form of ours: whoever
    verifies will say what is wrong with it.
    """
    script = ScriptDirectory.from_config(_config())
    standing = None
    with suppress(Damaged), opened(database) as source:
        for rows in source.stream("SELECT version_num FROM alembic_version"):
            standing = str(rows[0][0])
    if standing in {None, newest()}:
        return None
    if standing in {one.revision for one in script.walk_revisions()}:
        return f"the tables are of {standing}, this program's of {newest()}: run 'vaern migrate'"
    return f"this program does not know tables of {standing}: take the program that made them"


def require(database: Database) -> None:
    """Refuse to go on with another schema than this program's (scale-out never migrates itself)."""
    with database.engine.connect() as connection:
        require_on(connection)


def require_on(connection: Connection) -> None:
    """Refuse a connection to a database with another schema than this program's."""
    standing = MigrationContext.configure(connection).get_current_revision()
    if standing != newest():
        raise SchemaMismatch(
            f"the database is at {standing}, this program needs {newest()}: run 'vaern migrate'"
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return config
