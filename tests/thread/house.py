"""The service as a process of its own, as a municipality starts it, and its people by command."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.service.served import called_in

ROOT = Path(__file__).parents[2]
VAERN = Path(sys.prefix) / "bin" / "vaern"
PASSWORD = "en lang adgangskode til prøven"
SECONDS = 90


@dataclass(frozen=True)
class House:
    """A running service: its folder, its doors, and what it was started with."""

    data: Path
    http: str
    smtp: tuple[str, int]
    process: subprocess.Popen[str]
    environment: dict[str, str]

    def command(self, *words: str, typed: str = "") -> str:
        """Run `vaern` beside the service and return what it printed."""
        return command(self.environment, *words, typed=typed)

    def stop(self) -> int:
        """Ask the service to stop, and return its exit code when it has."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)


def command(environment: dict[str, str], *words: str, typed: str = "") -> str:
    """Run `vaern` in this process: each start would cost seconds of a processor."""
    done = called_in(environment, *words, typed=typed)
    assert done.returncode == 0, f"vaern {' '.join(words)}: {done.stderr}"
    return done.stdout


def environment_for(data: Path, page: str) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("VAERN_")}
    browser = os.environ.get("VAERN_BROWSER")
    return {
        **plain,
        **({"VAERN_BROWSER": browser} if browser else {}),
        "VAERN_DATA": str(data),
        "VAERN_HTTP": "127.0.0.1:0",
        "VAERN_EVIDENCE_HTTP": "127.0.0.1:0",
        "VAERN_SMTP": "127.0.0.1:0",
        "VAERN_ARCHIVE_ADDRESS": "arkiv@havn.example",
        "VAERN_MUNICIPALITY": "Havn Kommune",
        "VAERN_DUTY_PHONE": "55 55 01 12",
        "VAERN_CAPTURE_ALLOW": page,
    }


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[House]:
    """Start `vaern serve`, wait for its doors, and see that it is gone at the end."""
    data = Path(environment["VAERN_DATA"])
    process = subprocess.Popen([VAERN, "serve"], env=environment, cwd=ROOT, text=True)
    try:
        doors = _doors(data / "listening.json", process)
        host, _, port = doors["smtp"].rpartition(":")
        yield House(data, doors["http"], (host, int(port)), process, environment)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(SECONDS)


def waited_for(folder: Path, pattern: str, told: bytes = b"") -> Path:
    """Return the first file of this pattern that tells this, as soon as it lies in the folder."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for found in folder.glob(pattern):
            if told in found.read_bytes():
                return found
        time.sleep(0.05)
    raise AssertionError(f"no {pattern} came into {folder.name}")


def _doors(listening: Path, process: subprocess.Popen[str]) -> dict[str, str]:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if listening.exists():
            told: dict[str, str] = json.loads(listening.read_bytes())
            return told
        assert process.poll() is None, "the service ended before its doors were open"
        time.sleep(0.05)
    raise AssertionError("the service did not open its doors")
