"""Now and then: looks through open cases for what runs out, some at a time."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from service.casework.telling.deadlines import BATCH, next_cases, remind, unreminded
from service.casework.telling.unreachable import one_at_a_time
from service.installation import Installation

EVERY_SECONDS: Final = 300
_BATCHES: Final = 10
"""So many are looked through in one go; the next goes on where it ended."""


class Reminding:
    """Goes through the open cases again and again; a restart begins anew, and repeats nothing."""

    def __init__(self) -> None:
        self._after: UUID | None = None

    def look(self, installation: Installation) -> None:
        """Look through the next cases; may run in any number of processes."""
        for _ in range(_BATCHES):
            now = installation.clock.now()
            with installation.database.reading() as session:
                cases = next_cases(session, self._after)
                found = sorted({case.id for case, _ in unreminded(session, cases, now)})
                self._after = cases[-1].id if len(cases) == BATCH else None
            if found:
                with installation.database.writing() as session:
                    one_at_a_time(session)
                    remind(session, found, installation.settings, now)
            if self._after is None:
                return
            installation.gate.give_way(2.0)
