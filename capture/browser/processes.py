"""Ending a browser for certain: its process group, its session, and its user's processes."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from capture.browser.identity import running_processes

_ROUNDS = 100
_PAUSE_SECONDS = 0.02


def kill_browser(folder: Path, uid: int | None) -> bool:
    """Kill everything that a visit started; say whether nothing is left."""
    for _ in range(_ROUNDS):
        left = processes_of_visit(folder, uid)
        if not left:
            return True
        for process in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        time.sleep(_PAUSE_SECONDS)
    return False


def processes_of_visit(folder: Path, uid: int | None) -> list[int]:
    """Every process of a visit: those of its own user or, without one, those of its session.

    `folder` holds the number of the first process, which the starter noted and which
    leads a session of its own. Chromium's crash handler leaves that too, and is known
    by the folder in its command line.
    """
    if uid is not None:
        return [process for owner, process, _ in running_processes() if owner == uid]
    leader = _noted_process(folder)
    return [
        process
        for owner, process, session in running_processes()
        if owner == os.geteuid()
        and process != os.getpid()
        and (session == leader or _names(process, folder))
    ]


def _names(process: int, folder: Path) -> bool:
    try:
        return os.fsencode(folder) in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def _noted_process(folder: Path) -> int | None:
    try:
        text = (folder / "pid").read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None
