"""Who may see a case, since when and why; the broken glass; who has read; unusually much shown."""

from dataclasses import dataclass, field
from datetime import date, datetime

from service.web.views.concerned import Turn
from service.web.views.frame import FormState


@dataclass(frozen=True, slots=True)
class Member:
    """One place in the circle of a case.

    Attributes:
        id: The person's.
        name: Theirs.
        role: The key of the role in which they are in it.
        reason: Why they were taken in; empty where the role says it already.
        since: From when.
        by: Who took them in; None where the service did, as the case was opened.
        through: The last day, where it ends with a day.
        until: The moment at which it ends or ended.
        ended_by: Who ended it; None where it ended by itself.
        end_reason: Why, in their words.
        renewed: Whether a later invitation took its place.
        ended_as: "concerned" or "merged" where the service itself ended it, and why.
        stays: Whether this person handles the case, and so cannot be let go.
    """

    id: str
    name: str
    role: str
    reason: str
    since: datetime
    by: str | None = None
    through: date | None = None
    until: datetime | None = None
    ended_by: str | None = None
    end_reason: str | None = None
    renewed: bool = False
    stays: bool = False
    ended_as: str | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """Once that the glass of a case was broken: by whom, why, until when, and if it still is."""

    name: str
    reason: str
    since: datetime
    until: datetime
    open: bool


@dataclass(frozen=True, slots=True)
class CircleView:
    """`circle.html`: the circle of a case, for those who carry it on.

    Attributes:
        number: The case's.
        case_url: Back to it.
        url: The page's own path.
        members: Who is in the circle now, the longest first.
        earlier: Whose place in it has ended, the latest first.
        broken: Each time the glass was broken, the latest first.
        invitable: Whom this person may take in ("id:role", name, role key); empty without the
            right.
        may_change: Whether this person may let others go.
        first_day: The first day that may be the last of an invitation, as a date field takes it.
        form: What was typed to take somebody in, after an error.
        leaving: Whose removal was refused, by id, and `leaving_form` what was typed.
        restricted: Whether nobody outside the circle sees the case.
    """

    number: str
    case_url: str
    url: str
    members: tuple[Member, ...]
    earlier: tuple[Member, ...] = ()
    broken: tuple[Broken, ...] = ()
    invitable: tuple[tuple[str, str, str], ...] = ()
    may_change: bool = False
    first_day: str = ""
    form: FormState = field(default_factory=FormState)
    leaving: str | None = None
    leaving_form: FormState = field(default_factory=FormState)
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """One viewing: who saw which piece, when and why; `purpose` is a key of words, or None."""

    name: str
    role: str
    at: datetime
    number: str
    url: str
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class OwnCircleView:
    """`own_circle.html`: the same for the employee concerned, with every viewing.

    Attributes:
        number: The case's.
        case_url: Back to Min sag.
        members, earlier, broken, restricted: As in `CircleView`.
        turns: Each time it was restricted or opened again, the latest first.
        reads: One screenful, the latest first.
        more_url: Where they go on, or None.
        first_url: Where they begin, on a later screenful.
    """

    number: str
    case_url: str
    members: tuple[Member, ...]
    earlier: tuple[Member, ...] = ()
    broken: tuple[Broken, ...] = ()
    reads: tuple[Read, ...] = ()
    more_url: str | None = None
    first_url: str | None = None
    restricted: bool = False
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class GlassView:
    """`glass.html`: the question why content has to be opened from outside the circle.

    Attributes:
        number: The case's.
        url: The page's own path.
        back: Where one came from.
        evidence: The piece that is wanted, by id, or None.
        hours: For how long it opens.
        form: What was typed, after an error.
    """

    number: str
    url: str
    back: str
    hours: int
    evidence: str | None = None
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class UnusualRow:
    """Once that somebody had unusually much shown: who, when noticed, how much, how fast."""

    name: str
    at: datetime
    pieces: int
    cases: int
    minutes: int


@dataclass(frozen=True, slots=True)
class UnusualView:
    """`unusual_viewings.html`: for the DPO, the latest first, with what counts as unusual."""

    rows: tuple[UnusualRow, ...]
    pieces: int
    cases: int
    minutes: int
    more_url: str | None = None
    first_url: str | None = None
