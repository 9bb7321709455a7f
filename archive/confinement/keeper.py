"""Keeping one starter alive: for good, or only while somebody reads and a little longer."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from archive.confinement.errors import ConfinementLost
from archive.confinement.starter_process import StarterProcess

FOR_GOOD: Final = None


class Keeper:
    """One starter, started when first needed and again when it was lost.

    Args:
        readers: the readers that it imports.
        at_once: how many items are read at the same time; more wait their turn.
        first_at_once: how many beside them of those that may go first.
        rests_after: seconds without a reading after which the starter is ended, to give its
            memory back; `FOR_GOOD` keeps it.
    """

    def __init__(
        self,
        readers: Mapping[str, str],
        *,
        at_once: int,
        first_at_once: int = 1,
        rests_after: float | None = FOR_GOOD,
    ) -> None:
        self.readers = dict(readers)
        self._turns = threading.BoundedSemaphore(at_once)
        self._first_turns = threading.BoundedSemaphore(first_at_once)
        self._lock = threading.Lock()
        self._closed = False
        self._running: StarterProcess | None = None
        self._rests_after = rests_after
        self._reading = 0
        self._rest: threading.Timer | None = None

    @property
    def is_running(self) -> bool:
        """Whether a starter stands now."""
        with self._lock:
            return self._running is not None and not self._running.lost

    @contextmanager
    def turn(self, *, first: bool = False) -> Iterator[StarterProcess]:
        """Hold the starter for one reading; raises `ConfinementLost` where it does not come up.

        `first` waits only for others that go first, never for what may take long.
        """
        with self._first_turns if first else self._turns:
            with self._lock:
                self._reading += 1
            try:
                yield self.alive()
            finally:
                with self._lock:
                    self._reading -= 1
                    self._rest_soon()

    def alive(self) -> StarterProcess:
        """Return the starter, started if none lives; raises `ConfinementLost`, also once closed."""
        with self._lock:
            if self._closed:
                raise ConfinementLost("the confinement is closed")
            if self._running is not None and self._running.lost:
                self._running.stop()
                self._running = None
            if self._running is None:
                self._running = StarterProcess(self.readers)
            return self._running

    def close(self) -> None:
        """End the starter and every reading, for good."""
        with self._lock:
            self._closed = True
            running, self._running = self._running, None
            rest, self._rest = self._rest, None
        if rest is not None:
            rest.cancel()
        if running is not None:
            running.stop()

    def _rest_soon(self) -> None:
        """Set the time of rest anew; called under the lock."""
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None
        if self._rests_after is None or self._running is None or self._reading:
            return
        self._rest = threading.Timer(self._rests_after, self._end_if_idle)
        self._rest.daemon = True
        self._rest.start()

    def _end_if_idle(self) -> None:
        with self._lock:
            if self._reading:
                return
            running, self._running = self._running, None
        if running is not None:
            running.stop()
