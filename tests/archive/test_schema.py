"""Migrations from every released schema, on both databases; each leaves what the models say."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from archive import schema
from archive.database import Database
from archive.errors import SchemaMismatch
from archive.records import Base
from archive.records.search import is_of_the_index
from tests.databases import Blanks, PostgreSQLBlanks

REVISIONS = [
    revision.revision
    for revision in ScriptDirectory(
        str(Path(schema.__file__).parent / "migrations")
    ).walk_revisions()
]


def empty(blanks: Blanks, folder: Path) -> Database:
    if isinstance(blanks, PostgreSQLBlanks):
        return Database(blanks.empty_url())
    return Database(f"sqlite:///{folder}/empty.db")


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_released_schema_can_be_brought_up_to_date(
    blanks: Blanks, tmp_path: Path, revision: str
) -> None:
    database = empty(blanks, tmp_path)

    schema.migrate(database, revision)
    schema.migrate(database)

    schema.require(database)
    assert schema.present(database) == schema.newest()
    database.close()


def _is_no_index(name: str | None, kind: str, _parents: object) -> bool:
    """The tables of the search index differ between the databases: migration 0002 makes them."""
    return kind != "table" or not is_of_the_index(name)


def test_the_newest_schema_is_what_the_models_say(database: Database) -> None:
    options = {"compare_type": True, "include_name": _is_no_index}
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []


def test_another_schema_is_refused(blanks: Blanks, tmp_path: Path) -> None:
    database = empty(blanks, tmp_path)

    assert schema.present(database) is None
    with pytest.raises(SchemaMismatch):
        schema.require(database)
    database.close()


def test_migrating_twice_changes_nothing(database: Database) -> None:
    schema.migrate(database)

    schema.require(database)
