"""What the screen *Arbejdsmiljø* shows: cases in outline, without names."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class OutlineStep:
    """One step: its number in the guideline, its title, and how it stands (`StepState`)."""

    number: str
    title: str
    state: str
    late: bool


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """One case; `settled` of `total` steps have ended. No title and no steps where restricted."""

    number: str
    title: str | None
    unit: str
    opened_on: date
    closed_on: date | None
    settled: int
    total: int
    steps: tuple[OutlineStep, ...]


@dataclass(frozen=True, slots=True)
class OutlinesView:
    """`safety.html`; `hidden` cases are in units smaller than `smallest` people."""

    rows: tuple[OutlineRow, ...]
    hidden: int
    smallest: int
    closed: bool = False
    more_url: str | None = None
