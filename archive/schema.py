"""Migrations: linear, expand then contract, run by Alembic on either database."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from archive.database import Database
from archive.errors import SchemaMismatch

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
