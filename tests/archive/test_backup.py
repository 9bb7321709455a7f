import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import func, select, update

from archive.backup import Backup, Restored, backup, restore
from archive.backup.folder import BackupFolder
from archive.clearing import clear_erased
from archive.database import Database
from archive.errors import BackupInvalid, EvidenceErased, NotEmpty, SealBroken, SigningKeyMissing
from archive.intake.receive import About, Envelope, Intake, evidence_key
from archive.ledger.gate import Gate
from archive.ledger.log import open_log, record
from archive.ledger.verify import verify
from archive.records import Base
from archive.records.evidence import EvidenceRecord, ObjectRecord, WrappedKeyRecord
from archive.retention import erase
from archive.shutting import shut_off
from archive.vault.keys import begin_rotation, load_signer, rotate
from archive.vault.objects import LocalObjects
from archive.vault.sealing import VaultKey
from archive.vault.vault import Vault
from tests.archive.captured_page import MARKER
from tests.archive.contents import Contents, close_case
from tests.archive.house import NOW, House
from tests.databases import Blanks, PostgreSQLBlanks

WEEK = timedelta(days=7)
LEFT_OUT = {"sessions", "wrapped_keys", "erasures"}


class Fresh:
    """An empty data folder with the signing key restored to it."""

    def __init__(self, house: House, blanks: Blanks, folder: Path) -> None:
        folder.mkdir()
        empty = blanks.empty_url() if isinstance(blanks, PostgreSQLBlanks) else ""
        self.database = Database(empty or f"sqlite:///{folder}/restored.db", house.signer)
        self.objects = LocalObjects(folder / "objects")
        self.objects.prepare()
        self.vault_key = house.vault_key
        self.vault = Vault(self.objects, house.vault_key)

    def restore(self, folder: Path, now: datetime, **how: Any) -> Restored:
        how = {"vault_key": self.vault_key, **how}
        return restore(folder, self.database, self.objects, now, **how)


@pytest.fixture
def fresh(full_house: House, blanks: Blanks, tmp_path: Path) -> Iterator[Fresh]:
    made = Fresh(full_house, blanks, tmp_path / "fresh")
    yield made
    made.database.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backup"


def kept(house: House, folder: Path, now: datetime) -> Backup:
    return backup(house.database, house.objects, folder, now, vault_key=house.vault_key)


def erase_now(house: House, contents: Contents, now: datetime) -> None:
    with house.database.writing() as session:
        close_case(session, contents.case)
    for one in (contents.mail.id, contents.page.id):
        with house.database.writing() as session:
            erase(session, one, "asked", "person:1", now)
    clear_erased(house.database, house.objects, now)


def rows(database: Database) -> dict[str, list[str]]:
    with database.reading() as session:
        return {
            table.name: sorted(repr(tuple(row)) for row in session.execute(select(table)))
            for table in Base.metadata.sorted_tables
            if table.name not in LEFT_OUT and not table.name.startswith("ledger_")
        }


def everything(database: Database) -> list[str]:
    with database.reading() as session:
        return [
            repr(tuple(row))
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
        ]


def original(database: Database, vault: Vault, one: object) -> bytes:
    with database.reading() as session:
        query = select(ObjectRecord).where(
            ObjectRecord.evidence_id == one, ObjectRecord.role == "original"
        )
        key = evidence_key(session, vault, one)  # type: ignore[arg-type]  # an id of the contents
        return vault.read(key, session.scalars(query).one())


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
    assert b"age-encryption.org" not in records


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
    assert rotate(full_house.database, key, NOW) == 5
    later = NOW + timedelta(days=1)
    backup(full_house.database, full_house.objects, folder, later, vault_key=key)

    restored = fresh.restore(
        folder, NOW + timedelta(days=1), snapshot=old.name, vault_key=key.without_older()
    )

    assert restored.report.findings == ()
    vault = Vault(fresh.objects, key.without_older())
    assert original(fresh.database, vault, contents.other.id)


def test_a_restored_house_goes_on_receiving(full_house: House, fresh: Fresh, folder: Path) -> None:
    kept(full_house, folder, NOW)
    fresh.restore(folder, NOW)
    gate = Gate(fresh.database)

    Intake(fresh.vault, gate).receive(b"afterwards", About(), Envelope("http"), NOW)
    gate.close()

    assert verify(fresh.database, fresh.objects, vault_key=full_house.vault_key).findings == ()


def test_a_restore_wants_an_empty_place(full_house: House, folder: Path) -> None:
    kept(full_house, folder, NOW)

    with pytest.raises(NotEmpty):
        restore(
            folder, full_house.database, full_house.objects, NOW, vault_key=full_house.vault_key
        )
    with pytest.raises(NotEmpty):
        restore(
            folder,
            full_house.database,
            LocalObjects(folder / "none"),
            NOW,
            vault_key=full_house.vault_key,
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

    assert (
        restore(folder, started, objects, NOW, vault_key=full_house.vault_key).report.findings == ()
    )
    started.close()


def test_a_restore_wants_the_ledgers_own_key(
    full_house: House, folder: Path, tmp_path: Path
) -> None:
    kept(full_house, folder, NOW)
    stranger = load_signer(tmp_path / "other.key", full_house.signer.origin, make=True)
    database = Database(f"sqlite:///{tmp_path}/stranger.db", stranger)

    with pytest.raises(SigningKeyMissing):
        restore(
            folder, database, LocalObjects(tmp_path / "none"), NOW, vault_key=full_house.vault_key
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
