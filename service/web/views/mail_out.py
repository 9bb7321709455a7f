"""Mail that has not left, and whom none reaches."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StuckRow:
    """One mail: what it is called, why it has not left, and what happens next (translated).

    `again_url` is where it is asked to be tried now; None where this reader may not.
    """

    name: str
    made_at: datetime
    why: str
    given_up: bool
    next_at: datetime | None = None
    attempts: int = 0
    again_url: str | None = None


@dataclass(frozen=True, slots=True)
class UnreachedRow:
    """One whom no mail reaches, why (translated), and where the address is corrected."""

    name: str
    why: str
    noted_at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class MailOutView:
    """`mail_out.html`.

    Attributes:
        waits: How many things wait until when for working hours, translated.
        unreached: Whom no mail reaches; empty too where the reader may not see people.
        unreached_count: How many they are, for everybody.
        stuck: Mails that have not left, the latest first.
        all_url: Where everything that has not left is tried at once; None where it may not be.
        last_left: When the last mail left.
        to_folder: Where mails go while no smarthost is set up; None where one is.
    """

    waits: tuple[str, ...] = ()
    unreached: tuple[UnreachedRow, ...] = ()
    unreached_count: int = 0
    stuck: tuple[StuckRow, ...] = ()
    all_url: str | None = None
    last_left: datetime | None = None
    to_folder: str | None = None
    first_url: str | None = None
    more_url: str | None = None
