"""The table of rights: read by role, changed one right at a time."""

from dataclasses import dataclass, field
from datetime import datetime

from service.web.views.frame import FormState

Way = tuple[str, str, str | None]
"""Level (`full`, `status`, `own`, `anonymous`), scope (`self`, `circle`, `unit`, `all`), condition
(`serious`, `invited`, `step`, `glass`, or None)."""
Ways = tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class RightsCell:
    """One right: an act by a role.

    Attributes:
        ways: How it is open; empty means not at all.
        shipped: How Værn ships it, where the municipality has changed it; else None.
        change_url: Where it is changed, or told why it cannot be; None for whoever may not.
        fixed: Whether it stays as it is.
    """

    ways: Ways
    shipped: Ways | None = None
    change_url: str | None = None
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class RightsRow:
    """One act, with the right of each role in the order of `RightsView.roles`."""

    action: str
    cells: tuple[RightsCell, ...]


@dataclass(frozen=True, slots=True)
class RightsRoom:
    """The acts of one room: `evidence`, `cases`, `posts`, `running`, `own`."""

    key: str
    rows: tuple[RightsRow, ...]


@dataclass(frozen=True, slots=True)
class RightsView:
    """`rights.html`: the table that casework enforces, as it stands.

    Attributes:
        roles: Role keys, the table's columns.
        rooms: Every act, by room.
        role: The role whose rights are read, one of `roles`.
        mine: The reader's own role key, or None when it is not in the table.
        differing: How many rights the municipality has changed.
        waiting: How many changes wait for an answer.
        watch_url: Where it is told of unusually much shown, or None without the right.
    """

    roles: tuple[str, ...]
    rooms: tuple[RightsRoom, ...]
    role: str
    mine: str | None = None
    differing: int = 0
    waiting: int = 0
    watch_url: str | None = None


@dataclass(frozen=True, slots=True)
class WayChoice:
    """One way that can be chosen: what the form sends, the way itself, and whether it is chosen."""

    value: str
    way: Way
    chosen: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a change was not taken, by the error's code; `action` and `needed` where two acts are."""

    code: str
    action: str = ""
    needed: str = ""


@dataclass(frozen=True, slots=True)
class RightView:
    """`right.html`: one right, and how it could be.

    Attributes:
        fixed: Why it stays as it is (`access.bounds.Because`), or None.
        floor: Whether more can be given all the same.
        waits: Whether a change of it waits for an answer already.
        url: Where the choice is looked at before it is made.
        back: The table, at this role.
    """

    action: str
    role: str
    now: Ways
    shipped: Ways
    choices: tuple[WayChoice, ...]
    url: str
    back: str
    fixed: str | None = None
    floor: bool = False
    waits: bool = False
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class RightMeaningView:
    """`right_meaning.html`: what a change means, before it is made.

    Attributes:
        holders: How many people hold the role now.
        widens: Whether it opens anything, so that somebody else has to agree.
        agreeing: How many others could agree to it today.
        chosen: What the form sends on.
        url: Where the form goes.
        back: Where the choice is made.
    """

    action: str
    role: str
    before: Ways
    after: Ways
    widens: bool
    shipped: bool
    holders: int
    agreeing: int
    chosen: tuple[str, ...]
    url: str
    back: str
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One change that was asked for, and what the reader may do about it.

    Attributes:
        state: `waiting`, `in_force`, `refused`, `taken_back`.
        whole: Whether the reader is told the reason and the names.
        barrier: Why the reader cannot agree: `own`, `gains`, `newly`, or None.
        agree_url: Where the reader agrees, or None.
        refuse_url: Where the reader refuses, or None.
        take_back_url: Where the reader takes it back, or None.
    """

    key: str
    action: str
    role: str
    before: Ways
    after: Ways
    widens: bool
    state: str
    asked_at: datetime
    ended_at: datetime | None = None
    whole: bool = False
    reason: str = ""
    answer: str | None = None
    asked_by: str | None = None
    ended_by: str | None = None
    barrier: str | None = None
    agree_url: str | None = None
    refuse_url: str | None = None
    take_back_url: str | None = None


@dataclass(frozen=True, slots=True)
class ChangesView:
    """`rights_changes.html`: what waits for an answer, and what was changed before."""

    waiting: tuple[ChangeView, ...]
    past: tuple[ChangeView, ...]
    more_url: str | None = None
    first_url: str | None = None
    form: FormState = field(default_factory=FormState)
    refusing: str | None = None
    """The change that was refused without a reason, so that its form stands open."""
