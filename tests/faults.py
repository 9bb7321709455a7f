"""Break a real program at one system call: an error, or death, at the n-th call of a kind.

`strace` counts calls in each thread and injects the fault. A dry run first
finds which numbers lie after the program has said that it is ready; so the
faults hit its work and not its start.
"""

import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

READY = "ready"
CALLS = (
    "openat",
    "read",
    "write",
    "fsync",
    "fdatasync",
    "close",
    "link",
    "linkat",
    "unlink",
    "rename",
    "pread64",
    "pwrite64",
    "ftruncate",
)
"""The calls by which bytes and names become durable, or are found again."""
FAULTS = ("error=EIO", "error=ENOSPC", "signal=KILL")
_LINE = re.compile(r"^(\d+) +(\w+)\(")
_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Window:
    """The numbers of one kind of call that lie within the program's work."""

    first: int
    last: int

    def at(self, place: int, places: int) -> int:
        """Return the number at one of so many even steps through the window."""
        return self.first + (self.last - self.first) * place // max(places - 1, 1)


def need_strace() -> None:
    """Skip where no program can be traced."""
    strace = shutil.which("strace")
    if (
        strace is None
        or subprocess.run([strace, "-o", "/dev/null", "true"], check=False).returncode
    ):
        pytest.skip("strace cannot trace here")


def windows(arguments: Sequence[str], log: Path) -> dict[str, Window]:
    """Run a program to its end and return the window of each call that its work makes."""
    command = ["strace", "-f", "--seccomp-bpf", "-o", str(log), "-e", f"trace={','.join(CALLS)}"]
    run = subprocess.run(
        [*command, sys.executable, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=_ROOT,
    )
    if run.returncode or READY not in run.stdout:
        raise AssertionError(f"the dry run failed: {run.stdout} {run.stderr}")
    return _windows(log.read_text(errors="replace").splitlines())


def broken(arguments: Sequence[str], call: str, fault: str, number: int) -> list[str]:
    """Run a program with one fault in it; returns the lines that it managed to say."""
    command = ["strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", f"trace={call}"]
    run = subprocess.run(
        [*command, "-e", f"inject={call}:{fault}:when={number}", sys.executable, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=_ROOT,
    )
    return run.stdout.splitlines()


def _windows(lines: list[str]) -> dict[str, Window]:
    """Count calls by thread, from the line that says "ready" on."""
    counted: dict[tuple[str, str], int] = defaultdict(int)
    within: dict[str, list[int]] = defaultdict(list)
    ready = False
    for line in lines:
        found = _LINE.match(line)
        if found is None:
            continue
        thread, call = found.groups()
        counted[thread, call] += 1
        if ready:
            within[call].append(counted[thread, call])
        ready = ready or f'"{READY}' in line
    return {call: Window(min(numbers), max(numbers)) for call, numbers in within.items()}
