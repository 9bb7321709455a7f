import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.errors import KeyBackupRefused, SealBroken, SigningKeyMissing, VaultKeyMissing
from archive.ledger.checkpoint import read_note
from archive.records.evidence import WrappedKeyRecord
from archive.records.ledger import LedgerDetailRecord
from archive.vault.keys import (
    begin_rotation,
    forget_older_keys,
    key_backup,
    load_signer,
    load_vault_key,
    rotate,
)
from archive.vault.sealing import EvidenceKey, VaultKey, WrappedKey
from archive.vault.vault import Vault
from tests.archive.house import NOW, House


def test_a_vault_key_is_made_once_for_an_empty_folder(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "vault.key"

    made = load_vault_key(path, make=True)

    assert load_vault_key(path).key_id == made.key_id
    assert load_vault_key(path, make=True).key_id == made.key_id
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_missing_vault_key_is_never_replaced_beside_evidence(tmp_path: Path) -> None:
    with pytest.raises(VaultKeyMissing):
        load_vault_key(tmp_path / "vault.key")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "# nothing\n", "AGE-SECRET-KEY-1WRONG\n", "æøå"])
def test_a_file_that_holds_no_key_is_refused_and_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "vault.key"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(SealBroken):
        load_vault_key(path, make=True)

    assert path.read_text(encoding="utf-8") == content


def test_a_command_may_print_the_key(tmp_path: Path) -> None:
    made = load_vault_key(tmp_path / "vault.key", make=True)
    command = f"{sys.executable} -c \"print(open('{tmp_path}/vault.key').read())\""

    assert load_vault_key(tmp_path / "none", command=command, make=True).key_id == made.key_id


@pytest.mark.parametrize("command", ["false", "no-such-program-here", "echo nothing", "'"])
def test_a_command_that_gives_no_key_is_said(tmp_path: Path, command: str) -> None:
    with pytest.raises((VaultKeyMissing, SealBroken)):
        load_vault_key(tmp_path / "none", command=command, make=True)


def test_the_signing_key_is_made_once_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "ledger.key"
    with pytest.raises(SigningKeyMissing):
        load_signer(path, "vaern.example")

    made = load_signer(path, "vaern.example", make=True)
    again = load_signer(path, "vaern.example")

    assert read_note(made.sign(0, bytes(32)), again.public_key).size == 0
    path.write_bytes(b"no key")
    with pytest.raises(SigningKeyMissing):
        load_signer(path, "vaern.example", make=True)


def test_a_key_backup_never_writes_over_another_key(tmp_path: Path) -> None:
    one, two = tmp_path / "one" / "vault.key", tmp_path / "two" / "vault.key"
    first = load_vault_key(one, make=True)
    load_vault_key(two, make=True)

    (copied,) = key_backup([one], tmp_path / "safe")
    key_backup([one], tmp_path / "safe")

    assert load_vault_key(copied).key_id == first.key_id
    with pytest.raises(KeyBackupRefused):
        key_backup([two], tmp_path / "safe")
    assert load_vault_key(copied).key_id == first.key_id


def key_ids(house: House) -> list[str]:
    with house.database.reading() as session:
        return list(session.scalars(select(WrappedKeyRecord.key_id)))


def test_a_rotation_wraps_every_key_anew(archive_house: House) -> None:
    kept = [archive_house.receive(b"%d" % number) for number in range(7)]
    path = archive_house.folder / "keys" / "vault.key"

    key = begin_rotation(path)
    done = rotate(archive_house.database, key, NOW, batch=3)

    assert done == 7
    assert set(key_ids(archive_house)) == {key.key_id}
    with archive_house.database.reading() as session:
        kinds = list(session.scalars(select(LedgerDetailRecord.kind)))
    assert kinds.count("vault.rotated") == 3
    assert forget_older_keys(path, archive_house.database)
    archive_house.vault = Vault(archive_house.objects, load_vault_key(path))
    assert [archive_house.read(one.id) for one in kept] == [b"%d" % n for n in range(7)]
    assert archive_house.verify().ok


class BrokenOff(Exception):
    """Stands for a crash in the middle of a batch."""


class Breaking(VaultKey):
    """A vault key whose process dies at the fourth key."""

    left = 3

    def wrap(self, key: EvidenceKey) -> WrappedKey:
        self.left -= 1
        if self.left < 0:
            raise BrokenOff
        return super().wrap(key)


def test_a_rotation_broken_off_anywhere_leaves_all_readable_and_goes_on(
    archive_house: House,
) -> None:
    kept = [archive_house.receive(b"%d" % number) for number in range(6)]
    path = archive_house.folder / "keys" / "vault.key"
    key = begin_rotation(path)
    with pytest.raises(BrokenOff):
        rotate(archive_house.database, Breaking.from_text(key.to_text()), NOW, batch=2)

    assert sorted(set(key_ids(archive_house))) == sorted(
        {key.key_id, archive_house.vault_key.key_id}
    )
    assert not forget_older_keys(path, archive_house.database)
    archive_house.vault = Vault(archive_house.objects, load_vault_key(path))
    assert [archive_house.read(one.id) for one in kept] == [b"%d" % n for n in range(6)]
    assert archive_house.verify().ok

    again = begin_rotation(path)
    assert again.key_id == key.key_id
    assert rotate(archive_house.database, again, NOW, batch=2) == 4
    assert archive_house.verify().ok


def test_a_rotation_begun_twice_keeps_its_key(tmp_path: Path) -> None:
    path = tmp_path / "vault.key"
    load_vault_key(path, make=True)

    assert begin_rotation(path).key_id == begin_rotation(path).key_id


def test_keys_written_out_read_back_in_order() -> None:
    oldest, older = VaultKey.new(), VaultKey.new()
    newest = VaultKey.new(older=[older, oldest])

    again = VaultKey.from_text(newest.to_text())

    assert again.key_id == newest.key_id
    assert list(again.older) == [older.key_id, oldest.key_id]
    with pytest.raises(SealBroken):
        again.unwrap(WrappedKey("unknown", b"nothing"))
