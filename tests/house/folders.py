"""Where the tests of a run put their files: in memory where there is room, else on the disk.

Every test makes a data folder of hundreds of small files and writes through to the disk many
times. No test can see that a disk kept what it was told to keep (only a power cut could show it),
so nothing is lost where the "disk" is memory, and a third of the run's time is saved.
`TMPDIR` in the environment is obeyed instead.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 — the system's own file system in memory
ROOM = 4 * 1024**3
"""Bytes that must be free: about three times what the parts of a whole run take together."""
_LEFT = re.compile(r"vaern-tests-(\d+)")


def choose_folder() -> Path | None:
    """Make a folder in memory, and let `tempfile` and every program started from here use it.

    Returns None where the run goes on with the folder it has.
    """
    _forget_the_dead()
    if "TMPDIR" in os.environ or free_memory() < ROOM:
        return None
    folder = MEMORY / f"vaern-tests-{os.getpid()}"
    folder.mkdir(mode=0o755)  # the test PostgreSQL may run as another user
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None  # it is looked up anew
    return folder


def forget(folder: Path) -> None:
    """Remove a run's folder; `rm` takes a fifth of the time that Python does."""
    subprocess.run(["rm", "-rf", "--", str(folder)], check=False)


def free_memory() -> int:
    """Return how many bytes may be put into files in memory; 0 where there is no such place."""
    try:
        bounds = [shutil.disk_usage(MEMORY).free, _available(Path("/proc/meminfo").read_text())]
    except OSError:
        return 0
    group = Path("/sys/fs/cgroup")
    for most, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        try:
            bounds.append(int((group / most).read_text()) - int((group / used).read_text()))
        except (OSError, ValueError):
            continue  # there is no such bound, or it is "max"
    return max(0, min(bounds))


def _available(told: str) -> int:
    found = re.search(r"^MemAvailable:\s+(\d+) kB$", told, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _forget_the_dead() -> None:
    """Remove what runs have left that were killed."""
    for left in MEMORY.glob("vaern-tests-*"):
        found = _LEFT.fullmatch(left.name)
        if found and not Path("/proc", found[1]).exists():
            forget(left)
