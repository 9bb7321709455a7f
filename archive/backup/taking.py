"""Taking a backup while the service runs: one moment of the records, then the objects they name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import schema
from archive.backup.copying import copy_table, portable, tables
from archive.backup.folder import (
    KEYS_KEPT,
    RECORDS,
    BackupFolder,
    Manifest,
    SealedOff,
    file_sha256,
)
from archive.backup.guarded import Guard, RowKeys, Unwraps
from archive.database import Database
from archive.errors import ObjectExists, ObjectMissing
from archive.ledger.log import SYSTEM
from archive.records.columns import timestamp
from archive.records.evidence import (
    ErasureRecord,
    EvidenceRecord,
    ObjectRecord,
    WrappedKeyRecord,
)
from archive.vault.objects import Objects
from archive.vault.sealing import WrappedKey
from archive.vault.vault import segment_name

SNAPSHOTS_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Backup:
    """What was written where; `missing` names segments that the archive could not give."""

    snapshot: Path
    rows: int
    objects: int
    copied: int
    missing: tuple[str, ...]


def backup(
    database: Database,
    objects: Objects,
    folder: Path,
    now: datetime,
    *,
    vault_key: Unwraps,
    keep: timedelta = SNAPSHOTS_KEPT,
) -> Backup:
    """Write a backup into a folder, beside earlier ones, without holding the service up.

    Whatever was read out of evidence is sealed in it with the evidence's own keys, which the
    vault key opens. Objects are copied once; keys from more than 7 days ago and snapshots older
    than `keep` are removed at the end.
    """
    place = BackupFolder(folder)
    place.prepare()
    part = place.begin(now)
    counts, keys = _copy_records(database, part / RECORDS, vault_key)
    listed = _listed(part / RECORDS)
    copied, missing = _copy_objects(database, objects, place, listed)
    with database.reading() as session:
        query = select(ErasureRecord.evidence_id, ErasureRecord.erased_at)
        erased = {row.evidence_id: row.erased_at for row in session.execute(query)}
        sealed = _sealed_off(session)
    place.add_erasures(erased)
    place.write_sealed(sealed)
    place.write_keys(now, ((of, key) for of, key in keys.items() if of not in erased))
    manifest = Manifest(
        made_at=timestamp(now),
        schema=schema.newest(),
        records_sha256=file_sha256(part / RECORDS),
        tables=counts,
        objects=len(listed),
        entries=counts["ledger_entries"],
        missing=missing,
    )
    snapshot = place.complete(part, manifest)
    place.drop_older(now - KEYS_KEPT, now - keep)
    _drop_unnamed(place)
    return Backup(snapshot, sum(counts.values()), len(listed), copied, tuple(missing))


def segments_of(listed: dict[str, int]) -> list[str]:
    """Return the segment names of objects."""
    return [segment_name(name, n) for name, count in listed.items() for n in range(count)]


def _copy_records(
    database: Database, path: Path, vault_key: Unwraps
) -> tuple[dict[str, int], dict[UUID, WrappedKey]]:
    """Copy one moment of every table; the wrapped keys of that moment go elsewhere."""
    blank = Database(f"sqlite:///{path}")
    schema.migrate(blank)
    blank.close()
    with database.reading() as session, portable(path) as target:
        schema.require_on(session.connection())
        columns = (WrappedKeyRecord.evidence_id, WrappedKeyRecord.key_id, WrappedKeyRecord.wrapped)
        keys = {
            of: WrappedKey(kid, wrapped) for of, kid, wrapped in session.execute(select(*columns))
        }
        guard = Guard(RowKeys(vault_key, keys), target)
        counts = {
            table.name: copy_table(session.connection(), target, table, guard) for table in tables()
        }
    return counts, keys


def _sealed_off(session: Session) -> dict[UUID, SealedOff]:
    query = select(
        EvidenceRecord.id,
        EvidenceRecord.sealed_off_at,
        EvidenceRecord.sealed_off_by,
        EvidenceRecord.sealed_off_reason,
    ).where(EvidenceRecord.sealed_off_at.is_not(None))
    return {
        of: SealedOff(at, by or SYSTEM, why or "")
        for of, at, by, why in session.execute(query)
        if at is not None
    }


def _listed(path: Path) -> dict[str, int]:
    with portable(path) as source:
        rows = source.execute(select(ObjectRecord.name, ObjectRecord.segments))
        return {row.name: row.segments for row in rows}


def _copy_objects(
    database: Database, objects: Objects, place: BackupFolder, listed: dict[str, int]
) -> tuple[int, list[str]]:
    """Copy what the folder does not hold yet; what was erased meanwhile is not missing."""
    copied, missing = 0, []
    standing = set(place.objects.names())
    for segment in segments_of(listed):
        if segment in standing:
            continue
        try:
            place.objects.put(segment, objects.get(segment))
            copied += 1
        except ObjectExists:
            continue
        except ObjectMissing:
            missing.append(segment)
    if missing:
        with database.reading() as session:
            names = [segment.partition(".")[0] for segment in missing]
            query = select(ObjectRecord.name).where(ObjectRecord.name.in_(names))
            known = set(session.scalars(query))
        missing = [segment for segment in missing if segment.partition(".")[0] in known]
    return copied, missing


def _drop_unnamed(place: BackupFolder) -> None:
    """Remove objects that no kept snapshot names."""
    named = {name for one in place.snapshots() for name in segments_of(_listed(one / RECORDS))}
    for segment in list(place.objects.names()):
        if segment not in named:
            place.objects.delete(segment)
