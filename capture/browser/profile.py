"""The browser's folder for one visit: fresh, in memory where the machine has it, then gone."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108  # wanted because it is memory; mkdtemp makes a private folder in it
_NEEDED_BYTES = 256 * 2**20


_PREFIX = "vaern-visit-"


@contextmanager
def visit_folder(uid: int | None) -> Iterator[Path]:
    """A folder with `profile` and `tmp` owned by the visit's user; removed at the end.

    It lies in `/dev/shm` when that is there and roomy, so that what a page leaves
    in the browser's cache never reaches a disk (DESIGN §3.1: no unsealed evidence
    on disk). Elsewhere it lies in the temporary folder, and the visit says so.
    Folders of visits whose program was killed are removed first.
    """
    base = _base()
    _sweep(base)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=base))
    try:
        # The visit's user may pass through to its own folders but not list this one.
        folder.chmod(0o711 if uid is not None else 0o700)
        for name in ("profile", "tmp"):
            inner = folder / name
            inner.mkdir(mode=0o700)
            if uid is not None:
                os.chown(inner, uid, uid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_in_memory(folder: Path) -> bool:
    """Whether a visit's folder lies in memory only."""
    return folder.is_relative_to(_MEMORY)


def owners_of_visits() -> set[int]:
    """The users of all visits under way, also of those that have not started their browser."""
    owners = set()
    for profile in _base().glob(f"{_PREFIX}*/profile"):
        with suppress(OSError):
            owners.add(profile.stat().st_uid)
    return owners


def _base() -> Path:
    try:
        if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _NEEDED_BYTES:
            return _MEMORY
    except OSError:
        pass
    return Path(tempfile.gettempdir())


def _sweep(base: Path) -> None:
    """Remove what was left by visits of programs that are gone (`kill -9`, power)."""
    for folder in base.glob(f"{_PREFIX}*"):
        number = folder.name.removeprefix(_PREFIX).partition("-")[0]
        with suppress(OSError):
            ours = folder.stat().st_uid == os.geteuid()
            if ours and number.isdigit() and not _is_running(int(number)):
                shutil.rmtree(folder, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
