"""Finding a browser among programs that really lie on a disk."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from capture.browser.find import NAMES, ensure_browser, find_browser
from capture.errors import BrowserNotFound


def program(path: Path, code: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nexit {code}\n")
    path.chmod(0o755)
    return path


def test_a_named_browser_comes_before_all_others(tmp_path: Path) -> None:
    named = program(tmp_path / "a folder" / "my browser")
    program(tmp_path / "bin" / "chromium")

    environ = {"VAERN_BROWSER": str(named), "PATH": str(tmp_path / "bin")}

    assert find_browser(environ) == named


def test_a_named_browser_that_is_no_program_is_told_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a program")
    program(tmp_path / "bin" / "chromium")

    with pytest.raises(BrowserNotFound, match="VAERN_BROWSER names no program"):
        find_browser({"VAERN_BROWSER": str(tmp_path / "text"), "PATH": str(tmp_path / "bin")})


def test_the_quickest_of_the_systems_browsers_is_chosen(tmp_path: Path) -> None:
    for name in reversed(NAMES):
        program(tmp_path / name)

    found = find_browser({"PATH": str(tmp_path)})

    # A browser that Playwright has downloaded on this machine comes before the system's.
    assert found == tmp_path / NAMES[0] or "ms-playwright" in found.parts


def test_a_browser_that_does_not_start_is_not_taken_at_set_up(tmp_path: Path) -> None:
    program(tmp_path / NAMES[0], code=127)
    works = program(tmp_path / NAMES[1])

    found = ensure_browser({"PATH": str(tmp_path)})

    assert found == works or "ms-playwright" in found.parts


@pytest.mark.browser
def test_the_command_prints_the_path_of_a_browser_that_starts() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "capture.browser.find", "--ensure"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout.strip()

    version = subprocess.run([said, "--version"], capture_output=True, text=True, check=True)
    assert "Chrom" in version.stdout


def test_the_command_says_what_to_do_when_the_named_browser_is_missing() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "capture.browser.find"],
        env={**os.environ, "VAERN_BROWSER": "/no/such/browser"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert ended.returncode == 3
    assert "/no/such/browser" in ended.stderr
