"""The demonstration's folder: made anew at each start, and only where a demonstration made it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Final

from archive.vault.objects import write_durably
from service.demonstration.errors import NotADemonstration
from service.installation import sole_server

MARK: Final = "demonstration.json"
_LOCK: Final = "serving.lock"


def make_afresh(data: Path) -> None:
    """Empty a demonstration's folder, or make one.

    Raises `NotADemonstration` where anything in it was not made by a
    demonstration, and `AlreadyRunning` where another one serves it.
    """
    if data.is_symlink() or (data.exists() and not data.is_dir()):
        raise NotADemonstration(f"{data} is no folder of a demonstration")
    if data.is_dir() and any(data.iterdir()) and not (data / MARK).is_file():
        raise NotADemonstration(f"{data} was not made by a demonstration; it is left as it is")
    with sole_server(data):
        # The mark goes first into a new folder and is never taken away: an emptying that
        # is cut off leaves a folder that the next start may still empty.
        write_durably(data / MARK, json.dumps({"made_by": "vaern demo"}).encode(), mode=0o600)
        for entry in data.iterdir():
            if entry.name in {MARK, _LOCK}:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
