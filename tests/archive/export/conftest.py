"""One whole bundle for the session, stamped from outside; tests that spoil it copy it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from archive.export.package import Document
from archive.ledger.log import head, record
from archive.ledger.stamps import question
from archive.records.ledger import OutsideHeadRecord
from tests.archive.authority import Authority, found
from tests.archive.contents import fill
from tests.archive.export.bundles import hand_over, packaged, written
from tests.archive.house import NOW, House, opened_house
from tests.databases import SQLiteBlanks


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return found(tmp_path_factory.mktemp("authority"))


def stamped(house: House, authority: Authority) -> None:
    """Let the authority stamp the head as it stands."""
    note = house.head().note.encode()
    asked = question(note)
    answer = authority.reply(asked.request)
    with house.database.writing() as session:
        row = OutsideHeadRecord(
            size=head(session).size,
            note=note.decode(),
            kind="timestamp",
            holder="https://tsa.example",
            state="sealed",
            asked_at=NOW,
            asked_by="system",
            made_at=NOW,
            request=asked.request,
            token=answer,
            certificates="".join(authority.pins),
        )
        session.add(row)
        record(session, "head.sealed_outside", at=NOW, subject=row)


@pytest.fixture(scope="session")
def whole(
    sqlite_blanks: SQLiteBlanks, tmp_path_factory: pytest.TempPathFactory, authority: Authority
) -> Path:
    """The folder of a bundle of four pieces, with a document, a checkpoint and a time-stamp."""
    folder = tmp_path_factory.mktemp("exported")
    with opened_house(folder, sqlite_blanks.url(folder)) as house:
        contents = fill(house)
        stamped(house, authority)
        pieces = [one.id for one in (contents.mail, contents.attachment, contents.page)]
        documents = [Document("Bilagshaefte.pdf", b"%PDF-1.7 made up for this test")]
        package = packaged(house, [*pieces, contents.other.id], hand_over(), documents)
        return written(package, house, folder / "bundle")


@pytest.fixture
def bundle(whole: Path, tmp_path: Path) -> Path:
    """A copy of it, to be spoiled."""
    return Path(shutil.copytree(whole, tmp_path / "bundle"))
