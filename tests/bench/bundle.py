"""How fast a bundle of 500 pieces is written, against copying and hashing the same bytes."""

from __future__ import annotations

import hashlib
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

from archive import schema
from archive.database import Database
from archive.export.gather import gather, note_hand_over, note_made
from archive.export.package import HandOver, Package
from archive.export.proofs import prove
from archive.export.writing import write_folder
from archive.intake.receive import About, Envelope
from tests.archive.house import House, opened_house
from tests.bench.figures import Figure

PIECES = 500
ROUNDS = 5
NOW = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
SIZES = (80_000, 400_000, 900_000, 1_800_000)
"""A forwarded mail, a screenshot, a captured page, a photograph of a phone: 400 MB in all."""


def run() -> Iterator[Figure]:
    """Measure a folder, from the first entry in the ledger to the last byte."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        url = f"sqlite:///{folder / 'vaern.db'}"
        database = Database(url)
        schema.migrate(database)
        database.close()
        plain = folder / "plain"
        plain.mkdir()
        with opened_house(folder, url) as house:
            pieces = list(_filled(house, plain))
            yield _raced(house, pieces, plain)


def _filled(house: House, plain: Path) -> Iterator[UUID]:
    for number in range(PIECES):
        data = os.urandom(SIZES[number % len(SIZES)])
        (plain / f"{number:03}.bin").write_bytes(data)
        kept = house.intake.receive(
            data, About(filename=f"billede {number}.png"), Envelope("http", "person:1"), NOW
        )
        yield kept.id


def _raced(
    house: House,
    pieces: list[UUID],
    plain: Path,
) -> Figure:
    """Take turns with the floor, everything written anew each time; the median of the shares."""
    folder = plain.parent
    shares, speeds = [], []
    size = sum(one.stat().st_size for one in plain.iterdir()) / 1e6
    for number in range(ROUNDS):
        floor = _seconds(partial(_copied, plain, folder / f"floor-{number}"))
        ours = _seconds(partial(_folder, house, pieces, folder / f"ours-{number}"))
        shares.append(floor / ours)
        _removed(folder / f"floor-{number}", folder / f"ours-{number}")
        speeds.append((size / ours, size / floor))
    best = max(speeds)
    told = f"{PIECES} pieces, {size:.0f} MB; best {best[0]:.0f} MB/s, floor then {best[1]:.0f} MB/s"
    return Figure("bundle, against copying and hashing", statistics.median(shares), 0.5, told)


def _copied(plain: Path, target: Path) -> None:
    """Read, hash and write each file: what nobody can do without."""
    target.mkdir()
    for path in sorted(plain.iterdir()):
        data = path.read_bytes()
        hashlib.sha256(data).hexdigest()
        (target / path.name).write_bytes(data)


def _folder(house: House, pieces: list[UUID], target: Path) -> None:
    package = _package(house, pieces)
    write_folder(package, house.vault, target, lambda _count: None)


def _package(house: House, pieces: list[UUID]) -> Package:
    over = HandOver(uuid4(), NOW, "person:1", "Mette", "Politiet", "Anmeldelse", "Havn Kommune")
    with house.database.writing() as session:
        note_hand_over(session, pieces, over)
    with house.database.reading() as session:
        contents = gather(session, pieces, over)
    with house.database.writing() as session:
        note_made(session, contents, over)
    with house.database.reading() as session:
        return prove(session, contents, over)


def _removed(*written: Path) -> None:
    for one in written:
        if one.is_dir():
            shutil.rmtree(one)
        else:
            one.unlink()


def _seconds(act: Callable[[], None]) -> float:
    # What another left to be written would slow whoever comes next.
    os.sync()
    start = time.perf_counter()
    act()
    return time.perf_counter() - start
