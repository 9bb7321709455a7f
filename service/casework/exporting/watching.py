"""Watching the making of an export: how far it is, and whether the right to it still stands."""

from __future__ import annotations

import time
from collections.abc import Callable

from archive.records.exports import ExportRecord
from service.casework.exporting.permitting import require_still
from service.installation import Installation

LOOKED_EVERY = 10.0
"""Seconds between two looks at whether the right still stands (at most 60: THREATS 23)."""


class Watch:
    """Tells how far the making is, and stops it when the right has ended."""

    def __init__(
        self, installation: Installation, export: ExportRecord, tell: Callable[[int, int], None]
    ) -> None:
        self._installation = installation
        self._export_id, self._person = export.id, export.person_id
        self._tell = tell
        self._looked = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Tell how far it is; raises `RightEnded`."""
        self._tell(done, total)
        if time.monotonic() - self._looked >= LOOKED_EVERY:
            self.look()

    def adding(self, total: int) -> Callable[[int], None]:
        """Return what hears of each further step and tells the sum of them."""
        done = 0

        def add(count: int) -> None:
            nonlocal done
            done += count
            self(done, total)

        return add

    def look(self) -> None:
        """Raise `RightEnded` where the right has ended."""
        now = self._installation.clock.now()
        with self._installation.database.reading() as session:
            require_still(session, self._person, self._export_id, self._installation.rights, now)
        self._looked = time.monotonic()
