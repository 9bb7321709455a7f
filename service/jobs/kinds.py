"""What a kind of work is: which rows wait for it, and what is done with one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from archive.records.columns import Work
from service.installation import Installation
from service.jobs.claims import Claim

Wake = Callable[[str], None]
"""Tell the engine that rows of a kind wait; called after the commit that made them wait."""


class Picker(Protocol):
    """Says which rows a lane takes, one by one; safe for any thread."""

    def pick(self, session: Session, now: datetime) -> UUID | None:
        """Return the next; it may have been taken by another lane meanwhile."""


@dataclass(frozen=True)
class Kind:
    """One kind of work.

    `perform` does the work of one claimed row and writes its result under the
    claim's fence; it may raise `TryLater`. `give_up` is called after
    `most_attempts`, with the last code, and must leave the row in a state in
    which it no longer waits. Both may run twice on one row, and on any host.
    `on_claim` names columns that a claim sets.
    """

    name: str
    table: type[Work]
    waiting: Callable[[], ColumnElement[bool]]
    perform: Callable[[Installation, Claim, Wake], None]
    give_up: Callable[[Installation, Claim, str], None]
    at_once: int = 1
    on_claim: Mapping[str, Any] = field(default_factory=dict)
    most_attempts: int = 8
    woken_as: str | None = None
    """A name by which it is woken too: several lanes may share the work of one table."""
    takes: Callable[[str], bool] | None = None
    """Whether it takes rows about which this was told with the wake; None takes all."""
    gives_way: float = 2.0
    """For how many seconds at most a worker lets the doors go first before each row."""
    picker: Callable[[], Picker] | None = None
    """Makes what picks the rows of this lane; None takes all that wait, the oldest first."""
