"""Bundles written: from either database, as a folder, as zip files, in little memory, unbroken."""

from __future__ import annotations

import io
import json
import os
import secrets
import zipfile
from pathlib import Path

import pytest

from archive.errors import EvidenceErased, NotEmpty, SealBroken
from archive.export.locking import locked_by_all, opened_by_all
from archive.export.redacted import NotRedacted
from archive.export.writing import parts_of, write_folder, write_zip
from archive.retention import erase
from archive.vault.age import AgeKey
from archive.vault.sealing import EvidenceKey
from tests.archive.contents import Contents, close_case
from tests.archive.export.bundles import checked, hand_over, packaged, written
from tests.archive.house import NOW, House


def test_a_bundle_from_either_database_holds(
    full_house: House, contents: Contents, tmp_path: Path
) -> None:
    package = packaged(full_house, [contents.mail.id, contents.page.id], hand_over())

    folder = written(package, full_house, tmp_path / "bundle")

    assert checked(folder).code == 0
    index = json.loads((folder / "evidence.json").read_bytes())
    assert [one["id"] for one in index["items"]] == [
        str(contents.mail.id),
        str(contents.page.id),
    ]
    assert full_house.verify(plain=True).ok


def test_originals_are_the_bytes_that_came_in(archive_house: House, tmp_path: Path) -> None:
    data = [os.urandom(9 * 1024 * 1024), b"", b"x" * 65_536]
    kept = [archive_house.receive(one, f"nr {at}.bin") for at, one in enumerate(data)]

    package = packaged(archive_house, [one.id for one in kept], hand_over())
    folder = written(package, archive_house, tmp_path / "bundle")

    originals = sorted((folder / "originals").iterdir())
    assert [one.read_bytes() for one in originals] == data
    assert checked(folder).code == 0


def test_zip_files_hold_the_same_and_are_the_same_each_time(
    full_house: House, contents: Contents, tmp_path: Path
) -> None:
    package = packaged(full_house, [contents.mail.id, contents.other.id], hand_over())
    once, again = io.BytesIO(), io.BytesIO()
    for sink in (once, again):
        write_zip(package, package.files, full_house.vault, sink, lambda _count: None)

    with zipfile.ZipFile(once) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "unpacked")
    assert once.getvalue() == again.getvalue()
    assert checked(tmp_path / "unpacked" / package.folder).code == 0


def test_parts_stay_below_their_size_and_are_one_bundle_when_unpacked(
    archive_house: House, tmp_path: Path
) -> None:
    kept = [archive_house.receive(secrets.token_bytes(40_000), f"{at}.png") for at in range(6)]
    package = packaged(archive_house, [one.id for one in kept], hand_over())
    most = 100_000

    parts = parts_of(package, most)
    for files in parts:
        sink = io.BytesIO()
        write_zip(package, files, archive_house.vault, sink, lambda _count: None)
        assert len(sink.getvalue()) <= most
        with zipfile.ZipFile(sink) as archive:
            archive.extractall(tmp_path)

    assert len(parts) > 2
    assert checked(tmp_path / package.folder).code == 0


def test_a_single_file_beyond_the_size_has_a_part_of_its_own(archive_house: House) -> None:
    large = archive_house.receive(bytes(300_000), "large.bin")
    package = packaged(archive_house, [large.id], hand_over())

    parts = parts_of(package, 100_000)

    alone = next(part for part in parts if any(one.size == 300_000 for one in part))
    assert len(alone) == 1


def test_a_broken_original_stops_the_writing(archive_house: House, tmp_path: Path) -> None:
    kept = archive_house.receive(b"what was said" * 1000, "said.txt")
    package = packaged(archive_house, [kept.id], hand_over())
    (segment,) = archive_house.stored()
    data = bytearray(segment.read_bytes())
    data[-1] ^= 1
    segment.write_bytes(data)

    with pytest.raises(SealBroken):
        write_folder(package, archive_house.vault, tmp_path / "bundle", lambda _count: None)
    assert not (tmp_path / "bundle" / "manifest-sha256.txt").exists()


def test_a_folder_with_something_in_it_is_left_alone(
    full_house: House, contents: Contents, tmp_path: Path
) -> None:
    package = packaged(full_house, [contents.mail.id], hand_over())
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(NotEmpty):
        written(package, full_house, tmp_path)
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] != []


def test_what_is_erased_or_not_yet_redacted_is_not_handed_over(
    full_house: House, contents: Contents
) -> None:
    with pytest.raises(NotRedacted):
        packaged(full_house, [contents.other.id], hand_over(redacted=True))
    with full_house.database.writing() as session:
        close_case(session, contents.case)
    with full_house.database.writing() as session:
        erase(session, contents.other.id, "asked for", "person:1", NOW)
    with pytest.raises(EvidenceErased):
        packaged(full_house, [contents.other.id], hand_over())


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 131_072, 300_001])
def test_segments_open_as_by_the_library_that_sealed_them(size: int) -> None:
    key, plain = EvidenceKey.new(), secrets.token_bytes(size)
    sealed = key.seal(plain)

    room = bytearray(100_000)  # the larger ones do not fit

    assert AgeKey(key.secret().decode()).open(sealed, room) == plain
    for place in (0, 30, 60, 120, len(sealed) // 2, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[place] ^= 1
        try:
            assert key.open_into(bytes(changed), room) == plain
        except SealBroken:
            continue
    for cut in (len(sealed) - 1, len(sealed) - 16, len(sealed) // 2, 10, 0):
        with pytest.raises(SealBroken):
            key.open_into(sealed[:cut], room)
    with pytest.raises(SealBroken):
        EvidenceKey.new().open_into(sealed, room)


def test_a_packages_key_opens_only_with_the_key_of_every_piece() -> None:
    keys = [EvidenceKey.new() for _ in range(5)]
    fresh, wrapped = locked_by_all(keys)
    sealed = fresh.seal(b"everything")

    assert opened_by_all(keys, wrapped).open(sealed) == b"everything"
    for missing in range(5):
        others = [*keys[:missing], EvidenceKey.new(), *keys[missing + 1 :]]
        with pytest.raises(SealBroken):
            opened_by_all(others, wrapped)
    with pytest.raises(SealBroken):
        opened_by_all(keys[:4], wrapped)
