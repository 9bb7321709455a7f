"""The one clock. Everything else is handed `now`; a clock that jumps back is told to the ledger."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(seconds=1)
"""Small steps back are the machine's own fine tuning, not a jump."""


class Clock:
    """UTC now. `on_jump(before, after)` is called once for each jump back beyond the tolerance."""

    def __init__(self, read: Callable[[], datetime] | None = None) -> None:
        self._read = read or (lambda: datetime.now(UTC))
        self._lock = threading.Lock()
        self._latest = self._read()
        self.on_jump: Callable[[datetime, datetime], None] | None = None

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        moment = self._read()
        with self._lock:
            before = self._latest
            self._latest = moment
        if before - moment > TOLERANCE and self.on_jump is not None:
            self.on_jump(before, moment)
        return moment
