"""How far a job is: written to its row for whoever looks, at most once a second."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import update

from service.installation import Installation
from service.jobs.claims import Claim

TOLD_EVERY = 1.0
"""Seconds between two writes of it."""


class Progress:
    """Writes `done` and `total` of a claimed row, under the fence that it was claimed with.

    `table` is of a kind of work that has these columns.
    """

    def __init__(self, installation: Installation, table: Any, claim: Claim) -> None:
        self._installation, self._table, self._claim = installation, table, claim
        self._last = 0.0
        self.total = 0
        """The last total that was heard of."""

    def __call__(self, done: int, total: int) -> None:
        """Hear how far it is."""
        self.total = total
        now = time.monotonic()
        if now - self._last < TOLD_EVERY:
            return
        self._last = now
        table, claim = self._table, self._claim
        with self._installation.database.writing() as session:
            session.execute(
                update(table)
                .where(table.id == claim.id, table.fence == claim.fence)
                .values(done=done, total=total)
            )
