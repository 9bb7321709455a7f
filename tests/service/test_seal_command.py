"""`vaern seal`, and `vaern verify` with what came back, in this process."""

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
from tests.archive.answering import serving
from tests.archive.authority import Authority, found

PASSWORD = "et langt kodeord til drift"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return found(tmp_path / "authority")


@pytest.fixture
def house(tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation with one authority and a folder elsewhere; gives the latter."""
    (tmp_path / "pins.pem").write_text("".join(authority.pins), "ascii")
    apart = tmp_path / "apart"
    apart.mkdir()
    with serving(authority) as url:
        monkeypatch.setenv("VAERN_DATA", str(tmp_path / "data"))
        monkeypatch.setenv("VAERN_TSA", f"{url} {tmp_path / 'pins.pem'}")
        monkeypatch.setenv("VAERN_HEADS_FOLDER", str(apart))
        yield apart


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command sends the log to its own stderr, which ends with it."""
    root = logging.getLogger()
    level = root.level
    yield
    structlog.reset_defaults()
    root.setLevel(level)
    for handler in [one for one in root.handlers if isinstance(one, LibraryLines)]:
        root.removeHandler(handler)


def run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(vaern, arguments, input=typed)


def add_person(name: str = "Ib") -> None:
    done = run("user", "add", f"{name}@havn.example", "--name", name, "--no-password")
    assert done.exit_code == 0, done.output


def test_a_head_leaves_at_once_and_what_came_back_verifies(house: Path, tmp_path: Path) -> None:
    assert json.loads(run("seal", "--json").stdout)["holders"] == []  # nothing has happened yet
    add_person()

    sealed = json.loads(run("seal", "--json").stdout)
    again = json.loads(run("seal", "--json").stdout)

    assert sealed["ok"]
    assert {one["kind"] for one in sealed["holders"]} == {"timestamp", "object"}
    assert again == sealed  # nothing is new
    checked = json.loads(
        run(
            "verify", "--json", "--head", str(house), "--authority", str(tmp_path / "pins.pem")
        ).stdout
    )
    assert checked["findings"] == []
    assert [line.partition(":")[0] for line in checked["unchecked"]] == ["public key"]


def test_a_holder_that_cannot_be_reached_is_named(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_person()
    monkeypatch.setenv("VAERN_HEADS_FOLDER", str(house / "not-mounted"))

    done = run("seal", "--json")

    assert done.exit_code == 1
    codes = {one["kind"]: one["code"] for one in json.loads(done.stdout)["holders"]}
    assert codes == {"timestamp": None, "object": "folder_ENOENT"}


def test_without_anybody_outside_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAERN_DATA", str(tmp_path / "data"))

    done = run("seal")

    assert done.exit_code == 3
    assert "VAERN_TSA" in done.stderr


@pytest.mark.parametrize("what", ["rubbish", "another"])
def test_a_head_that_is_none_or_anothers_is_a_finding(
    house: Path, tmp_path: Path, what: str
) -> None:
    add_person()
    run("seal")
    (kept,) = house.iterdir()
    note = kept.read_text("utf-8")
    given = tmp_path / "given.note"
    given.write_text("rubbish" if what == "rubbish" else note.replace("\n", "\n1", 1), "utf-8")

    done = run("verify", "--json", "--head", str(given))

    assert done.exit_code == 1
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["kind"], finding["id"]) == ("outside_head_contradicts", "given.note")
