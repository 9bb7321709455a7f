"""The real `vaern serve` as a process of its own, on a folder of the test's, at any free ports.

Commands are run as processes where their start or end is the point, else in the test's own: each
start takes seconds of a processor.
"""

from __future__ import annotations

import io
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import structlog

from service.command_line.program import main
from tests.service.preloaded import Forked

ADDRESS = "arkiv@vaern.local"
PATIENCE = 60.0
"""Seconds after which something hangs; nothing is measured by it."""


def environment(data: Path) -> dict[str, str]:
    """Return an environment in which `vaern` knows only this folder."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("VAERN_")}
    return plain | {
        "VAERN_DATA": str(data),
        "VAERN_HTTP": "127.0.0.1:0",
        "VAERN_EVIDENCE_HTTP": "127.0.0.1:0",
        "VAERN_SMTP": "127.0.0.1:0",
        "TMPDIR": str(temporary(data)),
    }


def temporary(data: Path) -> Path:
    """Return the temporary folder that the service of this data folder uses."""
    folder = data.parent / "tmp"
    folder.mkdir(exist_ok=True)
    return folder


def program() -> str:
    """Return the path of the installed command."""
    return str(Path(sys.executable).with_name("vaern"))


def vaern(
    data: Path, *arguments: str, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command of `vaern` on this folder to its end."""
    return subprocess.run(
        [program(), *arguments],
        env=environment(data) | dict(more or {}),
        cwd=data.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def called(
    data: Path, *arguments: str, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command of `vaern` on this folder in this process: the same, but for its start."""
    return called_in(environment(data) | dict(more or {}), *arguments)


def called_in(
    environ: Mapping[str, str], *arguments: str, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command of `vaern` in this process, with this environment and typed text."""
    out, err = io.StringIO(), io.StringIO()
    command = ["vaern", *arguments]
    code: object = 0
    with (
        _logs_as_before(),
        patch.dict(os.environ, environ, clear=True),
        patch.object(sys, "argv", command),
        patch.object(sys, "stdin", io.StringIO(typed)),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    assert isinstance(code, int), code
    return subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())


@contextmanager
def _logs_as_before() -> Iterator[None]:
    """A command sends the log to its own stderr, which ends with it."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    try:
        yield
    finally:
        structlog.reset_defaults()
        root.setLevel(level)
        root.handlers = handlers


@dataclass(frozen=True)
class Service:
    """A service that accepts at all its doors."""

    process: subprocess.Popen[bytes] | Forked
    data: Path
    log: Path
    http: str
    evidence: str
    smtp: tuple[str, int]

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ended(self) -> int:
        """Wait for its end, and return its exit code."""
        return self.process.wait(PATIENCE)


@contextmanager
def serving(
    data: Path, more: Mapping[str, str] | None = None, *, started: bool = False
) -> Iterator[Service]:
    """Start the service and yield it once its doors accept; end it whatever happens.

    Where its start is the point, it is `started` as the installed command is; else it is a fork
    of a process that has imported all of it.
    """
    log = data.parent / "serve.log"
    listening = data / "listening.json"
    listening.unlink(missing_ok=True)  # a killed one leaves it
    environ = environment(data) | dict(more or {})
    process = _started(environ, log) if started else Forked(environ, data.parent, log)
    try:
        until = time.monotonic() + PATIENCE
        while not listening.exists():
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"it does not serve: {log.read_text()[-3000:]}")
            time.sleep(0.02)
        doors = json.loads(listening.read_text())
        host, _, port = doors["smtp"].rpartition(":")
        yield Service(process, data, log, doors["http"], doors["evidence"], (host, int(port)))
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _started(environ: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as lines:
        return subprocess.Popen(
            [program(), "serve"], env=environ, cwd=log.parent, stdout=lines, stderr=lines
        )


def served_to_its_end(data: Path, more: Mapping[str, str]) -> tuple[int, str]:
    """Start a service that is to end by itself; return its exit code and what it said."""
    log = data.parent / "ended.log"
    log.unlink(missing_ok=True)
    code = Forked(environment(data) | dict(more), data.parent, log).wait(PATIENCE)
    return code, log.read_text()
