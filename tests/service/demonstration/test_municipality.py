"""Nothing of a demonstration leaves the machine, and nothing of it is the same twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.access.passwords import SHORTEST
from service.demonstration.municipality import INHABITANTS, new_password, settings_for


def test_its_settings_reach_nothing_outside_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAERN_DATABASE_URL", "postgresql+psycopg://real.example/vaern")
    monkeypatch.setenv("VAERN_SMARTHOST", "mail.example:25")
    monkeypatch.setenv("VAERN_VAULT_KEY_FILE", "/etc/vaern/vault.key")
    monkeypatch.setenv("VAERN_CAPTURE_ALLOW", "10.0.0.1:80")

    settings = settings_for(tmp_path, page="127.0.0.1:8002", any_ports=True)

    assert settings.database == f"sqlite:///{tmp_path / 'vaern.db'}"
    assert settings.smarthost is None
    assert settings.vault_key_file is None
    assert settings.capture_allow == ("127.0.0.1:8002",)
    assert settings.archive_address.endswith(".example")


def test_ports_are_those_of_the_machine_unless_any_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAERN_HTTP", "127.0.0.1:8765")

    usual = settings_for(tmp_path, page="127.0.0.1:8002", any_ports=False)
    free = settings_for(tmp_path, page="127.0.0.1:8002", any_ports=True)

    assert (usual.http, usual.url) == ("127.0.0.1:8765", "http://127.0.0.1:8765")
    assert (free.http, free.url) == ("127.0.0.1:0", None)


def test_each_start_has_a_password_of_its_own() -> None:
    passwords = {new_password() for _ in range(50)}

    assert len(passwords) == 50
    assert min(map(len, passwords)) >= SHORTEST


def test_everyone_in_it_has_a_made_up_address() -> None:
    assert all(one.email.endswith("@havn.example") for one in INHABITANTS)
    assert len({one.email for one in INHABITANTS}) == len(INHABITANTS)
