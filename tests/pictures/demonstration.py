"""The demonstration as a process of its own: started, waited for, stopped."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST = 300
_INVITED = re.compile(
    r"adgangskode i denne demonstration:\s+(?P<password>\S+)\n"
    r".*?Værn\s+(?P<http>http://\S+)\n.*?/cases/(?P<case>\S+)\n"
    r".*?Kommunens side\s+(?P<page>http://\S+)\n.*?ved (?P<smtp>\S+)\n.*?Stop med",
    re.DOTALL,
)


@dataclass(frozen=True)
class Shown:
    """Where a demonstration stands when everything has been shown."""

    http: str
    page: str
    smtp: str
    case: str
    password: str
    told: str
    data: Path


@contextmanager
def showing(data: Path) -> Iterator[Shown]:
    """Start a demonstration, wait until it invites, and stop it at the end."""
    process = subprocess.Popen(
        [Path(sys.prefix) / "bin" / "vaern", "demo", "--port-free", "--data", data],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    # Whatever happens, a demonstration that does not come to its end is ended.
    watch = threading.Timer(LONGEST, process.kill)
    watch.start()
    try:
        yield _until_invited(process, data)
    finally:
        watch.cancel()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def _until_invited(process: subprocess.Popen[str], data: Path) -> Shown:
    told = ""
    assert process.stdout is not None
    for line in process.stdout:
        told += line
        found = _INVITED.search(told)
        if found is not None:
            return Shown(
                http=found["http"],
                page=found["page"],
                smtp=found["smtp"],
                case=found["case"],
                password=found["password"],
                told=told,
                data=data,
            )
    raise AssertionError(f"the demonstration ended before its invitation:\n{told}")
