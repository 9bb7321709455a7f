"""The bundle as its recipient gets it: asked for, fetched, unpacked, checked by its own program.

Everything goes through the pages that Karen herself would open; the checker runs as a program of
its own, with nothing of ours in reach.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from service.demonstration.errors import NothingCame
from service.demonstration.visitor import Visitor

_PIECE: Final = re.compile(r'name="chosen" value="([0-9a-f-]{36})"')
_PART: Final = re.compile(r'href="(/bundles/[0-9a-f-]{36}/[0-9]+)"')
_MADE: Final = re.compile(r'href="/bundles/[0-9a-f-]{36}/1"')
_FAILED: Final = re.compile(r'id="bundle-run"(?![^>]*hx-get)')
_LONGEST: Final = 180.0
_EVERY: Final = 0.5
_CHECK_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class HandedOver:
    """An unpacked bundle, and what its own checker said of it."""

    folder: Path
    pieces: int
    files: int
    code: int
    said: str


def hand_over(
    visitor: Visitor, number: str, *, recipient: str, purpose: str, to: Path
) -> HandedOver:
    """Make a bundle of all that a case has, and check it where the recipient would.

    Raises `DoorRefused`, and `NothingCame` where it was not made.
    """
    form = visitor.get(f"/cases/{number}/bundle").text
    chosen = list(dict.fromkeys(_PIECE.findall(form)))
    place = visitor.post(
        f"/cases/{number}/bundle",
        {
            "what": "bundle",
            "recipient_kind": "police",
            "recipient": recipient,
            "purpose": purpose,
            "variant": "whole",
            "part_mib": "0",
            "chosen": chosen,
        },
    )
    for part in dict.fromkeys(_PART.findall(_made(visitor, place))):
        with zipfile.ZipFile(io.BytesIO(visitor.fetch(part))) as packed:
            packed.extractall(to)
    folder = unpacked(to)
    code, said = check(folder)
    files = sum(1 for each in folder.rglob("*") if each.is_file())
    return HandedOver(folder, len(chosen), files, code, said)


def unpacked(to: Path) -> Path:
    """Return the one folder of a bundle that was unpacked here; raises `NothingCame`."""
    found = [each.parent for each in to.glob("*/check.py")]
    if len(found) != 1:
        raise NothingCame("bevispakken har ikke sin check.py")
    return found[0]


def check(folder: Path) -> tuple[int, str]:
    """Run the bundle's own checker with a bare Python; return its code and what it said."""
    done = subprocess.run(  # noqa: S603 — the bundle's own program, as its recipient runs it
        [sys.executable, "-I", "-S", folder / "check.py"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=_CHECK_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def _made(visitor: Visitor, place: str) -> str:
    """Wait until the page of the bundle says that it can be fetched, and return that page."""
    deadline = time.monotonic() + _LONGEST
    while not _MADE.search(page := visitor.get(place).text):
        if _FAILED.search(page) or time.monotonic() > deadline:
            raise NothingCame("bevispakken blev ikke lavet")
        time.sleep(_EVERY)
    return page
