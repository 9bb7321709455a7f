"""The check of one original, as its page shows it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CheckProgress:
    """`partials/check_progress.html`.

    Attributes:
        url: Where it is asked for (POST) and looked at (GET).
        running: Whether it waits or runs.
        done, total: Parts of the original counted so far; `total` is 0 before it begins.
        result: `unchanged`, `changed` or `missing`; None while it runs, or where it broke off.
        ended_at: When it ended.
    """

    url: str
    running: bool = False
    done: int = 0
    total: int = 0
    result: str | None = None
    ended_at: datetime | None = None
