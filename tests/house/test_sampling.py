import os
import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.house.sampling import sample

ROOT = Path(__file__).parents[2]
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
SUITE = """
import pytest

@pytest.mark.faults(one_in=4)
@pytest.mark.parametrize("point", range(20))
def test_point(point):
    pass

@pytest.mark.faults
@pytest.mark.parametrize("point", range(3))
def test_that_always_runs(point):
    pass
"""
CONFTEST = "from tests.house.sampling import sample_fault_points as pytest_collection_modifyitems\n"


@given(st.lists(st.integers(), min_size=1), st.integers(1, 20), st.text())
def test_a_sample_of_something_is_never_empty(cases: list[int], one_in: int, seed: str) -> None:
    assert sample(cases, one_in, seed)


def test_every_case_has_its_turn_within_some_commits() -> None:
    cases = list(range(40))

    seen = {case for commit in range(200) for case in sample(cases, 8, f"commit {commit}")}

    assert seen == set(cases)


def run_suite(folder: Path, faults: str) -> str:
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = faults(one_in=1): breaks something\n")
    (folder / "test_suite.py").write_text(SUITE)
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", folder],
        cwd=folder,
        env={**os.environ, "VAERN_FAULTS": faults, "PYTHONPATH": str(ROOT), **ALONE},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return ended.stdout


def test_a_commit_runs_its_share_and_says_how_many_it_left(tmp_path: Path) -> None:
    assert "8 passed, 15 deselected" in run_suite(tmp_path, "")


def test_all_runs_all(tmp_path: Path) -> None:
    assert "23 passed" in run_suite(tmp_path, "all")
