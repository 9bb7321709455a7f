"""`vaern rights`, in this process: the table, what differs in it, and back as shipped."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result

from service.access.principal import HeldRole, Principal
from service.access.rights import shipped_rights
from service.casework.rights.changing import Ground, Wanted, change_right
from service.command_line.program import vaern
from service.installation import opened
from service.log_lines import LibraryLines
from service.settings import Settings


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
    return CliRunner().invoke(vaern, ["rights", *arguments])


def take_away(*cells: tuple[str, str]) -> None:
    """Take rights away from roles, as the interface does."""
    shipped = shipped_rights()
    who = Principal("system", "", (HeldRole("operator", None),), shipped)
    with opened(Settings()) as house, house.database.writing() as session:
        ground = Ground(shipped, house.settings, datetime.now(UTC))
        for action, role in cells:
            change_right(session, who, Wanted(action, role, (), "Prøve."), ground)


def test_what_differs_is_told_beside_what_is_shipped() -> None:
    assert json.loads(run("differences", "--json").stdout) == {"differences": []}
    take_away(("case.see", "hr"))

    shown = json.loads(run("differences", "--json").stdout)["differences"]
    assert shown == [
        {
            "action": "case.see",
            "role": "hr",
            "ways": [],
            "shipped": [["status", "circle", "invited"]],
            "fixed": None,
        }
    ]
    assert "case.see  hr  nothing  (shipped: status circle invited)" in run("differences").stdout
    assert "case.see" not in run("show", "--role", "hr").stdout
    assert "evidence.see  hr  status circle invited" in run("show", "--role", "hr").stdout


def test_no_command_opens_what_is_shut() -> None:
    take_away(("case.see", "hr"), ("case.open", "archivist"))

    one = json.loads(run("reset", "case.see", "hr", "--reason", "Tilbage.", "--json").stdout)
    assert one == {"changed": [], "asked": [["case.see", "hr"]], "left": []}
    rest = json.loads(run("reset", "--all", "--reason", "Tilbage.", "--json").stdout)
    assert rest == {
        "changed": [],
        "asked": [["case.open", "archivist"]],
        "left": [["case.see", "hr"]],
    }
    assert len(json.loads(run("differences", "--json").stdout)["differences"]) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("reset", "case.see", "--reason", "x"),
        ("reset", "case.see", "hr", "--all", "--reason", "x"),
        ("reset", "--reason", "x"),
        ("reset", "--all"),
        ("reset", "case.see", "nobody", "--reason", "x"),
        ("show", "--role", "nobody"),
    ],
)
def test_what_is_not_clear_is_a_mistake_in_use(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2
