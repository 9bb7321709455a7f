"""What the case knows that the procedure asks about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from service.procedure.model import OPENED


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one case.

    `opened` is our own clock's. `moments` holds the procedure's events that have happened
    (`incident`, `absence` …), `holds` the circumstances a person has confirmed (`repeated`,
    `serious` …), `harassed` the ids of the employees concerned.
    """

    opened: datetime
    moments: Mapping[str, datetime] = field(default_factory=dict)
    holds: frozenset[str] = frozenset()
    harassed: frozenset[str] = frozenset()

    def moment(self, event: str) -> datetime | None:
        """When the event happened, as far as the case knows."""
        return self.opened if event == OPENED else self.moments.get(event)
