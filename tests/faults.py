"""Break a real program at one system call: an error, or death, at the n-th call of a kind.

`strace` takes hold of the program when it has said that it is ready, counts
calls in each thread and injects the fault; so it hits the program's work and
not its start. A dry run first finds how many calls of each kind there are.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

READY = "ready"
PATIENCE = 120
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
    """The numbers of one kind of call that the program's work makes, in whichever thread."""

    numbers: tuple[int, ...]

    def at(self, place: int, places: int) -> tuple[int, ...]:
        """Return the numbers of one of so many even parts of the window: one, or all of them.

        `VAERN_FAULTS=all` asks for all; the parts together are then the whole window.
        """
        count = len(self.numbers)
        start, end = count * place // places, count * (place + 1) // places
        return self.numbers[start : end if every_point() else start + 1]


def every_point() -> bool:
    """Tell whether every fault point is to be broken, and not a sample of them."""
    return os.environ.get("VAERN_FAULTS") == "all"


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
    said, code = _traced(arguments, log, ",".join(CALLS))
    if code or READY not in said:
        raise AssertionError(f"the dry run failed with {code}: {said}")
    return _windows(log.read_text(errors="replace").splitlines())


def broken(arguments: Sequence[str], call: str, fault: str, number: int, log: Path) -> list[str]:
    """Run a program with one fault in its work; returns the lines that it managed to say."""
    said, _ = _traced(arguments, log, call, "-e", f"inject={call}:{fault}:when={number}")
    return said


def all_traced(pid: int) -> bool:
    """Tell whether a tracer has hold of every thread of a process."""
    threads = list(Path(f"/proc/{pid}/task").iterdir())
    return all("TracerPid:\t0" not in (one / "status").read_text() for one in threads)


def _traced(
    arguments: Sequence[str], log: Path, calls: str, *options: str
) -> tuple[list[str], int]:
    """Start a program, hold it when it is ready, trace it, and let it work to its end."""
    program = subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=_ROOT,
    )
    trace = ["strace", "-qq", "-f", "-p", str(program.pid), "-o", str(log), "-e", f"trace={calls}"]
    tracer = None
    try:
        assert program.stdout is not None
        ready = program.stdout.readline().strip()
        tracer = subprocess.Popen([*trace, *options], stderr=subprocess.DEVNULL)
        until = time.monotonic() + PATIENCE
        while not all_traced(program.pid):
            assert tracer.poll() is None, "strace could not attach"
            assert time.monotonic() < until, "strace does not attach"
            time.sleep(0.002)
        said, _ = program.communicate("go\n", timeout=PATIENCE)
        tracer.wait(PATIENCE)
    finally:
        for one in (program, tracer):
            if one is not None and one.poll() is None:
                one.kill()
                one.wait()
    return [ready, *said.splitlines()], program.returncode


def _windows(lines: list[str]) -> dict[str, Window]:
    """Count calls by thread, as strace does when it injects."""
    counted: dict[tuple[str, str], int] = defaultdict(int)
    seen: dict[str, set[int]] = defaultdict(set)
    for line in lines:
        if found := _LINE.match(line):
            thread, call = found.groups()
            counted[thread, call] += 1
            seen[call].add(counted[thread, call])
    return {call: Window(tuple(sorted(numbers))) for call, numbers in seen.items()}
