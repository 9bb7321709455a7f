"""How a backup folder is laid out, so that several backups share their objects.

`snapshots/MOMENT/` holds the records, what was read out of evidence sealed with
its keys (`archive.backup.guarded`), and a manifest written last; `objects/`
every sealed object that a kept snapshot names; `keys/MOMENT.jsonl` the wrapped
keys, kept at most 7 days; `erasures.json` and `sealed.json` what must be erased
and sealed off again after a restore. So both reach every older snapshot
(decisions 5 and 29).
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from archive.errors import BackupInvalid
from archive.records.columns import timestamp
from archive.vault.objects import LocalObjects, sync_folder, write_durably
from archive.vault.sealing import WrappedKey

FORMAT = "vaern-backup-2"
KEYS_KEPT = timedelta(days=7)
RECORDS = "records.sqlite"
MANIFEST = "manifest.json"
_MOMENT = "%Y-%m-%dT%H-%M-%S.%fZ"


@dataclass(frozen=True)
class SealedOff:
    """When, by whom and why a piece of evidence was sealed off."""

    at: datetime
    by: str
    reason: str


@dataclass(frozen=True)
class Manifest:
    """What one backup holds; it is written last, so a backup with one is complete."""

    made_at: str
    schema: str
    records_sha256: str
    tables: dict[str, int]
    objects: int
    entries: int
    missing: list[str]
    """Segments that the archive itself could not give."""
    format: str = FORMAT
    not_in_here: str = "the vault key and the ledger's signing key: see 'vaern key backup'"


class BackupFolder:
    """One folder of backups."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.objects = LocalObjects(path / "objects")

    def prepare(self) -> None:
        """Make the folder durably."""
        for folder in (self.path, self.path / "snapshots", self.path / "keys"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            sync_folder(folder.parent)
        self.objects.prepare()
        self.objects.sweep()
        for left in (self.path / "snapshots").glob(".part-*"):
            shutil.rmtree(left)

    def begin(self, now: datetime) -> Path:
        """Return a fresh folder for a snapshot that is not complete yet."""
        part = self.path / "snapshots" / f".part-{_name(now)}"
        part.mkdir(mode=0o700)
        return part

    def complete(self, part: Path, manifest: Manifest) -> Path:
        """Write the manifest and give the snapshot its name."""
        sync_file(part / RECORDS)
        write_durably(part / MANIFEST, json.dumps(asdict(manifest), indent=1).encode())
        whole = part.with_name(part.name.removeprefix(".part-"))
        part.rename(whole)
        sync_folder(whole.parent)
        return whole

    def snapshots(self) -> list[Path]:
        """Return the complete snapshots, oldest first."""
        found = (self.path / "snapshots").glob("[0-9]*")
        return sorted(folder for folder in found if (folder / MANIFEST).exists())

    def manifest(self, snapshot: Path) -> Manifest:
        """Read a snapshot's manifest and check its records; raises `BackupInvalid`."""
        try:
            manifest = Manifest(**json.loads((snapshot / MANIFEST).read_bytes()))
            digest = file_sha256(snapshot / RECORDS)
        except (OSError, ValueError, TypeError) as bad:
            raise BackupInvalid(f"{snapshot} is no complete backup") from bad
        if manifest.format != FORMAT:
            raise BackupInvalid(f"{snapshot} is in a form that this program does not read")
        if digest != manifest.records_sha256:
            raise BackupInvalid(f"the records in {snapshot} are not those that were written")
        return manifest

    def write_keys(self, now: datetime, keys: Iterable[tuple[UUID, WrappedKey]]) -> None:
        """Write the wrapped keys of a moment, their digest in the last line."""
        lines = [
            json.dumps(
                {
                    "evidence": str(of),
                    "key_id": key.key_id,
                    "wrapped": base64.b64encode(key.wrapped).decode(),
                }
            )
            for of, key in keys
        ]
        text = "".join(f"{line}\n" for line in lines)
        end = json.dumps({"sha256": hashlib.sha256(text.encode()).hexdigest()})
        write_durably(self.path / "keys" / f"{_name(now)}.jsonl", f"{text}{end}\n".encode())

    def newest_keys(self) -> tuple[datetime, dict[UUID, WrappedKey]] | None:
        """Return the newest wrapped keys and their moment; raises `BackupInvalid`."""
        files = sorted((self.path / "keys").glob("[0-9]*.jsonl"))
        if not files:
            return None
        text = files[-1].read_text(encoding="utf-8")
        try:
            *lines, end = text.splitlines(keepends=True)
            digest = hashlib.sha256("".join(lines).encode()).hexdigest()
            if json.loads(end)["sha256"] != digest:
                raise BackupInvalid(f"{files[-1].name} is not whole")
            return _moment(files[-1].stem), dict(_keys(lines))
        except (ValueError, KeyError, TypeError) as bad:
            raise BackupInvalid(f"{files[-1].name} cannot be read") from bad

    def erasures(self) -> dict[UUID, datetime]:
        """Return what was erased, as far as any backup in this folder knew."""
        path = self.path / "erasures.json"
        if not path.exists():
            return {}
        try:
            listed = json.loads(path.read_bytes())
            return {UUID(one): datetime.fromisoformat(at) for one, at in listed.items()}
        except (ValueError, AttributeError, TypeError) as bad:
            raise BackupInvalid("the list of erasures cannot be read") from bad

    def add_erasures(self, erased: dict[UUID, datetime]) -> None:
        """Add to the list of erasures; nothing ever leaves it."""
        listed = {**erased, **self.erasures()}
        text = json.dumps({str(one): timestamp(at) for one, at in sorted(listed.items())}, indent=0)
        write_durably(self.path / "erasures.json", text.encode())

    def sealed(self) -> dict[UUID, SealedOff]:
        """Return what was sealed off when the newest backup was taken."""
        path = self.path / "sealed.json"
        if not path.exists():
            return {}
        try:
            listed = json.loads(path.read_bytes())
            return {
                UUID(one): SealedOff(datetime.fromisoformat(said["at"]), said["by"], said["why"])
                for one, said in listed.items()
            }
        except (ValueError, AttributeError, TypeError, KeyError) as bad:
            raise BackupInvalid("the list of what is sealed off cannot be read") from bad

    def write_sealed(self, sealed: dict[UUID, SealedOff]) -> None:
        """Replace the list of what is sealed off: a seal that was lifted leaves it."""
        listed = {
            str(one): {"at": timestamp(said.at), "by": said.by, "why": said.reason}
            for one, said in sorted(sealed.items())
        }
        write_durably(self.path / "sealed.json", json.dumps(listed, indent=0).encode())

    def drop_older(self, keys_before: datetime, snapshots_before: datetime) -> None:
        """Remove keys and snapshots from before these moments, but never the newest ones."""
        for path in sorted((self.path / "keys").glob("[0-9]*.jsonl"))[:-1]:
            if _moment(path.stem) < keys_before:
                path.unlink()
        sync_folder(self.path / "keys")
        for snapshot in self.snapshots()[:-1]:
            if _moment(snapshot.name) < snapshots_before:
                shutil.rmtree(snapshot)
        sync_folder(self.path / "snapshots")


def file_sha256(path: Path) -> str:
    """Return the digest of a file, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_file(path: Path) -> None:
    """Make a file's bytes durable that somebody else wrote."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _keys(lines: list[str]) -> Iterator[tuple[UUID, WrappedKey]]:
    for line in lines:
        said = json.loads(line)
        wrapped = base64.b64decode(said["wrapped"], validate=True)
        yield UUID(said["evidence"]), WrappedKey(said["key_id"], wrapped)


def _name(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(_MOMENT)


def _moment(name: str) -> datetime:
    try:
        return datetime.strptime(name, _MOMENT).replace(tzinfo=UTC)
    except ValueError as bad:
        raise BackupInvalid(f"{name} is no moment of a backup") from bad
