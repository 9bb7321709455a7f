"""Heads in a store that writes a name once."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from archive.errors import ObjectExists, ObjectMissing
from archive.ledger.apart import FolderApart, HeadContradicted, heads_in, keep_apart, name_of
from archive.ledger.checkpoint import Signer

SIGNER = Signer("vaern.example/log", Ed25519PrivateKey.generate())


def note(size: int, seed: bytes = b"\x01") -> str:
    return SIGNER.sign(size, seed * 32)


def keep(folder: Path, size: int, text: str, now_at: int = 1000) -> str:
    return keep_apart(FolderApart(folder), text, SIGNER.origin, size, lambda: now_at)


def test_a_head_is_written_under_its_size(tmp_path: Path) -> None:
    name = keep(tmp_path, 7, note(7))

    assert name == "vaern.example_log-000000000007.note"
    assert (tmp_path / name).read_text("utf-8") == note(7)
    assert (tmp_path / name).stat().st_mode & 0o222 == 0


def test_the_same_head_a_second_time_changes_nothing(tmp_path: Path) -> None:
    assert keep(tmp_path, 7, note(7)) == keep(tmp_path, 7, note(7))

    assert len(list(tmp_path.iterdir())) == 1


def test_another_head_of_the_same_size_is_an_alarm(tmp_path: Path) -> None:
    name = keep(tmp_path, 7, note(7))

    with pytest.raises(HeadContradicted) as contradicted:
        keep(tmp_path, 7, note(7, b"\x02"))

    assert contradicted.value.name == name
    assert (tmp_path / name).read_text("utf-8") == note(7)


def test_a_head_of_more_entries_than_the_ledger_has_is_an_alarm(tmp_path: Path) -> None:
    keep(tmp_path, 900, note(900))

    with pytest.raises(HeadContradicted):
        keep(tmp_path, 20, note(20), now_at=25)

    assert keep(tmp_path, 20, note(20), now_at=900) == name_of(SIGNER.origin, 20)


def test_a_write_that_was_broken_off_does_not_stand_in_the_way(tmp_path: Path) -> None:
    (tmp_path / name_of(SIGNER.origin, 7)).write_text(note(7)[:40], "utf-8")
    (tmp_path / name_of(SIGNER.origin, 7, 2)).touch()

    name = keep(tmp_path, 7, note(7))

    assert name == "vaern.example_log-000000000007.3.note"
    assert keep(tmp_path, 7, note(7)) == name
    with pytest.raises(HeadContradicted):
        keep(tmp_path, 7, note(7, b"\x02"))


def test_other_files_and_other_logs_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("hello", "utf-8")
    (tmp_path / "other-000000009999.note").write_text("another log's", "utf-8")
    (tmp_path / "vaern.example_log-later.note").write_text("no number", "utf-8")
    (tmp_path / "vaern.example_log-2-000000000009.note").write_text("a log beside\n", "utf-8")
    (tmp_path / "vaern.example_log-000000009999.note.old").write_text("a copy\n", "utf-8")
    (tmp_path / "vaern.example_log-000000009999-2.note").write_text("a copy\n", "utf-8")

    assert keep(tmp_path, 7, note(7))
    assert len(list(tmp_path.iterdir())) == 7
    assert [one.note for one in heads_in(FolderApart(tmp_path), SIGNER.origin)] == [note(7)]


def test_a_folder_never_writes_a_name_twice(tmp_path: Path) -> None:
    store = FolderApart(tmp_path)
    store.put_new("a", b"one")

    with pytest.raises(ObjectExists):
        store.put_new("a", b"two")
    with pytest.raises(ObjectMissing):
        store.get("b")
    assert (store.get("a"), list(store.names())) == (b"one", ["a"])


def test_its_own_heads_come_back_out_of_it(tmp_path: Path) -> None:
    (tmp_path / name_of(SIGNER.origin, 7)).write_text(note(7)[:40], "utf-8")
    (tmp_path / "other-000000009999.note").write_text("another log's\n", "utf-8")
    keep(tmp_path, 7, note(7))
    keep(tmp_path, 8, note(8))

    heads = list(heads_in(FolderApart(tmp_path), SIGNER.origin))

    assert [one.note for one in heads] == [note(7), note(8)]


def test_a_folder_that_is_not_there_is_no_contradiction(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        keep(tmp_path / "unmounted", 7, note(7))
