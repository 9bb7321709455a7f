"""Er den uændret?: a file in somebody's hand against what they may see of the archive."""

from dataclasses import dataclass, field
from datetime import datetime

from service.web.views.frame import FormState


@dataclass(frozen=True, slots=True)
class Match:
    """A piece of evidence with exactly these bytes."""

    number: str
    url: str
    received_at: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """The answer.

    Attributes:
        sha256: What was compared.
        name: What the file is called, or None where a digest was typed.
        size: Its bytes, or None where a digest was typed.
        matches: What the one who asked may see; empty says nothing of anything else.
    """

    sha256: str
    matches: tuple[Match, ...]
    name: str | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class UnchangedView:
    """`unchanged.html`.

    Attributes:
        most_bytes: The largest file that is taken.
        answer: None before anything was asked.
        form: What was typed, after an error.
    """

    most_bytes: int
    answer: Compared | None = None
    form: FormState = field(default_factory=FormState)
