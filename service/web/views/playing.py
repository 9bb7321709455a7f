"""Sound and film: hidden first, played from the evidence host once its viewing is kept."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class HiddenMedia:
    """Sound or film that is there and is not played.

    Attributes:
        film: Whether there are pictures in it.
        duration: Its length as people say it ("0:42"), or None when unknown.
    """

    film: bool
    duration: str | None = None


@dataclass(frozen=True, slots=True)
class RevealedMedia:
    """`partials/revealed_media.html` and `revealed.html`: a capability URL, good for five minutes.

    Attributes:
        url: On the evidence host; it answers ranges.
        film: Whether there are pictures in it.
        facts: What it is, in words, for who cannot see or hear it.
        viewed_at: The moment of the viewing that the ledger holds.
        back: The page that it was revealed from.
        target: The id of the element that the partial replaces: `media-{id}`.
    """

    url: str
    film: bool
    facts: str
    viewed_at: datetime
    back: str
    target: str
