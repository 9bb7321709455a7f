"""One installation, opened: data folder, keys, database, vault, gate, intake, confinement.

Web, jobs, mail door and command line all begin here; nothing is global.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from archive import schema
from archive.confinement.confinement import Confinement
from archive.database import Database
from archive.errors import VaultKeyMissing
from archive.intake.receive import Intake
from archive.intake.room import Room
from archive.ledger.checkpoint import Signer
from archive.ledger.gate import Gate
from archive.ledger.log import open_log, record
from archive.records.evidence import EvidenceRecord
from archive.vault.keys import load_signer, load_vault_key
from archive.vault.objects import LocalObjects
from archive.vault.vault import Vault
from service.access.naming import named
from service.access.rights import Rights, shipped_rights
from service.clock import Clock
from service.errors import ServiceError
from service.settings import Settings


class AlreadyRunning(ServiceError):
    """Another process serves this data folder."""


@dataclass(eq=False)
class Installation:
    """Everything that a use case may need, in one hand.

    Nothing of it changes but `settings`, once: when the first start has named the municipality.
    """

    settings: Settings
    clock: Clock
    database: Database
    objects: LocalObjects
    vault: Vault
    gate: Gate
    intake: Intake
    room: Room
    confinement: Confinement
    signer: Signer
    rights: Rights
    on_named: list[Callable[[Settings], None]] = field(default_factory=list)
    """Who is told when what was said at the first start begins to hold."""

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.settings.data

    def take_up_names(self) -> None:
        """Let what was said at the first start hold, also where another process heard it."""
        with self.database.reading() as session:
            told = named(session, self.settings)
        if told is not self.settings:
            self.settings = told
            for heed in self.on_named:
                heed(told)


def prepare_folder(data: Path) -> None:
    """Make the data folder, for our own user only."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in ("keys", "outbox"):
        (data / name).mkdir(exist_ok=True, mode=0o700)


@contextmanager
def sole_server(data: Path) -> Iterator[None]:
    """Hold the data folder for this process while it serves; raises `AlreadyRunning`."""
    prepare_folder(data)
    handle = os.open(data / "serving.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise AlreadyRunning(f"another process serves {data}") from held
        yield
    finally:
        os.close(handle)


@contextmanager
def opened(settings: Settings, clock: Clock | None = None) -> Iterator[Installation]:
    """Open an installation, its schema brought up to date, and close it in order."""
    clock = clock or Clock()
    prepare_folder(settings.data)
    plain = Database(settings.database)
    try:
        standing = schema.present(plain)
        fresh = standing is None or _is_empty(plain)
    finally:
        plain.close()
    signer = load_signer(settings.data / "keys" / "ledger.key", settings.origin, make=fresh)
    vault_key = load_vault_key(
        settings.vault_key_file or settings.data / "keys" / "vault.key",
        command=settings.vault_key_command,
        make=fresh,
    )
    database = Database(settings.database, signer)
    if standing is None or (standing != schema.newest() and database.is_sqlite):
        if standing is not None and database.path is not None:
            _copy_before_migration(database, settings.data, standing)
        schema.migrate(database)
    schema.require(database)
    with database.writing() as session:
        open_log(session, signer)
    objects = LocalObjects(settings.data / "objects")
    objects.prepare()
    vault = Vault(objects, vault_key)
    gate = Gate(database)
    clock.on_jump = lambda before, after: threading.Thread(
        # The clock may be read in the middle of a use case, which holds the write lock.
        target=_tell_jump,
        args=(database, before, after),
    ).start()
    confinement = Confinement()
    try:
        installation = Installation(
            settings=settings,
            clock=clock,
            database=database,
            objects=objects,
            vault=vault,
            gate=gate,
            intake=Intake(vault, gate),
            room=Room(settings.data, settings.reserve_bytes),
            confinement=confinement,
            signer=signer,
            rights=shipped_rights(),
        )
        installation.take_up_names()
        yield installation
    finally:
        gate.close()
        confinement.close()
        database.close()


def _is_empty(database: Database) -> bool:
    with database.reading() as session:
        return not session.scalar(select(func.count()).select_from(EvidenceRecord))


def _copy_before_migration(database: Database, data: Path, standing: str) -> None:
    """Keep the whole database file as it was, before the schema changes under it."""
    target = data / f"before-{standing}.db"
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
        target.unlink(missing_ok=True)
        link.exec_driver_sql("VACUUM INTO ?", (str(target),))


def _tell_jump(database: Database, before: datetime, after: datetime) -> None:
    with database.writing() as session:
        record(session, "clock.went_back", at=after, before=before, after=after)


__all__ = [
    "AlreadyRunning",
    "Installation",
    "VaultKeyMissing",
    "opened",
    "prepare_folder",
    "sole_server",
]
