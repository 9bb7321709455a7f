"""The same bytes handed in again, and pictures that look alike: each a fact of its own (D5)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Twin:
    """Another piece of evidence with the same bytes: a fact of its own (D5).

    `by` is who handed it in, where that may be told.
    """

    number: str
    url: str
    received_at: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True)
class AgainHandedIn:
    """The same bytes, handed in here once more: by whom, when."""

    at: datetime
    by: str | None


@dataclass(frozen=True, slots=True)
class LooksAlike:
    """Another picture that probably shows the same; `nearly` where hardly a bit is different."""

    number: str
    url: str
    received_at: datetime
    nearly: bool
