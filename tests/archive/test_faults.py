"""Nothing acknowledged is lost, whichever call fails, whenever the process dies (THREATS 3)."""

from datetime import timedelta
from itertools import product
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from archive.clearing import sweep_orphans
from archive.records.evidence import EvidenceRecord
from tests.archive.fault_intake import original
from tests.archive.house import NOW, House, copied_folder, opened_house
from tests.databases import SQLiteBlanks
from tests.faults import FAULTS, Window, broken, need_strace, windows

COUNT = 4
PLACES = 12
SYNC = "fsync"
SYNCS = (SYNC, "fdatasync")
"""SQLite makes one or the other, as it was built; the vault always the first."""
CALLS = (
    "openat",
    "write",
    SYNC,
    "close",
    "link",
    "unlink",
    "pread64",
    "pwrite64",
    "ftruncate",
)
"""Every call that the work makes to files: the vault's own and SQLite's."""
POINTS = list(product(CALLS, FAULTS, (str(place) for place in range(PLACES))))
PROGRAM = ("-m", "tests.archive.fault_intake")


@pytest.fixture(scope="session")
def beginning(sqlite_blanks: SQLiteBlanks, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house with one piece of evidence, closed."""
    need_strace()
    folder = tmp_path_factory.mktemp("beginning")
    with opened_house(folder, sqlite_blanks.url(folder)) as house:
        house.receive(b"what was there before")
    return folder


@pytest.fixture(scope="session")
def work(beginning: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Window]:
    """The calls of the work."""
    scratch = tmp_path_factory.mktemp("dry")
    folder = copied_folder(beginning, scratch / "house")
    return windows([*PROGRAM, *arguments(folder)], scratch / "strace.log")


def arguments(folder: Path) -> list[str]:
    return [str(folder), f"sqlite:///{folder}/vaern.db", str(COUNT)]


@pytest.mark.faults(one_in=36)
@pytest.mark.parametrize("point", POINTS, ids="-".join)
def test_what_was_acknowledged_is_kept_once(
    beginning: Path, work: dict[str, Window], tmp_path: Path, point: tuple[str, str, str]
) -> None:
    call, fault, place = point
    for kind in SYNCS if call == SYNC else (call,):
        for number in work[kind].at(int(place), PLACES) if kind in work else ():
            folder = copied_folder(beginning, tmp_path / f"{kind}-{number}")
            said = broken(
                [*PROGRAM, *arguments(folder)], kind, fault, number, folder / "strace.log"
            )
            with opened_house(folder, f"sqlite:///{folder}/vaern.db") as house:
                check(house, said)


def test_every_kind_of_call_that_is_broken_is_made(work: dict[str, Window]) -> None:
    assert set(CALLS) <= set(work)


def check(house: House, said: list[str]) -> None:
    """Whatever was said to be kept is there, whole and once; the house verifies."""
    acknowledged = {
        int(number): UUID(one)
        for word, number, one in (line.split() for line in said if line.startswith("kept"))
        if word == "kept"
    }
    for number, one in acknowledged.items():
        assert house.read(one) == original(number)
    with house.database.reading() as session:
        names = list(session.scalars(select(EvidenceRecord.filename)))
    for number in acknowledged:
        assert names.count(f"{number}.txt") == 1, said
    assert "picture.png" in names
    assert house.verify(plain=True).findings == (), said
    sweep_orphans(house.database, house.objects, NOW + timedelta(days=4000))
    after = house.verify(plain=True)
    assert (after.findings, after.unchecked) == ((), ())


def test_without_a_fault_everything_is_kept(beginning: Path, tmp_path: Path) -> None:
    folder = copied_folder(beginning, tmp_path / "house")

    said = broken(
        [*PROGRAM, *arguments(folder)], "rename", "error=EIO", 60_000, tmp_path / "strace.log"
    )

    assert [line.split()[:2] for line in said] == [
        ["ready"],
        *(["kept", str(number)] for number in range(COUNT)),
        ["done"],
    ]
    with opened_house(folder, f"sqlite:///{folder}/vaern.db") as house:
        check(house, said)
