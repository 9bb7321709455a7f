"""An old backup, restored: what was erased or shut since stays so."""

import json
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update

from archive.backup import backup
from archive.backup.copying import portable
from archive.backup.folder import file_sha256
from archive.errors import BackupInvalid, EvidenceErased, SealBroken
from archive.ledger.log import record
from archive.ledger.verify import verify
from archive.records.evidence import EvidenceRecord, ObjectRecord, WrappedKeyRecord
from archive.records.factors import HalfSignInRecord
from archive.records.people import PersonRecord
from archive.shutting import shut_off
from archive.vault.keys import begin_rotation, rotate
from archive.vault.sealing import EvidenceKey, VaultKey, WrappedKey
from archive.vault.vault import Vault
from tests.archive.captured_page import MARKER
from tests.archive.contents import Contents
from tests.archive.house import NOW, House
from tests.archive.restored import Fresh, erase_now, everything, kept, original, rows


def test_an_old_backup_restored_cannot_read_what_was_erased_since(
    full_house: House, contents: Contents, fresh: Fresh, folder: Path
) -> None:
    old = kept(full_house, folder, NOW).snapshot
    erase_now(full_house, contents, NOW + timedelta(days=2))
    kept(full_house, folder, NOW + timedelta(days=8))

    restored = fresh.restore(folder, NOW + timedelta(days=8), snapshot=old.name)

    assert restored.report.findings == ()
    assert (restored.erased_again, restored.without_key) == (3, 0)
    with pytest.raises(EvidenceErased):
        original(fresh.database, fresh.vault, contents.mail.id)
    assert original(fresh.database, fresh.vault, contents.other.id)
    assert MARKER not in str(rows(fresh.database))


def test_an_old_backup_restored_seals_off_what_was_sealed_off_since(
    full_house: House, contents: Contents, fresh: Fresh, folder: Path
) -> None:
    old = kept(full_house, folder, NOW).snapshot
    sealed_at = NOW + timedelta(days=1)
    with full_house.database.writing() as session:
        shut = shut_off(session, [contents.mail.id], "person:1", "a suspicion", sealed_at)
    assert shut.objects
    kept(full_house, folder, NOW + timedelta(days=2))

    restored = fresh.restore(folder, NOW + timedelta(days=3), snapshot=old.name)

    assert restored.report.findings == ()
    assert restored.sealed_again == 1
    with fresh.database.reading() as session:
        row = session.get_one(EvidenceRecord, contents.mail.id)
        assert (row.sealed_off_at, row.sealed_off_by) == (sealed_at, "person:1")
        roles = select(ObjectRecord.role).where(ObjectRecord.evidence_id == row.id)
        assert set(session.scalars(roles)) == {"original"}
    names = {segment.partition(".")[0] for segment in fresh.objects.names()}
    assert names.isdisjoint(name for name, _segments in shut.objects)


def test_a_seal_that_was_lifted_is_not_put_back(
    full_house: House, contents: Contents, fresh: Fresh, folder: Path
) -> None:
    old = kept(full_house, folder, NOW).snapshot
    with full_house.database.writing() as session:
        shut_off(session, [contents.mail.id], "person:1", "a suspicion", NOW)
    kept(full_house, folder, NOW + timedelta(hours=1))
    with full_house.database.writing() as session:
        row = session.get_one(EvidenceRecord, contents.mail.id)
        row.sealed_off_at = row.sealed_off_by = row.sealed_off_reason = None
        record(session, "evidence.seal_lifted", at=NOW, subject=row)
    kept(full_house, folder, NOW + timedelta(hours=2))

    restored = fresh.restore(folder, NOW + timedelta(hours=3), snapshot=old.name)

    assert restored.report.findings == ()
    assert restored.sealed_again == 0


def test_an_old_backup_that_knows_of_no_erasure_still_cannot_be_read(
    full_house: House, contents: Contents, fresh: Fresh, folder: Path
) -> None:
    """A copy carried away before the erasure: its keys are past their week."""
    kept(full_house, folder, NOW)
    erase_now(full_house, contents, NOW + timedelta(days=2))

    restored = fresh.restore(folder, NOW + timedelta(days=8))

    assert restored.report.findings == ()
    assert (restored.erased_again, restored.without_key) == (0, 5)
    assert MARKER not in str(everything(fresh.database))
    with pytest.raises(EvidenceErased):
        original(fresh.database, fresh.vault, contents.mail.id)
    assert list(fresh.objects.names()) == []
    assert verify(fresh.database, fresh.objects, vault_key=full_house.vault_key).findings == ()


def test_no_word_read_out_of_evidence_lies_open_in_a_backup(
    full_house: House, folder: Path
) -> None:
    kept(full_house, folder, NOW)

    files = [path for path in folder.rglob("*") if path.is_file()]
    spellings = [MARKER.encode(), MARKER.encode().hex().encode()]

    assert len(files) > 4
    assert [p.name for p in files if any(one in p.read_bytes() for one in spellings)] == []


