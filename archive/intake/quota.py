"""How much one sender may hand in within an hour; counted by the minute, in memory.

A quota that a restart forgets is no harm: what must survive is what was
handed in, not how often. The time is passed in, in seconds of any steady clock.
"""

import threading
from collections import deque
from math import ceil
from typing import Final

HOUR: Final = 60
"""Minutes that count."""

_FORGOTTEN_EVERY: Final = 1000


class HourlyQuota:
    """So many things and so many bytes an hour for each sender; None bounds nothing."""

    def __init__(self, things: int | None = None, size: int | None = None) -> None:
        self._things, self._size = things, size
        self._lock = threading.Lock()
        self._taken: dict[str, deque[list[int]]] = {}
        self._uses = 0

    def wait(self, sender: str, at: float, size: int = 0) -> int:
        """Return for how many seconds this sender must wait to hand in one more; 0 for not at all.

        One thing larger than the whole quota is let through when nothing else counts.
        """
        with self._lock:
            minutes = self._standing(sender, int(at // 60))
            things = sum(one[1] for one in minutes)
            held = sum(one[2] for one in minutes)
            free_at = at
            for began, count, amount in minutes:
                if not self._full(things, held, size):
                    break
                # It has room once the oldest minute counts no more.
                things, held, free_at = things - count, held - amount, (began + HOUR) * 60.0
        return ceil(free_at - at)

    def take(self, sender: str, at: float, size: int = 0, things: int = 1) -> None:
        """Count what was handed in."""
        minute = int(at // 60)
        with self._lock:
            minutes = self._standing(sender, minute)
            if minutes and minutes[-1][0] == minute:
                minutes[-1][1] += things
                minutes[-1][2] += size
            else:
                minutes.append([minute, things, size])
            self._taken[sender] = minutes
            self._uses += 1
            if self._uses % _FORGOTTEN_EVERY == 0:
                self._forget(minute)

    def _standing(self, sender: str, minute: int) -> deque[list[int]]:
        minutes = self._taken.get(sender, deque())
        while minutes and minutes[0][0] <= minute - HOUR:
            minutes.popleft()
        return minutes

    def _full(self, things: int, held: int, size: int) -> bool:
        too_many = self._things is not None and things + 1 > self._things
        too_much = self._size is not None and held > 0 and held + size > self._size
        return too_many or too_much

    def _forget(self, minute: int) -> None:
        for sender in [one for one in self._taken if not self._standing(one, minute)]:
            del self._taken[sender]
