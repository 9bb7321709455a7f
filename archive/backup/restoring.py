"""Restoring: into an empty data folder, with whatever was erased since erased again."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Container, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, text

from archive import schema
from archive.backup.copying import copy_table, portable, tables
from archive.backup.folder import KEYS_KEPT, RECORDS, BackupFolder, Manifest, SealedOff
from archive.backup.guarded import RowKeys, Unwraps, opened_rows
from archive.backup.taking import segments_of
from archive.clearing import clear_erased
from archive.database import Database
from archive.errors import BackupInvalid, NotEmpty, ObjectMissing, SigningKeyMissing
from archive.ledger.checks.details import check_details
from archive.ledger.checks.findings import Findings
from archive.ledger.checks.rows import read_rows
from archive.ledger.checks.scratch import Scratch
from archive.ledger.checks.source import opened
from archive.ledger.log import SYSTEM, record
from archive.ledger.mentions import row_by_key
from archive.ledger.verify import Report, verify
from archive.records.evidence import EvidenceRecord, ObjectRecord, WrappedKeyRecord
from archive.records.ledger import LedgerHeadRecord
from archive.retention import erase, erase_without_key
from archive.shutting import shut_off
from archive.vault.objects import Objects
from archive.vault.sealing import WrappedKey

_RESTATED_TOGETHER = 500
_LOST_TOGETHER = 2000
"""So many in one transaction: each looks through the whole ledger for what speaks of them."""
_OPENED = "restoring"
"""A folder in which the records lie open while a restore lasts."""


@dataclass(frozen=True)
class Restored:
    """What stands after a restore, and what `verify` says of it."""

    made_at: str
    report: Report
    erased_again: int
    sealed_again: int
    without_key: int
    """Pieces of evidence that came back as tombstones, for want of a whole and fresh key."""


def restore(
    folder: Path,
    database: Database,
    objects: Objects,
    now: datetime,
    *,
    vault_key: Unwraps,
    data: Path,
    snapshot: str | None = None,
    accept_old_keys: bool = False,
) -> Restored:
    """Bring a backup back, by default the newest, and verify what stands.

    The ledger's signing key must be restored first: it signs what the restore
    itself does. Keys older than 7 days are not taken unless asked for, since
    an erasure may have come after them; evidence without a key is then erased
    in what is restored, never in the backup. The records lie open only in
    the data folder, and only meanwhile (`drop_opened`). Raises `BackupInvalid`,
    `NotEmpty`, `SigningKeyMissing`, and `SealBroken` for another vault key.
    """
    place = BackupFolder(folder)
    chosen = _choose(place, snapshot)
    manifest = place.manifest(chosen)
    erased, sealed = place.erasures(), place.sealed()
    keys = _keys(place, now, accept_old_keys=accept_old_keys)
    _require_empty(database, objects)
    keys = {of: key for of, key in keys.items() if of not in erased}
    row_keys = RowKeys(vault_key, keys)
    with _present_form(chosen / RECORDS, manifest, row_keys, data) as (source, damaged):
        public_key = _require_signer(source, database)
        lost = _without_key(source, keys) | damaged
        _copy_objects(place, objects, manifest, source, erased.keys() | lost)
        _load(source, database, keys)
    again = _erase_again(database, erased, now)
    lost -= erased.keys()
    _erase_lost(database, lost, now)
    _restate_keys(database, manifest, now)
    shut = _seal_again(database, objects, sealed, now)
    clear_erased(database, objects, now)
    report = verify(database, objects, public_key=public_key)
    return Restored(manifest.made_at, report, again, shut, len(lost))


def _choose(place: BackupFolder, snapshot: str | None) -> Path:
    for folder in reversed(place.snapshots()):
        if snapshot in {None, folder.name}:
            return folder
    raise BackupInvalid(
        f"{place.path} holds no complete backup{f' {snapshot}' if snapshot else ''}"
    )


def _keys(place: BackupFolder, now: datetime, *, accept_old_keys: bool) -> dict[UUID, WrappedKey]:
    newest = place.newest_keys()
    if newest is None or (newest[0] < now - KEYS_KEPT and not accept_old_keys):
        return {}
    return newest[1]


def _require_empty(database: Database, objects: Objects) -> None:
    """Refuse anything but no tables at all, or those of a service that has never been used."""
    if next(iter(objects.names()), None) is not None:
        raise NotEmpty("objects are kept here already")
    if schema.present(database) is None:
        return
    with database.reading() as session:
        for table in tables():
            rows = session.scalar(select(func.count()).select_from(table))
            unused = table.name == LedgerHeadRecord.__tablename__ and not session.scalar(
                select(func.max(LedgerHeadRecord.size))
            )
            if rows and not unused:
                raise NotEmpty(f"the table {table.name} holds rows already")


def drop_opened(data: Path) -> None:
    """Remove what a restore that was killed left open in a data folder."""
    with suppress(FileNotFoundError):
        shutil.rmtree(data / _OPENED)


@contextmanager
def _present_form(
    records: Path, manifest: Manifest, keys: RowKeys, data: Path
) -> Iterator[tuple[Connection, set[UUID]]]:
    """Open a copy of the records, with what the keys open, in this program's schema.

    Comes with the evidence whose keys are damaged.
    """
    drop_opened(data)
    copy = data / _OPENED / RECORDS
    copy.parent.mkdir(mode=0o700)
    try:
        shutil.copyfile(records, copy)
        with portable(copy) as sealed:
            damaged = opened_rows(sealed, keys)
        if manifest.schema != schema.newest():
            with closing(Database(f"sqlite:///{copy}")) as older:
                schema.migrate(older)
        with portable(copy) as source:
            yield source, damaged
    finally:
        drop_opened(data)


def _require_signer(source: Connection, database: Database) -> bytes:
    head = source.execute(select(LedgerHeadRecord.origin, LedgerHeadRecord.public_key)).one()
    signer = database.signer
    if signer is None or (signer.origin, signer.public_key) != tuple(head):
        raise SigningKeyMissing(
            "this ledger is signed by another key: restore it from the key backup first"
        )
    return signer.public_key


def _copy_objects(
    place: BackupFolder,
    objects: Objects,
    manifest: Manifest,
    source: Connection,
    erased: Container[UUID],
) -> None:
    """Copy the objects, having seen that all of them are there."""
    query = select(ObjectRecord.name, ObjectRecord.segments, ObjectRecord.evidence_id)
    listed = {name: count for name, count, of in source.execute(query) if of not in erased}
    standing, known = set(place.objects.names()), set(manifest.missing)
    due = [segment for segment in segments_of(listed) if segment not in known]
    for segment in due:
        if segment not in standing:
            raise BackupInvalid(f"the backup lacks the object {segment}")
    for segment in due:
        try:
            objects.put(segment, place.objects.get(segment))
        except ObjectMissing as gone:
            raise BackupInvalid(f"the backup lacks the object {segment}") from gone


def _without_key(source: Connection, keys: dict[UUID, WrappedKey]) -> set[UUID]:
    query = select(EvidenceRecord.id).where(EvidenceRecord.erased_at.is_(None))
    return {of for (of,) in source.execute(query) if of not in keys}


def _load(source: Connection, database: Database, keys: dict[UUID, WrappedKey]) -> None:
    """Copy the rows in one transaction, with the keys of what stands."""
    schema.migrate(database)
    standing = EvidenceRecord.erased_at.is_(None)
    with database.engine.begin() as target:
        target.execute(text("DELETE FROM ledger_head"))
        for table in tables():
            copy_table(source, target, table)
        rows = [
            {"evidence_id": of, "key_id": keys[of].key_id, "wrapped": keys[of].wrapped}
            for (of,) in source.execute(select(EvidenceRecord.id).where(standing))
            if of in keys
        ]
        if rows:
            target.execute(insert(WrappedKeyRecord), rows)


def _restate_keys(database: Database, manifest: Manifest, now: datetime) -> None:
    """Say in the ledger that a restore took place, and which keys are not those of its moment.

    Keys may be younger than the records (wrapped anew since), or be gone.
    """
    findings = Findings()
    with closing(Scratch()) as scratch, opened(database) as source:
        check_details(source, findings, scratch)
        read_rows(source, findings, scratch, WrappedKeyRecord)
        other = [key for key, _ in (*scratch.changed(), *scratch.vanished(), *scratch.unrecorded())]
    keys = sorted({key for key in other if key.startswith(f"{WrappedKeyRecord.__tablename__}:")})
    for start in range(0, max(len(keys), 1), _RESTATED_TOGETHER):
        with database.writing() as session:
            entry = record(
                session, "archive.restored", at=now, actor=SYSTEM, backup=manifest.made_at
            )
            for key in keys[start : start + _RESTATED_TOGETHER]:
                entry.rows[key] = row_by_key(session, key)


def _erase_again(database: Database, erased: dict[UUID, datetime], now: datetime) -> int:
    """Erase what was erased after the backup was taken."""
    done = 0
    for evidence_id, at in sorted(erased.items(), key=lambda item: item[1]):
        with database.writing() as session:
            evidence = session.get(EvidenceRecord, evidence_id)
            if evidence is not None and evidence.erased_at is None:
                reason = f"erased on {at.date()}, before this restore"
                taken = erase(session, evidence_id, reason, SYSTEM, now, again=True)
                done += len(taken.evidence)
    return done


def _erase_lost(database: Database, lost: Collection[UUID], now: datetime) -> None:
    """Erase what no key opens: its words came back blank, and the ledger must say why."""
    listed = sorted(lost)
    for start in range(0, len(listed), _LOST_TOGETHER):
        with database.writing() as session:
            reason = "no key that opens it came with the backup"
            erase_without_key(session, listed[start : start + _LOST_TOGETHER], reason, now)


def _seal_again(
    database: Database, objects: Objects, sealed: dict[UUID, SealedOff], now: datetime
) -> int:
    """Seal off what was sealed off after the backup was taken, before anyone can open it."""
    done = 0
    for evidence_id, said in sorted(sealed.items(), key=lambda item: item[1].at):
        with database.writing() as session:
            if session.get(EvidenceRecord, evidence_id) is None:
                continue
            shut = shut_off(session, [evidence_id], said.by, said.reason, now, since=said.at)
        for segment in segments_of(dict(shut.objects)):
            objects.delete(segment)
        done += len(shut.evidence)
    return done