def test_a_vault_key_of_another_house_opens_no_backup(
    full_house: House, fresh: Fresh, folder: Path
) -> None:
    kept(full_house, folder, NOW)

    with pytest.raises(SealBroken):
        fresh.restore(folder, NOW, vault_key=VaultKey.new())
    assert list(fresh.objects.names()) == []


def test_old_keys_are_taken_where_somebody_answers_for_it(
    full_house: House, contents: Contents, fresh: Fresh, folder: Path
) -> None:
    kept(full_house, folder, NOW)

    restored = fresh.restore(folder, NOW + timedelta(days=60), accept_old_keys=True)

    assert (restored.report.findings, restored.without_key) == ((), 0)
    assert original(fresh.database, fresh.vault, contents.other.id)


def test_keys_wrapped_anew_since_the_backup_fit_after_a_restore(
    full_house: House, contents: Contents, fresh: Fresh, folder: Path, tmp_path: Path
) -> None:
    old = kept(full_house, folder, NOW).snapshot
    key = begin_rotation(tmp_path / "keys" / "vault.key")
    assert rotate(full_house.database, key, NOW) == 6  # five pieces and an app's
    later = NOW + timedelta(days=1)
    backup(full_house.database, full_house.objects, folder, later, vault_key=key)

    restored = fresh.restore(
        folder, NOW + timedelta(days=1), snapshot=old.name, vault_key=key.without_older()
    )

    assert restored.report.findings == ()
    vault = Vault(fresh.objects, key.without_older())
    assert original(fresh.database, vault, contents.other.id)


def test_a_key_that_was_damaged_since_takes_nothing_but_its_own_evidence_with_it(
    full_house: House, contents: Contents, fresh: Fresh, folder: Path
) -> None:
    old = kept(full_house, folder, NOW).snapshot
    with full_house.database.engine.begin() as connection:
        damaged = WrappedKeyRecord.evidence_id == contents.mail.id
        connection.execute(update(WrappedKeyRecord).where(damaged).values(wrapped=b"spoilt"))
    kept(full_house, folder, NOW + timedelta(days=1))

    restored = fresh.restore(folder, NOW + timedelta(days=1), snapshot=old.name)

    assert (restored.report.findings, restored.without_key) == ((), 1)
    with pytest.raises(EvidenceErased):
        original(fresh.database, fresh.vault, contents.mail.id)
    assert original(fresh.database, fresh.vault, contents.other.id)


def test_sealed_rows_that_were_changed_are_refused(
    full_house: House, fresh: Fresh, folder: Path
) -> None:
    snapshot = kept(full_house, folder, NOW).snapshot
    records, manifest = snapshot / "records.sqlite", snapshot / "manifest.json"
    with portable(records) as connection:
        connection.execute(text("UPDATE guarded_rows SET sealed = zeroblob(length(sealed))"))
    told = json.loads(manifest.read_bytes()) | {"records_sha256": file_sha256(records)}
    manifest.write_text(json.dumps(told))

    with pytest.raises(BackupInvalid):
        fresh.restore(folder, NOW)
    assert list(fresh.objects.names()) == []
    assert not (fresh.data / "restoring").exists()


def test_words_lie_open_in_the_data_folder_alone_and_only_meanwhile(
    full_house: House, fresh: Fresh, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(full_house, folder, NOW)
    place = fresh.data / "restoring"
    place.mkdir()
    (place / "left-by-a-kill").write_text(MARKER)
    monkeypatch.setattr(tempfile, "tempdir", str(fresh.data / "no such folder"))
    seen: set[tuple[int, tuple[str, ...]]] = set()

    class Watched:
        def unwrap(self, wrapped: WrappedKey) -> EvidenceKey:
            names = tuple(sorted(one.name for one in place.iterdir()))
            seen.add((place.stat().st_mode & 0o777, names))
            return fresh.vault_key.unwrap(wrapped)

    restored = fresh.restore(folder, NOW, vault_key=Watched())

    assert restored.report.findings == ()
    assert (0o700, ("records.sqlite",)) in seen
    assert {mode for mode, _names in seen} == {0o700}
    assert "left-by-a-kill" not in {name for _mode, names in seen for name in names}
    assert not place.exists()


def test_nobody_is_signed_in_half_way_after_a_restore(
    full_house: House, fresh: Fresh, folder: Path
) -> None:
    with full_house.database.writing() as session:
        person = session.scalars(select(PersonRecord.id).limit(1)).one()
        half = {"secret_sha256": "a" * 64, "person_id": person, "sets_up": False}
        session.execute(insert(HalfSignInRecord).values(**half, next_path="/", made_at=NOW))
    kept(full_house, folder, NOW)

    fresh.restore(folder, NOW + timedelta(minutes=1))

    with fresh.database.reading() as session:
        assert session.scalars(select(HalfSignInRecord)).all() == []
