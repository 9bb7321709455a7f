"""Every change is found, and nothing is found where nothing was changed (THREATS, row 2)."""

import shutil
from pathlib import Path

import pytest

from archive.database import Database
from archive.ledger.verify import Kind, Report, verify
from archive.records import protected_tables
from archive.vault.keys import load_signer
from archive.vault.objects import LocalObjects
from tests.archive.house import ORIGIN, copied_folder, opened_house
from tests.archive.mutations import mutate
from tests.databases import SQLiteBlanks

MUTATIONS = 500
OF_THE_LEDGER = {
    Kind.HEAD,
    Kind.LEAF,
    Kind.LEAF_MISSING,
    Kind.NODE,
    Kind.CHECKPOINT,
    Kind.DETAILS,
    Kind.DETAILS_MISSING,
}
TOGETHER = 20


@pytest.fixture(scope="session")
def spoilable(
    full_folder: Path, sqlite_blanks: SQLiteBlanks, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The full house, with another log of equal shape beside it."""
    other = tmp_path_factory.mktemp("other")
    with opened_house(other, sqlite_blanks.url(other)) as stranger:
        for number in range(13):
            stranger.receive(b"stranger %d" % number)
        stranger.database.forget_deleted()
    shutil.copyfile(other / "vaern.db", full_folder / "other.db")
    return full_folder


def check(folder: Path) -> Report:
    signer = load_signer(folder / "keys" / "ledger.key", ORIGIN)
    database = Database(f"sqlite:///{folder}/vaern.db")
    try:
        return verify(database, LocalObjects(folder / "objects"), public_key=signer.public_key)
    finally:
        database.close()


def named(done: str, report: Report) -> bool:
    """Say whether a report names what was changed: the row, the entry, the head or the object."""
    words = done.replace("DELETE FROM", "in").replace("UPDATE", "in").split()
    place = words[words.index("in") + 1] if "in" in words else ""
    if place in {table.__table__.name for table in protected_tables()}:
        return any((f.id or "").startswith(f"{place}:") for f in report.findings)
    if "of object" in done:
        return any(f.id == words[-1].partition(".")[0] for f in report.findings)
    return any(f.kind in OF_THE_LEDGER for f in report.findings)


def test_nothing_is_found_where_nothing_was_changed(spoilable: Path, tmp_path: Path) -> None:
    assert check(copied_folder(spoilable, tmp_path / "copy")).findings == ()


@pytest.mark.faults(one_in=8)
@pytest.mark.parametrize("first", range(0, MUTATIONS, TOGETHER))
def test_every_mutation_is_found(spoilable: Path, tmp_path: Path, first: int) -> None:
    missed = []
    for seed in range(first, first + TOGETHER):
        folder = copied_folder(spoilable, tmp_path / str(seed))
        done = mutate(folder, seed)
        if not named(done, check(folder)):
            missed.append(done)
        shutil.rmtree(folder)

    assert missed == []
