"""Each test of the archive gets a database of its own, of both kinds."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.database import Database
from tests.archive.contents import Contents, fill
from tests.archive.house import House, copied_folder, opened_house
from tests.archive.restored import Fresh
from tests.databases import KINDS, Blanks, SQLiteBlanks, knowing


@pytest.fixture(params=KINDS)
def blanks(request: pytest.FixtureRequest) -> Iterator[Blanks]:
    found = request.getfixturevalue(f"{request.param}_blanks")
    assert isinstance(found, Blanks)
    yield found
    found.forget()


@pytest.fixture
def database(blanks: Blanks, tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated database."""
    database = knowing(Database(blanks.url(tmp_path)))
    yield database
    database.close()


@pytest.fixture
def archive_house(blanks: Blanks, tmp_path: Path) -> Iterator[House]:
    """An empty archive with vault, gate and intake."""
    with opened_house(tmp_path, blanks.url(tmp_path)) as house:
        yield house


@dataclass(frozen=True)
class Full:
    """A full, closed house, to be copied."""

    folder: Path
    url: str
    contents: Contents


@pytest.fixture(scope="session")
def full_originals() -> dict[str, Full]:
    """The one full house of each kind, made when first asked for."""
    return {}


@pytest.fixture
def full(
    blanks: Blanks, full_originals: dict[str, Full], tmp_path_factory: pytest.TempPathFactory
) -> Full:
    if blanks.kind not in full_originals:
        folder = tmp_path_factory.mktemp(f"full-{blanks.kind}")
        url = blanks.url(folder)
        with opened_house(folder, url) as house:
            contents = fill(house)
            house.database.forget_deleted()
        blanks.keep(url)
        full_originals[blanks.kind] = Full(folder, url, contents)
    return full_originals[blanks.kind]


@pytest.fixture
def contents(full: Full) -> Contents:
    """What the full house holds."""
    return full.contents


@pytest.fixture
def full_house(full: Full, blanks: Blanks, tmp_path: Path) -> Iterator[House]:
    """An archive with something in every table."""
    copied_folder(full.folder, tmp_path)
    with opened_house(tmp_path, blanks.copy(full.url, tmp_path)) as house:
        yield house


@pytest.fixture(scope="session")
def full_folder(sqlite_blanks: SQLiteBlanks, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a full, closed archive on SQLite, for tests that spoil copies of it."""
    folder = tmp_path_factory.mktemp("full")
    with opened_house(folder, sqlite_blanks.url(folder)) as house:
        fill(house)
        house.database.forget_deleted()
    return folder


@pytest.fixture
def fresh(full_house: House, blanks: Blanks, tmp_path: Path) -> Iterator[Fresh]:
    made = Fresh(full_house, blanks, tmp_path / "fresh")
    yield made
    made.database.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backup"
