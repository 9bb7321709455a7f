"""A whole archive for tests: database, objects, vault, gate and intake, made by the real code."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.database import Database
from archive.intake.receive import About, Envelope, Intake, Kept, evidence_key
from archive.ledger.checkpoint import Signer
from archive.ledger.gate import Gate
from archive.ledger.log import Head, head, open_log
from archive.ledger.verify import Report, verify
from archive.records.evidence import ObjectRecord
from archive.vault.keys import load_signer, load_vault_key
from archive.vault.objects import LocalObjects
from archive.vault.sealing import EvidenceKey, VaultKey
from archive.vault.vault import Vault
from tests.databases import knowing

NOW = datetime(2026, 11, 21, 9, 30, 15, 123456, tzinfo=UTC)
ORIGIN = "vaern.example"


@dataclass
class House:
    """An archive whose parts a test can reach."""

    folder: Path
    database: Database
    signer: Signer
    objects: LocalObjects
    vault_key: VaultKey
    vault: Vault
    gate: Gate
    intake: Intake
    url: str

    def receive(self, data: bytes, name: str = "picture.png", actor: str = "person:1") -> Kept:
        return self.intake.receive(
            data, About(filename=name), Envelope("http", actor, {"name": name}), NOW
        )

    def head(self) -> Head:
        with self.database.reading() as session:
            return head(session)

    def verify(self, *, plain: bool = False, head_note: str | None = None) -> Report:
        return verify(
            self.database,
            self.objects,
            public_key=self.signer.public_key,
            head_note=head_note or self.head().note,
            vault_key=self.vault_key if plain else None,
        )

    def evidence_key(self, session: Session, evidence_id: UUID) -> EvidenceKey:
        return evidence_key(session, self.vault, evidence_id)

    def read(self, evidence_id: UUID) -> bytes:
        """Return the original, opened by its own key."""
        with self.database.reading() as session:
            row = session.scalars(
                select(ObjectRecord).where(
                    ObjectRecord.evidence_id == evidence_id, ObjectRecord.role == "original"
                )
            ).one()
            return self.vault.read(self.evidence_key(session, evidence_id), row)

    def stored(self) -> list[Path]:
        return sorted(p for p in (self.folder / "objects").glob("??/*"))


@contextmanager
def opened_house(folder: Path, url: str) -> Iterator[House]:
    """Open the archive in a folder, its schema standing already."""
    keys = folder / "keys"
    signer = load_signer(keys / "ledger.key", ORIGIN, make=True)
    vault_key = load_vault_key(keys / "vault.key", make=True)
    database = knowing(Database(url, signer))
    with database.writing() as session:
        open_log(session, signer)
    objects = LocalObjects(folder / "objects")
    objects.prepare()
    vault = Vault(objects, vault_key)
    gate = Gate(database)
    try:
        yield House(
            folder, database, signer, objects, vault_key, vault, gate, Intake(vault, gate), url
        )
    finally:
        gate.close()
        database.close()


def copied_folder(source: Path, target: Path) -> Path:
    """Copy a closed house's folder, objects by hard link: a test that spoils one writes it anew."""
    return Path(shutil.copytree(source, target, copy_function=_copy, dirs_exist_ok=True))


def _copy(source: str, target: str) -> None:
    if "/objects/" in source:
        Path(target).hardlink_to(source)
    else:
        shutil.copyfile(source, target)
