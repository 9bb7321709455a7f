"""Tests of one group run in one worker, side by side with others."""

import re
import subprocess
import sys
from pathlib import Path

from tests.house.grouping import group_of

CONFTEST = """
from tests.house.grouping import Grouped

def pytest_xdist_make_scheduler(config, log):
    return Grouped(config, log)
"""
SUITE = """
import pytest

pytestmark = [pytest.mark.xdist_group("shared")]

@pytest.mark.parametrize("number", range(8))
def test_one(number):
    pass
"""
FREE = """
import pytest

@pytest.mark.parametrize("name", ["a@b.example", "c@d.example", "e", "f", "g", "h", "i", "j"])
def test_other(name):
    pass
"""


def test_a_group_stays_with_one_worker_and_others_are_spread(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    for number in (1, 2):
        (tmp_path / f"test_shared_{number}.py").write_text(SUITE)
    (tmp_path / "test_free.py").write_text(FREE)

    command = (sys.executable, "-m", "pytest", "-v", "-n", "3", "--dist", "loadgroup")
    ended = subprocess.run(
        [*command, "-p", "no:cacheprovider", "--rootdir", tmp_path],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    ran = re.findall(r"\[(gw\d)\].*PASSED (\S+?)\.py", ended.stdout)
    assert len(ran) == 24, ended.stdout
    assert len({worker for worker, file in ran if file.startswith("test_shared")}) == 1
    assert len({worker for worker, file in ran if file == "test_free"}) > 1


def test_a_file_without_a_group_has_none(tmp_path: Path) -> None:
    file = tmp_path / "test_free.py"
    file.write_text(FREE)

    assert group_of(file) is None
    assert group_of(tmp_path / "not_there.py") is None
