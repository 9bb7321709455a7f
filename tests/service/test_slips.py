"""What a slip in the settings says, and that it is said before anything is served."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.settings import Settings
from service.slips import SettingUnusable, refuse_unusable, unheeded

_PROGRAM = [sys.executable, "-c", "from service.command_line.program import main; main()"]


def _serve(folder: Path, **settings: str) -> tuple[int, str]:
    done = subprocess.run(
        [*_PROGRAM, "serve"],
        env={**os.environ, "VAERN_DATA": str(folder / "data"), **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr


def test_a_misspelt_setting_is_named_with_the_one_that_was_meant() -> None:
    told = dict(unheeded(["VAERN_DUTY_FONE", "VAERN_DUTY_PHONE", "VAERN_BROWSER", "PATH"]))
    assert told == {"VAERN_DUTY_FONE": "VAERN_DUTY_PHONE"}


@pytest.mark.parametrize("setting", ["http", "evidence_http", "smtp", "smarthost", "metrics_http"])
@pytest.mark.parametrize("value", ["nonsense", "127.0.0.1:99999", "127.0.0.1:²"])
def test_a_door_that_is_no_door_is_refused_by_its_setting(setting: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"is not host:port") as refused:
        Settings(**{setting: value})  # type: ignore[arg-type]  # as the environment gives it
    assert setting in str(refused.value)


@pytest.mark.parametrize(
    "slip",
    [{"log_level": "LOUD"}, {"database_url": "mysql://here"}, {"capture_allow": "intranet"}],
)
def test_a_level_a_database_or_a_host_that_there_is_not_is_refused(slip: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(slip))):
        Settings(**slip)  # type: ignore[arg-type]  # as the environment gives it
    assert Settings(log_level="debug").log_level == "DEBUG"  # type: ignore[arg-type]  # as before


def test_a_procedure_or_rules_that_cannot_be_used_are_refused_before_the_first_case(
    tmp_path: Path,
) -> None:
    with pytest.raises(SettingUnusable, match="VAERN_PROCEDURE=nowhere"):
        refuse_unusable(Settings(procedure="nowhere"))
    with pytest.raises(SettingUnusable, match="VAERN_RULES_FILE="):
        refuse_unusable(Settings(rules_file=tmp_path / "none.toml"))
    broken = tmp_path / "broken.toml"
    broken.write_text("[[rule]", "utf-8")
    with pytest.raises(SettingUnusable, match="VAERN_RULES_FILE="):
        refuse_unusable(Settings(rules_file=broken))
    refuse_unusable(Settings())


def test_a_database_that_does_not_answer_is_said_in_one_line(tmp_path: Path) -> None:
    nobody = "postgresql+psycopg://vaern:hidden@127.0.0.1:1/vaern"
    code, told = _serve(tmp_path, VAERN_DATABASE_URL=nobody, VAERN_DUTY_FONE="1")
    assert code == 3
    assert "VAERN_DUTY_FONE is no setting and is not heeded" in told
    assert "vaern: the database does not answer: " in told
    assert "Traceback" not in told
    assert "hidden" not in told
