"""Processes of `vaern serve` whose imports were done before, and once: each is a fork of one.

A start reads a thousand modules in; where what a started service does is the point, and not
its start, that is most of what the test costs. Run as a program it is the one that is forked.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
_ASKED_EVERY = 0.02


class Origin:
    """The process that has imported everything, and forks when it is told to."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self.close)

    def tell(self, **words: object) -> object:
        """Send one line and return the answer."""
        told, said = self._process.stdin, self._process.stdout
        assert told is not None
        assert said is not None
        told.write(json.dumps(words) + "\n")
        told.flush()
        return json.loads(said.readline())

    def close(self) -> None:
        """Let it end."""
        self._process.communicate()


@cache
def origin() -> Origin:
    """Return the one of this test process."""
    return Origin()


class Forked:
    """A service as `subprocess.Popen` shows one."""

    def __init__(self, environ: Mapping[str, str], folder: Path, log: Path) -> None:
        self._origin = origin()
        pid = self._origin.tell(environ=dict(environ), folder=str(folder), log=str(log))
        assert isinstance(pid, int)
        self.pid = pid
        self._ended: int | None = None

    def poll(self) -> int | None:
        if self._ended is None:
            code = self._origin.tell(ended=self.pid)
            assert code is None or isinstance(code, int)
            self._ended = code
        return self._ended

    def wait(self, timeout: float) -> int:
        until = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("vaern serve", timeout)
            time.sleep(_ASKED_EVERY)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _forks(told: IO[str]) -> None:
    """Fork for each line that asks for it; say how a fork ended for each that asks for that."""
    import service.command_line.running  # noqa: F401 — with it, everything that a service needs

    for line in told:
        words = json.loads(line)
        if "ended" in words:
            found, status = os.waitpid(words["ended"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if found else None
        else:
            (_alone,) = Path("/proc/self/task").iterdir()  # a fork would lack other threads
            answer = os.fork()
            if not answer:
                _serve(words["environ"], words["folder"], words["log"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _serve(environ: dict[str, str], folder: str, log: str) -> None:
    """Be `vaern serve`, started there."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number in (1, 2):
        os.dup2(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644), number)
    os.closerange(3, 64)
    os.environ.clear()
    os.environ.update(environ)
    tempfile.tempdir = None  # it is looked up anew
    os.chdir(folder)
    sys.argv = ["vaern", "serve"]

    from service.command_line.program import main

    main()
    sys.exit(0)


if __name__ == "__main__":
    _forks(sys.stdin)
