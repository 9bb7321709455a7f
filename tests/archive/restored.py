"""A backup, and an empty place to restore it in."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from archive.backup import Backup, Restored, backup, restore
from archive.clearing import clear_erased
from archive.database import Database
from archive.intake.receive import evidence_key
from archive.records import Base
from archive.records.evidence import ObjectRecord
from archive.retention import erase
from archive.vault.objects import LocalObjects
from archive.vault.vault import Vault
from tests.archive.contents import Contents, close_case
from tests.archive.house import House
from tests.databases import Blanks, PostgreSQLBlanks

WEEK = timedelta(days=7)
LEFT_OUT = {"sessions", "half_sign_ins", "wrapped_keys", "erasures"}


class Fresh:
    """An empty data folder with the signing key restored to it."""

    def __init__(self, house: House, blanks: Blanks, folder: Path) -> None:
        folder.mkdir()
        empty = blanks.empty_url() if isinstance(blanks, PostgreSQLBlanks) else ""
        self.data = folder
        self.database = Database(empty or f"sqlite:///{folder}/restored.db", house.signer)
        self.objects = LocalObjects(folder / "objects")
        self.objects.prepare()
        self.vault_key = house.vault_key
        self.vault = Vault(self.objects, house.vault_key)

    def restore(self, folder: Path, now: datetime, **how: Any) -> Restored:
        how = {"vault_key": self.vault_key, "data": self.data, **how}
        return restore(folder, self.database, self.objects, now, **how)


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
