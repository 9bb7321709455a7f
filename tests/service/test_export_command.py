"""`vaern export` as an operator runs it: a folder, zip files, what it refuses, what it tells."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from archive.intake.receive import About, Envelope
from archive.records.ledger import LedgerDetailRecord
from service.clock import Clock
from service.installation import opened
from service.settings import Settings
from tests.databases import SQLiteBlanks
from tests.service.served import called


@pytest.fixture
def data(tmp_path: Path, sqlite_blanks: SQLiteBlanks) -> Path:
    """A data folder with a mail and its attachment."""
    folder = tmp_path / "data"
    folder.mkdir()
    sqlite_blanks.url(folder)
    with opened(Settings(data=folder)) as house:
        now = Clock().now()
        mail = house.intake.receive(
            b"Subject: hej\n\nVi ved hvor du bor",
            About("mail", "trussel.eml"),
            Envelope("cli"),
            now,
        )
        house.intake.receive(
            b"x" * 70_000,
            About("attachment", "con.png", parent_id=mail.id),
            Envelope("attachment"),
            now,
        )
    return folder


def export(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return called(data, "export", *arguments)


def check(folder: Path) -> int:
    command = [sys.executable, "-I", "-S", str(folder / "check.py")]
    return subprocess.run(command, capture_output=True, check=False).returncode


def test_a_folder_holds_the_piece_with_its_attachment_and_the_ledger_knows(
    data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"

    done = export(data, "D-0000", "--out", str(out), "--recipient", "Politiet", "--json")

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told["evidence"]) == 2
    assert sorted(one.name for one in (out / "originals").iterdir()) == [
        "D-0000-trussel.eml",
        "D-0001-x-con.png",
    ]
    assert check(out) == 0
    with opened(Settings(data=data)) as house, house.database.reading() as session:
        query = select(LedgerDetailRecord).where(LedgerDetailRecord.kind == "export.written")
        (entry,) = session.scalars(query)
        facts = json.loads(entry.details)["facts"]
    assert facts["contents_sha256"] == told["contents_sha256"]
    assert facts["recipient"] == "Politiet"


def test_zip_files_are_written_where_asked_for(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    done = export(data, "D-0001", "--out", str(out), "--zip")

    assert done.returncode == 0, done.stderr
    (path,) = out.iterdir()
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "unpacked")
    (folder,) = (tmp_path / "unpacked").iterdir()
    assert check(folder) == 0


def test_what_cannot_be_done_is_said_by_its_exit_code(data: Path, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("mine")

    assert export(data, "D-0000", "--out", str(full)).returncode == 2
    assert export(data, "nothing", "--out", str(tmp_path / "a")).returncode == 2
    assert export(data, "--out", str(tmp_path / "a")).returncode == 2
    assert export(data, "2027-001", "--out", str(tmp_path / "a")).returncode == 3
    assert export(data, str(UUID(int=1)), "--out", str(tmp_path / "a")).returncode == 3
    refused = export(data, "D-0000", "--out", str(tmp_path / "b"), "--redacted")
    assert refused.returncode == 3
    assert "NotRedacted" in refused.stderr
