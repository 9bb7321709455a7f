"""`vaern backup`, `vaern restore` and `vaern verify` as whoever runs the house types them."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, text

from archive import schema
from archive.database import Database
from archive.intake.receive import About, Envelope
from archive.records.evidence import EvidenceRecord
from service.clock import Clock
from service.command_line.program import vaern
from service.installation import opened
from service.settings import Settings

WORDS = "Zq8-ordene"
_MOMENT = "%Y-%m-%dT%H-%M-%S.%fZ"


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house with one piece, and where its keys were copied to."""
    monkeypatch.setenv("VAERN_DATA", str(tmp_path / "data"))
    with opened(Settings()) as house:
        house.intake.receive(
            b"brevet", About(filename=f"{WORDS}.txt"), Envelope("http"), house.clock.now()
        )
    assert run("key", "backup", str(tmp_path / "keys")).exit_code == 0
    return tmp_path / "keys"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(vaern, arguments)


def burn(folder: Path, kept: Path, days: int) -> None:
    """Lose the data folder; the backup's keys are so many days old by now."""
    shutil.rmtree(folder)
    (written,) = (kept / "keys").iterdir()
    written.rename(written.with_name(f"{Clock().now() - timedelta(days=days):{_MOMENT}}.jsonl"))


def filename(folder: Path) -> str | None:
    database = Database(f"sqlite:///{folder / 'vaern.db'}")
    with database.reading() as session:
        (name,) = session.scalars(select(EvidenceRecord.filename)).all()
    database.close()
    return name


@pytest.mark.parametrize(
    ("days", "accepted", "comes"),
    [(6, (), WORDS), (8, (), None), (8, ("--accept-old-keys",), WORDS)],
)
def test_a_disk_that_burned_comes_back_as_far_as_its_keys_allow(
    keys: Path, tmp_path: Path, days: int, accepted: tuple[str, ...], comes: str | None
) -> None:
    data, kept = tmp_path / "data", tmp_path / "kept"
    assert run("backup", str(kept)).exit_code == 0
    burn(data, kept, days)

    done = run("restore", str(kept), "--keys", str(keys), "--json", *accepted)

    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["ok"], told["without_key"]) == (True, 0 if comes else 1)
    assert ("--accept-old-keys" in done.stderr) is (comes is None)
    assert filename(data) == (f"{comes}.txt" if comes else None)
    assert run("verify").exit_code == 0


def test_a_restore_without_the_vault_key_says_what_to_bring(keys: Path, tmp_path: Path) -> None:
    run("backup", str(tmp_path / "kept"))
    shutil.rmtree(tmp_path / "data")
    (keys / "vault.key").unlink()

    done = run("restore", str(tmp_path / "kept"), "--keys", str(keys))

    assert done.exit_code == 2
    assert "--keys" in done.stderr


@pytest.mark.parametrize(("standing", "advice"), [("0001", "vaern migrate"), ("9999", "9999")])
def test_tables_of_another_version_raise_no_alarm(
    keys: Path, tmp_path: Path, standing: str, advice: str
) -> None:
    assert keys.exists()
    assert run("verify").exit_code == 0
    database = Database(f"sqlite:///{tmp_path / 'data' / 'vaern.db'}")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": standing})
    assert schema.present(database) == standing
    database.close()

    plain, answer = run("verify"), run("verify", "--json")

    assert (plain.exit_code, answer.exit_code) == (3, 3)
    assert "NOT as it was kept" not in plain.stdout
    assert advice in plain.stdout
    told = json.loads(answer.stdout)
    assert (told["ok"], told["findings"], len(told["unchecked"])) == (False, [], 1)
