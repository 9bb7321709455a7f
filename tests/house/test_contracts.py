"""The import contracts bite: the same file, on a small house with one forbidden import planted."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOUSE = (
    "service/__init__.py",
    "service/casework/__init__.py",
    "service/casework/open_case.py",
    "service/procedure/__init__.py",
    "service/procedure/steps.py",
    "service/web/__init__.py",
    "service/web/cases.py",
    "capture/__init__.py",
    "capture/visit.py",
    "moderation/__init__.py",
    "moderation/rules.py",
    "archive/__init__.py",
    "archive/vault.py",
    "archive/records/__init__.py",
)


def lint(house: Path, planted: dict[str, str]) -> subprocess.CompletedProcess[str]:
    for name in HOUSE:
        (house / name).parent.mkdir(parents=True, exist_ok=True)
        (house / name).write_text(planted.get(name, ""))
    (house / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_house_in_order_passes(tmp_path: Path) -> None:
    planted = {
        "service/web/cases.py": "from service.casework import open_case\n",
        "service/casework/open_case.py": "import archive.records\nimport capture.visit\n",
        "archive/vault.py": "import sqlalchemy\n",
    }

    ended = lint(tmp_path, planted)

    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize(
    ("room", "imports"),
    [
        ("archive/vault.py", "service.casework"),
        ("archive/vault.py", "capture.visit"),
        ("capture/visit.py", "moderation.rules"),
        ("moderation/rules.py", "archive.vault"),
        ("moderation/rules.py", "sqlalchemy"),
        ("moderation/rules.py", "socket"),
        ("service/procedure/steps.py", "httpx"),
        ("service/web/cases.py", "archive.records"),
    ],
)
def test_a_forbidden_import_is_refused(tmp_path: Path, room: str, imports: str) -> None:
    ended = lint(tmp_path, {room: f"import {imports}\n"})

    assert ended.returncode == 1
    assert "BROKEN" in ended.stdout
