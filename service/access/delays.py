"""How long a sign-in waits after failures: nothing at first, then twice as long each time. Pure.

As GlobaLeaks does: nobody is ever locked out for good, for then anyone who
knows an address could keep its owner away. Failures are forgotten one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

NONE: Final = timedelta(0)
LARGE: Final = timedelta(minutes=1)
"""A wait that the ledger and the operator are told of."""

_HIGHEST_POWER: Final = 20


@dataclass(frozen=True, slots=True)
class Schedule:
    """How one kind of counter makes its asker wait.

    `free` failures cost nothing; each further one doubles the wait, from two
    seconds to `longest`. One failure is forgotten after each `forgets`.
    """

    free: int
    longest: timedelta
    forgets: timedelta

    def wait(self, failures: int) -> timedelta:
        """Return how long the next try waits after so many failures."""
        beyond = failures - self.free
        if beyond <= 0:
            return NONE
        return min(self.longest, timedelta(seconds=2 ** min(beyond, _HIGHEST_POWER)))

    def standing(self, failures: int, since: timedelta) -> int:
        """Return how many of the failures still count so long after the last one."""
        return max(0, failures - max(0, since // self.forgets))


PAIR: Final = Schedule(3, timedelta(minutes=15), timedelta(minutes=30))
"""One account from one address: whoever guesses waits, and nobody else does."""

DEVICE: Final = PAIR
"""One account from a browser that has signed in to it before."""

FACTOR: Final = Schedule(5, timedelta(minutes=15), timedelta(minutes=30))
"""The codes of one account, from everywhere: only who has its password is asked for one.

So a stranger keeps nobody out, and all who guess share about four tries an hour. A passkey and a
recovery code have too many possibilities to be guessed, and do not wait.
"""

ADDRESS: Final = Schedule(30, timedelta(minutes=15), timedelta(minutes=1))
"""All accounts from one address: a town hall has one address and many fingers."""

ACCOUNT: Final = Schedule(10, timedelta(minutes=5), timedelta(minutes=15))
"""One account from everywhere; see `tries` for why it keeps nobody away for longer than this."""
