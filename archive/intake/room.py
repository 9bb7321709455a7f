"""Room on the disk: what is received stops before it eats into the reserve (THREATS 30)."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path
from typing import Final

from archive.errors import StorageFull

ASKED_EVERY: Final = 0.25
"""Seconds for which the disk's word stands: asking costs a door its turn in the interpreter."""
_PLENTY: Final = 256 * 1024 * 1024
"""So many bytes above the reserve, and the word may stand; nearer to it the disk is asked again."""


class Room:
    """How much a folder's disk can still take above its reserve, for all doors of one process."""

    def __init__(self, folder: Path, reserve: int) -> None:
        self._folder, self._reserve = folder, reserve
        self._lock = threading.Lock()
        self._asked = -ASKED_EVERY
        self._left = 0

    def require(self, coming: int) -> None:
        """Raise `StorageFull` where `coming` bytes would eat into the reserve."""
        with self._lock:
            now = time.monotonic()
            if now - self._asked >= ASKED_EVERY or self._left - coming < _PLENTY:
                self._left = shutil.disk_usage(self._folder).free - self._reserve
                self._asked = now
            if self._left < coming:
                raise StorageFull("only the reserve is left")
            # Counted as if it were written already: others may come before the disk is asked again.
            self._left -= coming
