"""What is sealed off, and what somebody may do about it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Sealed:
    """That a piece is sealed off, and what this person may do about it.

    Attributes:
        at: Since when.
        twin: Whether Værn shut it by itself, for its bytes were sealed off already.
        police_url: Where the original is handed to the police, or None.
        lift_url: Where it is opened again with a reason, or None.
    """

    at: datetime
    twin: bool = False
    police_url: str | None = None
    lift_url: str | None = None
