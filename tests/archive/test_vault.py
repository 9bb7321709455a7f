import os
from itertools import islice
from pathlib import Path

import pytest

from archive.errors import ObjectExists, ObjectMissing, SealBroken
from archive.vault.objects import LocalObjects, write_durably
from archive.vault.sealing import EvidenceKey, VaultKey, WrappedKey
from archive.vault.vault import SEGMENT_SIZE, Vault


@pytest.fixture
def objects(tmp_path: Path) -> LocalObjects:
    made = LocalObjects(tmp_path / "objects")
    made.prepare()
    return made


@pytest.fixture
def vault(objects: LocalObjects) -> Vault:
    return Vault(objects, VaultKey.new())


def test_an_object_is_never_written_over(objects: LocalObjects) -> None:
    objects.put("ab12", b"first")

    with pytest.raises(ObjectExists):
        objects.put("ab12", b"second")

    assert objects.get("ab12") == b"first"
    assert list(objects.names()) == ["ab12"]


def test_objects_are_for_their_owner_only(objects: LocalObjects, tmp_path: Path) -> None:
    objects.put("ab12", b"data")

    assert (tmp_path / "objects" / "ab" / "ab12").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "objects").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["../secret", "ab/../../x", ".hidden", "/etc/passwd", ""])
def test_a_name_never_leaves_the_folder(objects: LocalObjects, name: str) -> None:
    with pytest.raises(ObjectMissing):
        objects.get(name)
    with pytest.raises(ObjectMissing):
        objects.put(name, b"data")


def test_what_is_gone_is_said_and_may_be_deleted_again(objects: LocalObjects) -> None:
    objects.put("ab12", b"data")
    objects.delete("ab12")
    objects.delete("ab12")

    for look in (objects.get, objects.size, objects.made_at):
        with pytest.raises(ObjectMissing):
            look("ab12")


def test_temporary_names_left_by_a_crash_are_swept(objects: LocalObjects, tmp_path: Path) -> None:
    left = tmp_path / "objects" / "ab" / ".part-left"
    left.write_bytes(b"half")

    assert list(objects.names()) == []
    objects.sweep()
    assert not left.exists()


def test_a_small_file_is_replaced_whole(tmp_path: Path) -> None:
    write_durably(tmp_path / "file", b"one")
    write_durably(tmp_path / "file", b"two")

    assert (tmp_path / "file").read_bytes() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_segments_are_cut_where_they_should_be(vault: Vault, objects: LocalObjects) -> None:
    key, _ = vault.new_key()
    data = os.urandom(2 * SEGMENT_SIZE + 17)

    sealed = vault.keep(key, data)

    assert sealed.segments == 3
    assert sorted(objects.names()) == [f"{sealed.name}.{number:06d}" for number in range(3)]
    assert [len(part) for part in vault.stream(key, sealed)] == [SEGMENT_SIZE, SEGMENT_SIZE, 17]
    assert vault.segment(key, sealed.name, 1) == data[SEGMENT_SIZE : 2 * SEGMENT_SIZE]
    assert vault.read(key, sealed) == data


def test_a_whole_number_of_segments_has_no_empty_one_behind(vault: Vault) -> None:
    key, _ = vault.new_key()

    assert vault.keep(key, bytes(SEGMENT_SIZE)).segments == 1
    assert vault.keep(key, b"").segments == 1


def test_two_sealings_of_the_same_bytes_have_nothing_in_common(vault: Vault) -> None:
    key, _ = vault.new_key()

    assert vault.keep(key, b"same").sealed_sha256 != vault.keep(key, b"same").sealed_sha256


def test_another_key_or_a_changed_byte_opens_nothing(vault: Vault) -> None:
    key, _ = vault.new_key()
    sealed = bytearray(key.seal(b"secret"))

    with pytest.raises(SealBroken):
        EvidenceKey.new().open(bytes(sealed))
    sealed[-1] ^= 1
    with pytest.raises(SealBroken):
        key.open(bytes(sealed))


def test_segments_put_together_wrongly_are_noticed(vault: Vault, objects: LocalObjects) -> None:
    key, _ = vault.new_key()
    sealed = vault.keep(key, os.urandom(SEGMENT_SIZE + 1))
    names = [f"{sealed.name}.{number:06d}" for number in range(2)]
    first, second = (objects.get(name) for name in names)
    for name in names:
        objects.delete(name)
    objects.put(names[0], second)
    objects.put(names[1], first)

    with pytest.raises(SealBroken):
        list(vault.stream(key, sealed))


def test_reading_begins_before_the_object_is_read_whole(
    vault: Vault, objects: LocalObjects
) -> None:
    key, _ = vault.new_key()
    sealed = vault.keep(key, os.urandom(SEGMENT_SIZE + 1))
    objects.delete(f"{sealed.name}.000001")

    assert len(next(islice(vault.stream(key, sealed), 1))) == SEGMENT_SIZE


def test_a_wrapped_key_opens_with_its_vault_key_only(vault: Vault) -> None:
    key, wrapped = vault.new_key()

    assert vault.unwrap(wrapped).secret() == key.secret()
    with pytest.raises(SealBroken):
        VaultKey.new().unwrap(wrapped)
    with pytest.raises(SealBroken):
        vault.unwrap(WrappedKey(wrapped.key_id, wrapped.wrapped[:-1]))
