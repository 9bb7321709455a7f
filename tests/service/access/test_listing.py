"""Leaving, renaming and revoking from the command line, while nothing that was done is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.service.served import called

ANNA = "anna@kommune.example"


def told(data: Path, *arguments: str) -> dict[str, Any]:
    ended = called(data, *arguments, "--json")
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people") / "data"
    added = called(
        folder,
        *("user", "add", ANNA, "--name", "Anna Holm", "--role", "leader"),
        *("--unit", "Biblioteket", "--no-password"),
    )
    assert added.returncode == 0, added.stderr
    return folder


def test_people_are_renamed_listed_and_let_go(data: Path) -> None:
    renamed = told(data, "user", "rename", ANNA, "--name", "Anna Bjerg", "--email", "AB@x.example")
    assert (renamed["name"], renamed["email"]) == ("Anna Bjerg", "ab@x.example")
    (person,) = told(data, "user", "list")["people"]
    assert person["roles"] == [{"role": "leader", "unit": "Biblioteket"}]
    assert (person["unit"], person["ended_at"]) == ("Biblioteket", None)
    assert (person["signs_in"], person["second_factor"]) == (False, False)

    assert told(data, "user", "unlink", "ab@x.example")["ended"] == 0
    assert told(data, "user", "factor-reset", "ab@x.example")["ended"] == 0
    assert told(data, "user", "end", "ab@x.example")["ended_at"]

    assert told(data, "user", "list")["people"] == []
    (left,) = told(data, "user", "list", "--all")["people"]
    assert left["roles"] == []
    assert called(data, "user", "end", "nobody@x.example").returncode == 3
    assert called(data, "user", "rename", "ab@x.example").returncode == 2


def test_a_token_is_listed_without_its_secret_and_revoked_by_its_id(data: Path) -> None:
    secret = called(data, "token", "add", "--role", "archivist", "--name", "scanner").stdout.strip()
    listed = called(data, "token", "list", "--json")
    assert secret not in listed.stdout
    (token,) = json.loads(listed.stdout)["tokens"]
    assert (token["name"], token["state"], token["unit"]) == ("scanner", "valid", None)

    assert called(data, "token", "revoke", token["id"][:3]).returncode == 3, "too short to be sure"
    assert called(data, "token", "revoke", secret).returncode == 3
    assert told(data, "token", "revoke", token["id"][:8])["id"] == token["id"]

    assert "revoked" in called(data, "token", "list").stdout
