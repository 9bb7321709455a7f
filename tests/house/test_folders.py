"""A run's files lie in memory where there is room, and nothing of a run that has ended stays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.folders import MEMORY, ROOM, choose_folder, free_memory

ROOT = Path(__file__).parents[2]
CONFTEST = "from tests.conftest import pytest_configure, pytest_sessionfinish, pytest_unconfigure\n"
SUITE = """
import tempfile

def test_where(tmp_path):
    print("\\nhere:", tmp_path, tempfile.gettempdir())
"""


@pytest.mark.skipif(free_memory() < ROOM, reason="too little memory for a run's files")
def test_a_run_leaves_nothing_in_memory_and_sweeps_what_a_killed_one_left(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_where.py").write_text(SUITE)
    killed = subprocess.Popen([sys.executable, "-c", ""])
    killed.wait()
    left = MEMORY / f"vaern-tests-{killed.pid}"
    left.mkdir()

    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-s", "-p", "no:cacheprovider", str(tmp_path)],
        env={name: value for name, value in os.environ.items() if name != "TMPDIR"}
        | {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout
    (said,) = (line for line in ended.stdout.splitlines() if line.startswith("here: "))
    own, folder = (Path(one) for one in said.split()[1:])
    assert own.parents[2] == folder
    assert folder.parent == MEMORY
    assert [one for one in (folder, left) if one.exists()] == []


def test_whoever_names_a_folder_is_obeyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    assert choose_folder() is None
    assert os.environ["TMPDIR"] == str(tmp_path)
