"""`run`, from other folders, without a terminal, with what machines really lack."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(
    *arguments: str, folder: Path = ROOT, cwd: Path = ROOT, **environ: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [folder / "run", *arguments],
        cwd=cwd,
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def empty_clone(folder: Path) -> Path:
    """Lay what the set-up reads first into a folder of its own, without anything installed."""
    folder.mkdir(parents=True)
    for name in ("run", "pyproject.toml", "uv.lock", "package.json", "package-lock.json"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "service").mkdir()
    return folder


def test_help_is_given_from_any_folder_and_sets_nothing_up(tmp_path: Path) -> None:
    clone = empty_clone(tmp_path / "en mappe med mellemrum")

    ended = run("help", folder=clone, cwd=tmp_path)

    assert ended.returncode == 0
    assert "./run demo" in ended.stdout
    assert not (clone / ".venv").exists()


def test_an_unknown_command_is_a_usage_error() -> None:
    ended = run("dance")

    assert ended.returncode == 2
    assert "unknown command: dance" in ended.stderr


def test_a_chosen_python_that_will_not_do_is_named_with_what_to_do(tmp_path: Path) -> None:
    old = tmp_path / "old python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)

    ended = run("setup", folder=empty_clone(tmp_path / "clone"), PYTHON=str(old))

    assert ended.returncode == 3
    assert str(old) in ended.stderr
    assert "What to do" in ended.stderr


def test_a_machine_without_python_is_told_what_to_install(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("cat", "cksum", "date", "dirname", "find", "sort", "tail"):
        (tools / name).symlink_to(str(shutil.which(name)))

    ended = run("setup", folder=empty_clone(tmp_path / "clone"), PATH=str(tools), PYTHON="")

    assert ended.returncode == 3
    assert "python3-venv" in ended.stderr


def test_a_step_that_fails_shows_its_last_words_and_leaves_no_lock(tmp_path: Path) -> None:
    clone = empty_clone(tmp_path / "clone")
    (clone / ".venv").write_text("a file where the folder should be")

    first = run("setup", folder=clone)
    second = run("setup", folder=clone)

    assert first.returncode == second.returncode == 3
    assert "Python environment (.venv) … failed" in first.stderr
    assert str(clone / ".venv") in first.stderr
    assert "waiting" not in second.stderr


def test_a_second_set_up_waits_for_the_first(tmp_path: Path) -> None:
    clone = empty_clone(tmp_path / "clone")
    (clone / ".venv").write_text("a file where the folder should be")

    with (clone / ".run.lock").open("a") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        second = subprocess.Popen(
            [clone / "run", "setup"],
            cwd=clone,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert second.stderr is not None
            said = second.stderr.readline()
            assert "Another set-up is at work in this folder" in said
            assert second.poll() is None
            assert not (clone / ".run.log").exists()
            fcntl.flock(first, fcntl.LOCK_UN)
            _, rest = second.communicate(timeout=60)
        finally:
            second.kill()
            second.wait()

    assert second.returncode == 3
    assert "Setting up in" in rest
    assert "Python environment (.venv) … failed" in rest
