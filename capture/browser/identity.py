"""Whom the browser runs as: never root, and with Chromium's own sandbox on.

Started as root, a visit gets a user number of its own that nobody else has, so
that two visits cannot look into one another and whatever a browser leaves behind
is known by its owner. The numbers lie in the range that systemd keeps for such
passing users (61184-65519) and need no line in `/etc/passwd`.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shlex
import shutil
from pathlib import Path

from capture.browser.profile import owners_of_visits
from capture.errors import BrowserFailed

_FIRST_UID, _LAST_UID = 61_184, 65_519
_TRIES = 100


def passing_user() -> int | None:
    """A free user number for one visit, or None where we are not root (we stay who we are).

    Raises:
        BrowserFailed: root without `setpriv`, or no number is free.
    """
    if os.geteuid() != 0:
        return None
    if shutil.which("setpriv") is None:
        raise BrowserFailed("started as root, but there is no setpriv to drop to another user")
    busy = {uid for uid, _, _ in running_processes()} | owners_of_visits()
    for _ in range(_TRIES):
        uid = _FIRST_UID + secrets.randbelow(_LAST_UID - _FIRST_UID + 1)
        if uid not in busy and not _has_account(uid):
            return uid
    raise BrowserFailed("no free user number for a visit")


def write_starter(folder: Path, browser: Path, uid: int | None) -> Path:
    """Write the program that Playwright starts: it notes its process, drops rights, runs Chromium.

    The folder belongs to us; only `profile` and `tmp` beneath it are handed over.
    """
    command = [str(browser)]
    if uid is not None:
        command = [
            "setpriv",
            f"--reuid={uid}",
            f"--regid={uid}",
            "--clear-groups",
            "--no-new-privs",
            "--inh-caps=-all",
            "--bounding-set=-all",
            "--",
            *command,
        ]
    starter = folder / "start"
    starter.write_text(
        "#!/bin/sh\n"
        f"echo $$ > {shlex.quote(str(folder / 'pid'))}\n"
        f'exec {shlex.join(command)} "$@"\n',
        encoding="utf-8",
    )
    starter.chmod(0o700)
    return starter


def running_processes() -> list[tuple[int, int, int]]:
    """Every live process as (real user, process, session), read from `/proc`."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            uid = entry.stat().st_uid
            after_name = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it ended while we looked
            continue
        if after_name[0] != "Z":
            found.append((uid, int(entry.name), int(after_name[3])))
    return found


def _has_account(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
