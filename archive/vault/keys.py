"""Key files: the vault key and the ledger's signing key are made once, kept apart, backed up apart.

Neither is in a backup of the evidence. A key is only ever made for an empty
data folder: a new key beside old evidence would lock that away for good.
"""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from sqlalchemy import Select, func, select

from archive.database import Database
from archive.errors import KeyBackupRefused, SealBroken, SigningKeyMissing, VaultKeyMissing
from archive.ledger.checkpoint import Signer
from archive.ledger.log import record
from archive.records.evidence import WrappedKeyRecord
from archive.records.factors import CodeAppRecord
from archive.vault.objects import sync_folder, write_durably
from archive.vault.sealing import VaultKey, WrappedKey

COMMAND_SECONDS = 30
BATCH = 500
_Wrapped = WrappedKeyRecord | CodeAppRecord
_WRAPPED: tuple[type[_Wrapped], ...] = (WrappedKeyRecord, CodeAppRecord)
"""Whatever the vault key wraps; a rotation reaches all of it."""


def load_vault_key(path: Path, *, command: str | None = None, make: bool = False) -> VaultKey:
    """Return the vault key that a command prints, or that a file holds.

    `make` says that the data folder is empty, so that a missing file may be
    made; otherwise raises `VaultKeyMissing`. A command never makes a key.
    """
    if command:
        return _from_command(command)
    try:
        return VaultKey.from_text(path.read_text(encoding="ascii"))
    except FileNotFoundError as missing:
        if not make:
            raise VaultKeyMissing(
                f"there is evidence, but no vault key at {path}: restore it from a key backup"
            ) from missing
    except UnicodeDecodeError as bad:
        raise SealBroken("the vault key file holds no age identity") from bad
    key = VaultKey.new()
    save_vault_key(path, key)
    return key


def save_vault_key(path: Path, key: VaultKey) -> None:
    """Write a vault key durably, readable by its owner only."""
    _prepare(path.parent)
    write_durably(path, key.to_text().encode())


def load_signer(path: Path, origin: str, *, make: bool = False) -> Signer:
    """Return the ledger's signer from its key file; made only for an empty data folder.

    Raises `SigningKeyMissing`.
    """
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError as missing:
        if not make:
            raise SigningKeyMissing(
                f"there is a ledger, but no signing key at {path}: restore it from a key backup"
            ) from missing
        key = Ed25519PrivateKey.generate()
        _prepare(path.parent)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_durably(path, pem)
    except (ValueError, TypeError, UnsupportedAlgorithm) as bad:
        raise SigningKeyMissing(f"{path} holds no private key") from bad
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyMissing(f"{path} holds no Ed25519 key")
    return Signer(origin, key)


def key_backup(files: Iterable[Path], folder: Path) -> list[Path]:
    """Copy key files into a folder that is kept apart from the evidence.

    Raises `KeyBackupRefused` where another key lies there under the same name:
    an earlier key may be the only one that opens an earlier backup.
    """
    _prepare(folder)
    sources = {folder / path.name: path.read_bytes() for path in files}
    for target, data in sources.items():
        if target.exists() and target.read_bytes() != data:
            raise KeyBackupRefused(f"{target} holds another key; choose an empty folder")
    for target, data in sources.items():
        write_durably(target, data)
    return sorted(sources)


def begin_rotation(path: Path) -> VaultKey:
    """Put a fresh vault key into the key file, the present one kept behind it, and return both.

    The file is replaced before any row is: a crash at any moment leaves every
    evidence key readable. A rotation that stands unfinished is taken up again.
    """
    present = load_vault_key(path)
    if present.older:
        return present
    key = VaultKey.new(older=[present])
    save_vault_key(path, key)
    return key


def rotate(database: Database, key: VaultKey, now: datetime, *, batch: int = BATCH) -> int:
    """Wrap anew whatever an older key wraps, one ledger entry a batch; returns how many.

    It can be broken off and begun again at any time; running services that
    were started before the rotation must be restarted before the older key is
    forgotten.
    """
    done = 0
    for table in _WRAPPED:
        while rows := _rotate_batch(database, table, key, now, batch):
            done += rows
    return done


def forget_older_keys(path: Path, database: Database) -> bool:
    """Drop older keys from the key file; False, and nothing done, while any row needs one."""
    key = load_vault_key(path)
    with database.reading() as session:
        for table in _WRAPPED:
            if session.scalar(select(func.count()).where(table.key_id != key.key_id)):
                return False
    save_vault_key(path, key.without_older())
    return True


def _rotate_batch(
    database: Database, table: type[_Wrapped], key: VaultKey, now: datetime, batch: int
) -> int:
    with database.writing() as session:
        query: Select[Any] = select(table).where(table.key_id != key.key_id)
        ordered = query.order_by(*table.__table__.primary_key).limit(batch).with_for_update()
        rows: Sequence[_Wrapped] = session.scalars(ordered).all()
        for row in rows:
            renewed = key.wrap(key.unwrap(WrappedKey(row.key_id, row.wrapped)))
            row.key_id, row.wrapped = renewed.key_id, renewed.wrapped
        if rows:
            record(session, "vault.rotated", at=now, key_id=key.key_id, keys=len(rows))
        return len(rows)


def _from_command(command: str) -> VaultKey:
    try:
        answer = subprocess.run(  # noqa: S603 — the municipality's own setting, no shell
            shlex.split(command), capture_output=True, check=True, timeout=COMMAND_SECONDS
        )
        return VaultKey.from_text(answer.stdout.decode("ascii"))
    except (OSError, ValueError, subprocess.SubprocessError) as failed:
        raise VaultKeyMissing("the vault key command gave no key") from failed


def _prepare(folder: Path) -> None:
    if not folder.exists():
        folder.mkdir(parents=True, mode=0o700)
        sync_folder(folder.parent)
