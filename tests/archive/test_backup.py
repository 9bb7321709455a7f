"""What a backup keeps, what a restore wants, and what is refused."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import func, select, update

from archive.backup import restore
from archive.backup.folder import BackupFolder
from archive.clearing import clear_erased
from archive.database import Database
from archive.errors import BackupInvalid, NotEmpty, SealBroken, SigningKeyMissing
from archive.intake.receive import About, Envelope, Intake
from archive.ledger.gate import Gate
from archive.ledger.log import open_log
from archive.ledger.verify import verify
from archive.records.evidence import EvidenceRecord, WrappedKeyRecord
from archive.retention import erase
from archive.vault.keys import load_signer
from archive.vault.objects import LocalObjects
from tests.archive.contents import Contents
from tests.archive.house import NOW, House
from tests.archive.restored import (
    Fresh,
    kept,
    original,
    rows,
)
from tests.databases import Blanks


def test_what_is_restored_is_what_was_there(
    full_house: House, contents: Contents, fresh: Fresh, folder: Path
) -> None:
    outside = full_house.head().note
    taken = kept(full_house, folder, NOW)

    restored = fresh.restore(folder, NOW + timedelta(days=1))

    assert taken.missing == ()
    assert restored.report.findings == ()
    assert (restored.erased_again, restored.without_key) == (0, 0)
    assert rows(fresh.database) == rows(full_house.database)
    assert original(fresh.database, fresh.vault, contents.other.id) == full_house.read(
        contents.other.id
    )
    assert verify(
        fresh.database,
        fresh.objects,
        public_key=full_house.signer.public_key,
        head_note=outside,
        vault_key=full_house.vault_key,
    ).to_json() == {
        "ok": True,
        "entries": full_house.head().size + 1,
        "objects": 7,
        "findings": [],
        "unchecked": [],
    }


def test_a_backup_taken_during_load_restores_and_verifies(
    full_house: House, fresh: Fresh, folder: Path
) -> None:
    stop = Event()

    def load(worker: int) -> int:
        number = 0
        while not stop.is_set() and number < 200:
            full_house.receive(b"%d %d" % (worker, number) * 300, f"{worker}-{number}.txt")
            number += 1
        return number

    with ThreadPoolExecutor(3) as pool:
        working = [pool.submit(load, worker) for worker in range(3)]
        taken = [kept(full_house, folder, NOW + timedelta(seconds=n)) for n in range(3)]
        stop.set()
        received = sum(work.result() for work in working)

    restored = fresh.restore(folder, NOW + timedelta(days=1))

    assert received > 0
    assert [one.missing for one in taken] == [(), (), ()]
    assert restored.report.findings == ()
    with fresh.database.reading() as session:
        assert (session.scalar(select(func.count()).select_from(EvidenceRecord)) or 0) >= 5
    assert verify(fresh.database, fresh.objects, vault_key=full_house.vault_key).findings == ()


def test_a_second_backup_copies_only_what_is_new(full_house: House, folder: Path) -> None:
    first = kept(full_house, folder, NOW)
    full_house.receive(b"new")
    second = kept(full_house, folder, NOW + timedelta(days=1))

    assert (first.copied, second.copied) == (7, 1)


def test_no_key_lies_beside_the_records(full_house: House, folder: Path) -> None:
    kept(full_house, folder, NOW)

    files = [path for path in folder.rglob("*") if path.is_file()]
    holding = [
        p for p in files if b"AGE-SECRET-KEY" in p.read_bytes() or b"PRIVATE" in p.read_bytes()
    ]
    records = next(folder.glob("snapshots/*/records.sqlite")).read_bytes()

    assert holding == []
    with full_house.database.reading() as session:
        wrapped = session.scalars(select(WrappedKeyRecord.wrapped)).all()
    assert wrapped
    assert not any(key in records for key in wrapped)
    assert records.count(b"age-encryption.org") == 1, "the app's, which no erasure takes back"


def test_keys_are_kept_for_a_week(full_house: House, folder: Path) -> None:
    for day in (0, 3, 6, 9):
        kept(full_house, folder, NOW + timedelta(days=day))

    days = sorted(path.name[:10] for path in (folder / "keys").iterdir())

    assert days == ["2026-11-24", "2026-11-27", "2026-11-30"]


def test_snapshots_and_objects_are_kept_as_long_as_asked(full_house: House, folder: Path) -> None:
    gone = full_house.receive(b"soon erased")
    kept(full_house, folder, NOW)
    with full_house.database.writing() as session:
        erase(session, gone.id, "asked", "person:1", NOW)
    clear_erased(full_house.database, full_house.objects, NOW)

    kept(full_house, folder, NOW + timedelta(days=29))
    held = len(list(BackupFolder(folder).objects.names()))
    kept(full_house, folder, NOW + timedelta(days=31))

    assert held == 8
    assert len(list(BackupFolder(folder).objects.names())) == 7
    assert len(BackupFolder(folder).snapshots()) == 2


def test_a_restored_house_goes_on_receiving(full_house: House, fresh: Fresh, folder: Path) -> None:
    kept(full_house, folder, NOW)
    fresh.restore(folder, NOW)
    gate = Gate(fresh.database)

    Intake(fresh.vault, gate).receive(b"afterwards", About(), Envelope("http"), NOW)
    gate.close()

    assert verify(fresh.database, fresh.objects, vault_key=full_house.vault_key).findings == ()


def test_a_restore_wants_an_empty_place(full_house: House, folder: Path, tmp_path: Path) -> None:
    kept(full_house, folder, NOW)

    for objects in (full_house.objects, LocalObjects(folder / "none")):
        with pytest.raises(NotEmpty):
            restore(
                folder,
                full_house.database,
                objects,
                NOW,
                vault_key=full_house.vault_key,
                data=tmp_path,
            )


def test_a_service_that_was_started_and_never_used_is_empty_enough(
    full_house: House, blanks: Blanks, folder: Path, tmp_path: Path
) -> None:
    kept(full_house, folder, NOW)
    (tmp_path / "started").mkdir()
    started = Database(blanks.url(tmp_path / "started"), full_house.signer)
    with started.writing() as session:
        open_log(session, full_house.signer)
    objects = LocalObjects(tmp_path / "started" / "objects")
    objects.prepare()

    restored = restore(
        folder, started, objects, NOW, vault_key=full_house.vault_key, data=tmp_path / "started"
    )
    assert restored.report.findings == ()
    started.close()


def test_a_restore_wants_the_ledgers_own_key(
    full_house: House, folder: Path, tmp_path: Path
) -> None:
    kept(full_house, folder, NOW)
    stranger = load_signer(tmp_path / "other.key", full_house.signer.origin, make=True)
    database = Database(f"sqlite:///{tmp_path}/stranger.db", stranger)

    with pytest.raises(SigningKeyMissing):
        restore(
            folder,
            database,
            LocalObjects(tmp_path / "none"),
            NOW,
            vault_key=full_house.vault_key,
            data=tmp_path,
        )
    database.close()


@pytest.mark.parametrize("spoil", ["manifest", "records", "object", "keys", "everything"])
def test_a_backup_that_is_not_whole_is_refused(
    full_house: House, fresh: Fresh, folder: Path, spoil: str
) -> None:
    snapshot = kept(full_house, folder, NOW).snapshot
    if spoil == "manifest":
        (snapshot / "manifest.json").write_text(json.dumps({"format": "another"}))
    elif spoil == "records":
        with (snapshot / "records.sqlite").open("ab") as file:
            file.write(b"more")
    elif spoil == "object":
        next(folder.glob("objects/??/*")).unlink()
    elif spoil == "keys":
        keys = next((folder / "keys").iterdir())
        keys.write_text(keys.read_text().replace("a", "b", 1))
    else:
        (snapshot / "manifest.json").unlink()

    with pytest.raises(BackupInvalid):
        fresh.restore(folder, NOW)
    assert list(fresh.objects.names()) == []


def test_a_backup_says_what_the_archive_could_not_give(
    full_house: House, fresh: Fresh, folder: Path
) -> None:
    lost = full_house.stored()[0]
    lost.unlink()

    taken = kept(full_house, folder, NOW)
    restored = fresh.restore(folder, NOW)

    assert taken.missing == (lost.name,)
    assert [finding.id for finding in restored.report.findings] == [lost.name.partition(".")[0]]


def test_a_damaged_key_stops_no_backup(
    full_house: House, contents: Contents, fresh: Fresh, folder: Path
) -> None:
    with full_house.database.engine.begin() as connection:
        damaged = WrappedKeyRecord.evidence_id == contents.mail.id
        connection.execute(update(WrappedKeyRecord).where(damaged).values(wrapped=b"spoilt"))

    kept(full_house, folder, NOW)
    restored = fresh.restore(folder, NOW)

    assert restored.without_key == 0
    assert rows(fresh.database) == rows(full_house.database)
    with pytest.raises(SealBroken):
        original(fresh.database, fresh.vault, contents.mail.id)
    assert original(fresh.database, fresh.vault, contents.other.id)
