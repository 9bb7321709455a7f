"""The skip rule, seen from outside: a small suite run by pytest itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.skips import ALLOWED, allowed_skips, names

ROOT = Path(__file__).parents[2]
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

CONFTEST = """
from pathlib import Path
from tests.house.skips import Skips, allowed_skips
import os

def pytest_configure(config):
    allowed = allowed_skips(Path(__file__).with_name("allowed.toml"))
    config.pluginmanager.register(Skips(os.environ.get("CI") == "true", allowed))
"""
SUITE = """
import pytest

def test_that_runs():
    pass

@pytest.mark.skip(reason="no such disk here")
def test_that_is_skipped():
    pass

@pytest.mark.xfail(strict=True)
def test_that_is_known_to_fail():
    assert False
"""
ALLOWS = '[[skip]]\ntest = "test_suite.py::test_that_is_skipped"\nreason = "needs another disk"\n'


def run_suite(folder: Path, suite: str, allowed: str, ci: str) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "allowed.toml").write_text(allowed)
    (folder / "test_suite.py").write_text(suite)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", folder],
        cwd=folder,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(ROOT), **ALONE},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_in_ci_a_skip_that_nobody_allowed_fails_and_says_why(tmp_path: Path) -> None:
    ended = run_suite(tmp_path, SUITE, "", "true")

    assert ended.returncode == 1
    assert "1 passed, 1 xfailed, 1 error" in ended.stdout
    assert "no such disk here" in ended.stdout


def test_in_ci_an_allowed_skip_stays_a_skip(tmp_path: Path) -> None:
    ended = run_suite(tmp_path, SUITE, ALLOWS, "true")

    assert ended.returncode == 0
    assert "1 passed, 1 skipped, 1 xfailed" in ended.stdout


def test_elsewhere_a_skip_stays_a_skip(tmp_path: Path) -> None:
    assert run_suite(tmp_path, SUITE, "", "").returncode == 0


def test_in_ci_a_file_that_skips_itself_fails_too(tmp_path: Path) -> None:
    suite = "import pytest\npytest.skip('nothing here', allow_module_level=True)\n"

    ended = run_suite(tmp_path, suite, "", "true")

    assert ended.returncode != 0
    assert "nothing here" in ended.stdout


def test_an_entry_without_a_reason_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "allowed.toml"
    path.write_text('[[skip]]\ntest = "a"\nreason = " "\n')

    with pytest.raises(ValueError, match="reason"):
        allowed_skips(path)


def test_a_name_covers_its_cases_and_nothing_that_begins_alike() -> None:
    allowed = {"tests/a.py::test_b": "why"}

    assert names(allowed, "tests/a.py::test_b[3]")
    assert not names(allowed, "tests/a.py::test_bc")


def test_every_allowed_skip_names_a_file_that_stands() -> None:
    for test in allowed_skips(ALLOWED):
        assert (ROOT / test.partition("::")[0]).is_file(), test
