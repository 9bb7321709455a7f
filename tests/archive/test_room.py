"""Room on the disk: what comes counts at once, whenever the disk was asked last."""

import shutil
from pathlib import Path

import pytest

from archive.errors import StorageFull
from archive.intake.room import Room

GIB = 1024**3


def test_what_was_let_in_counts_before_the_disk_knows_of_it(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    room = Room(tmp_path, reserve=0)

    room.require(free // 3)
    room.require(free // 3)

    with pytest.raises(StorageFull):
        room.require(free + GIB)


def test_nothing_may_eat_into_the_reserve(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free

    Room(tmp_path, reserve=free // 2).require(free // 4)
    with pytest.raises(StorageFull):
        Room(tmp_path, reserve=free // 2).require(free)
    with pytest.raises(StorageFull):
        Room(tmp_path, reserve=free + GIB).require(0)


def test_near_the_reserve_the_disk_itself_is_asked_each_time(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    room = Room(tmp_path, reserve=free - GIB // 4)

    for _ in range(8):  # far more than there is, were none of it given back
        room.require(GIB // 8)
