"""Drift: traffic lights and the check of everything that is kept."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.web.views.ways_in import SealedView


class LightState(StrEnum):
    """A traffic light; each has its own icon and word. `OFF` means not set up."""

    GREEN = "green"
    AMBER = "amber"
    STOPPED = "stopped"
    OFF = "off"


class LightName(StrEnum):
    """What a light watches."""

    MAILBOX = "mailbox"
    READING = "reading"
    PAGES = "pages"
    BACKUP = "backup"
    KEYS = "keys"
    OUTSIDE_SEAL = "outside_seal"
    DISK = "disk"
    CONFINEMENT = "confinement"
    CHECK = "check"
    SIGN_IN = "sign_in"
    MAIL_OUT = "mail_out"


@dataclass(frozen=True, slots=True)
class Light:
    """One light.

    Attributes:
        name: What it watches.
        state: How it stands.
        at: The last good moment (last mail, last backup), or None.
        cause: Why it is not green, translated; None with green.
        act_title, act_url: The one act that helps; None when there is none.
        act_posts: True when the act is a POST (*Send testmail*).
    """

    name: LightName
    state: LightState
    at: datetime | None = None
    cause: str | None = None
    act_title: str | None = None
    act_url: str | None = None
    act_posts: bool = False


class VerifyState(StrEnum):
    """How far a check of everything is."""

    RUNNING = "running"
    CLEAN = "clean"
    FINDINGS = "findings"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class VerifyFinding:
    """One thing that does not fit: its kind, the object or entry, the message (English)."""

    kind: str
    id: str | None
    position: int | None
    message: str


@dataclass(frozen=True, slots=True)
class VerifyProgress:
    """`partials/verify_progress.html`.

    Attributes:
        url: Polled while it runs.
        state: How far.
        started_at: When it was started; `ended_at` when it ended.
        entries_checked, objects_checked: What an ended check has counted over.
        done, total: Items checked so far, while it runs.
        findings: What does not fit; empty when clean.
        unchecked: What could not be checked and why, as it stands.
        sealed: Since when the ledger stands outside, or that it does not; translated.
    """

    url: str
    state: VerifyState
    started_at: datetime
    ended_at: datetime | None = None
    entries_checked: int = 0
    objects_checked: int = 0
    done: int = 0
    total: int = 0
    findings: tuple[VerifyFinding, ...] = ()
    unchecked: tuple[str, ...] = ()
    sealed: str | None = None


@dataclass(frozen=True, slots=True)
class OutsideHolder:
    """One that is to hold seals: who, since when its newest, what is wrong (translated)."""

    name: str
    at: datetime | None = None
    trouble: str | None = None
    late_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class OutsideView:
    """`partials/outside.html`.

    Attributes:
        says: Sealed outside when and by whom, or that it is not; translated.
        holders: Everyone who is set up; empty where nobody is.
        may_send: Whether the present head can be sent at once.
    """

    says: str
    holders: tuple[OutsideHolder, ...] = ()
    may_send: bool = False


@dataclass(frozen=True, slots=True)
class OperationsView:
    """`operations.html`.

    Attributes:
        lights: In the order to show; those that stopped first.
        waiting_rows: Rows that wait to be read, and since when the oldest.
        waiting_texts: Pictures whose text waits to be read, how many were read
            since the oldest of them was asked for, and when that was.
        verify: The running or last check, or None.
        outside: Who outside holds seals; None leaves the part out.
        version: Of Værn.
        database: "SQLite" or "PostgreSQL".
        sealed: How the sealed account stands, or None where nobody is shown it.
    """

    lights: tuple[Light, ...]
    version: str
    database: str
    waiting_rows: int = 0
    oldest_waiting: datetime | None = None
    verify: VerifyProgress | None = None
    outside: OutsideView | None = None
    waiting_texts: int = 0
    texts_read: int = 0
    texts_since: datetime | None = None
    sealed: SealedView | None = None
