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
    """Kill everything that a visit started; say whether nothing is left.

    `folder` holds the process number that the starter noted. A process that
    left the group (Chromium's crash handler does) is met by its session or, where
    the visit had a user of its own, by that.
    """
    leader = _noted_process(folder)
    for _ in range(_ROUNDS):
        left = [
            process
            for owner, process, session in running_processes()
            if (uid is not None and owner == uid) or (leader is not None and session == leader)
        ]
        if not left:
            return True
        for process in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        time.sleep(_PAUSE_SECONDS)
    return False


def _noted_process(folder: Path) -> int | None:
    try:
        text = (folder / "pid").read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None
