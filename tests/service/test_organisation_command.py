"""`vaern organisation`, in this process: shown, made, and who is on duty."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result

from service.command_line.program import vaern
from service.log_lines import LibraryLines

FILE = "navn;e-mail;enhed;rolle\nÅse Øst;aase@havn.dk;Biblioteket;leder\nBo;bo.havn.dk;;\n"


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty installation; a command sends the log to its own stderr, which ends with it."""
    monkeypatch.setenv("VAERN_DATA", str(tmp_path / "data"))
    root = logging.getLogger()
    level = root.level
    yield
    structlog.reset_defaults()
    root.setLevel(level)
    for handler in [one for one in root.handlers if isinstance(one, LibraryLines)]:
        root.removeHandler(handler)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(vaern, ["organisation", *arguments])


def test_a_file_is_shown_first_and_made_only_as_it_was_shown(tmp_path: Path) -> None:
    file = tmp_path / "folk.csv"
    file.write_bytes(FILE.encode("cp1252"))

    shown = run("import", str(file), "--json")
    told = json.loads(shown.stdout)
    assert (shown.exit_code, told["applied"]) == (0, False)
    assert told["counts"] == {"unit_added": 1, "person_added": 1, "role_given": 1}
    assert told["unusable"] == [
        {"line": 3, "fault": "email_wrong", "message": "“bo.havn.dk” is no e-mail address."}
    ]
    plain = run("import", str(file))
    assert "New person: Åse Øst (e-mail: aase@havn.dk; unit: Biblioteket)" in plain.stdout
    assert f"--apply --as-shown {told['plan']}" in plain.stderr

    file.write_bytes(FILE.replace("leder", "jurist").encode())
    other = run("import", str(file), "--apply", "--as-shown", told["plan"])
    assert type(other.exception).__name__ == "PlanChanged"
    file.write_bytes(FILE.encode())
    made = run("import", str(file), "--apply", "--as-shown", told["plan"])
    assert (made.exit_code, made.stderr.splitlines()[-1]) == (0, "Done.")
    again = json.loads(run("import", str(file), "--apply", "--json").stdout)
    assert (again["applied"], again["changes"]) == (False, [])

    file.write_text("skonummer\n38\n")
    wrong = run("import", str(file))
    assert wrong.exit_code == 1
    assert "names no column that we know" in wrong.stderr


def test_who_is_on_duty_is_told_for_any_moment() -> None:
    nobody = run("on-duty", "--at", "2027-02-01T23:00:00+01:00", "--json")

    assert json.loads(nobody.stdout) == {"on_duty": []}
    assert run("on-duty", "--at", "i aften").exit_code == 2
