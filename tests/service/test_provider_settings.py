"""The settings of a sign-in provider: what is read, and what is refused before anybody signs in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from service.provider_settings import is_trusted_way
from service.settings import Settings

WHOLE = {"oidc_issuer": "https://login.example/staff", "oidc_client_id": "vaern"}


def test_groups_are_read_from_one_line_and_from_tables() -> None:
    line = "CN=Ledere,OU=Havn=leader:@own; 7e1c = lawyer ;\n skole=amr:Den gamle skole"
    tables = [
        {"group": "CN=Ledere,OU=Havn", "role": "leader", "unit": "@own"},
        {"group": "7e1c", "role": "lawyer"},
        {"group": "skole", "role": "amr", "unit": "Den gamle skole"},
    ]

    read = Settings(oidc_groups=line).oidc_groups  # type: ignore[arg-type]  # as the environment has it

    assert read == Settings(oidc_groups=tables).oidc_groups  # type: ignore[arg-type]  # as vaern.toml has it
    assert [str(one) for one in read] == [
        "CN=Ledere,OU=Havn=leader:@own",
        "7e1c=lawyer",
        "skole=amr:Den gamle skole",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"oidc_groups": "ledere"},
        {"oidc_groups": "ledere=emperor"},
        {"oidc_groups": "=leader"},
        {"oidc_issuer": "http://login.example", "oidc_client_id": "vaern"},
        {"oidc_issuer": "https://a:b@login.example", "oidc_client_id": "vaern"},
        {"oidc_issuer": "https://login.example/?tenant=1", "oidc_client_id": "vaern"},
        {"oidc_issuer": "https://login.example"},
        {"oidc_client_id": "vaern"},
        {"oidc_seconds": 0},
    ],
    ids=str,
)
def test_what_could_let_the_wrong_people_in_is_refused_at_the_start(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)


def test_the_secret_comes_from_the_setting_or_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("hemmeligt med æ\n", "utf-8")

    assert Settings(**WHOLE).oidc_secret() is None
    assert Settings(**WHOLE, oidc_client_secret_file=file).oidc_secret() == "hemmeligt med æ"
    told = Settings(**WHOLE, oidc_client_secret="hemmeligt")  # type: ignore[arg-type]  # as the environment has it
    assert told.oidc_secret() == "hemmeligt"
    assert "hemmeligt" not in repr(told)


def test_openid_is_asked_for_whatever_else_is() -> None:
    assert Settings(oidc_scopes="email").oidc_scopes == ("openid", "email")  # type: ignore[arg-type]  # as the environment has it


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://login.example/x", True),
        ("http://127.0.0.1:8080", True),
        ("http://[::1]:8080", True),
        ("http://localhost", True),
        ("http://10.0.0.1", False),
        ("http://127.0.0.1.evil.example", False),
        ("http://localhost.evil.example", False),
        ("https://", False),
        ("ftp://login.example", False),
        ("https://login.example:99999", False),
        ("https://login.example/\nx", False),
        ("//login.example", False),
        ("https://lógin.example", False),
    ],
)
def test_only_a_guarded_way_is_trusted(url: str, *, trusted: bool) -> None:
    assert is_trusted_way(url) is trusted
