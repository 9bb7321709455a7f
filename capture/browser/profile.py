"""The browser's folder for one visit: fresh, in memory where the machine has it, then gone."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108  # wanted because it is memory; mkdtemp makes a private folder in it
_NEEDED_BYTES = 256 * 2**20


@contextmanager
def visit_folder(uid: int | None) -> Iterator[Path]:
    """A folder with `profile` and `tmp` owned by the visit's user; removed at the end.

    It lies in `/dev/shm` when that is there and roomy, so that what a page leaves
    in the browser's cache never reaches a disk (DESIGN §3.1: no unsealed evidence
    on disk). Elsewhere it lies in the temporary folder, and the visit says so.
    """
    folder = Path(tempfile.mkdtemp(prefix="vaern-visit-", dir=_MEMORY if _has_memory() else None))
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


def _has_memory() -> bool:
    try:
        return os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _NEEDED_BYTES
    except OSError:
        return False
