"""What the page of an alert shows: which case, how often it was told, and who has taken it."""

from dataclasses import dataclass
from datetime import datetime

from service.casework.cases.alerts import InDanger


@dataclass(frozen=True, slots=True)
class AlertView:
    """`alert.html`; `taken_by` is None while it waits, or where the danger was said to be over."""

    url: str
    number: str
    raised_at: datetime
    rounds: int
    told_at: datetime | None
    over_at: datetime | None
    taken_by: str | None
    case_url: str | None
    guard_phone: str | None
    in_danger: InDanger | None = None
