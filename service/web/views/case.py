"""Sag: a case with its clocks, documentation, timeline and letters; its steps are in step.py."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from service.web.views.concerned import CameIn, OwedStep, Shape
from service.web.views.evidence import EvidenceRow, HiddenText
from service.web.views.frame import FormState, Origin
from service.web.views.person import WishAnswer
from service.web.views.step import StepForm, StepView


class Seriousness(StrEnum):
    """How serious a case is; `DANGER` (to life) is the only one shown in red."""

    DANGER = "danger"
    SERIOUS = "serious"
    ORDINARY = "ordinary"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Act:
    """One of the at most three acts under *Gør nu*.

    Attributes:
        title: The act.
        url: Where it is done.
        who: Who does it, by name or role.
        why: One sentence.
        mine: Whether it is this person's to do.
        due: When.
        origin: Where the deadline comes from.
        draft: The draft that is opened, by title, or None.
    """

    title: str
    url: str
    who: str
    why: str
    mine: bool = True
    due: datetime | None = None
    origin: Origin | None = None
    draft: str | None = None


class ClockState(StrEnum):
    """How a clock stands (as `service.procedure.clocks`)."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    STOPPED = "stopped"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock, from its own start.

    Attributes:
        title: As the procedure words it ("72 timer til politianmeldelse").
        state: Whether it runs.
        origin: Source, law or suggestion.
        origin_text: Which ("Offererstatningsloven § 10").
        started_at: When it began to run; None before its event.
        due: When it runs out; None before its event.
        stopped_at: When it was met.
        late: Whether it ran out before it was met, or is out now.
    """

    title: str
    state: ClockState
    origin: Origin
    origin_text: str
    started_at: datetime | None = None
    due: datetime | None = None
    stopped_at: datetime | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Circumstance:
    """A circumstance of the procedure in its own words, and whether somebody has noted it."""

    id: str
    word: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Account:
    """An account from which it came: its name, where it is, on which platform."""

    name: str
    address: str | None
    platform: str


@dataclass(frozen=True, slots=True)
class CaseWish:
    """A wish of the employee concerned: its page for who may answer, when, its answer if any.

    `name` says whose it is, where the case concerns several.
    """

    url: str | None
    at: datetime
    answer: WishAnswer | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class CircleMember:
    """Somebody in the circle of the case: who, as what, since when, perhaps through which day."""

    name: str
    role: str
    since: datetime
    through: date | None = None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened in the case, already in words.

    `case_number` names the case in which it happened, where that was merged into this one.
    """

    at: datetime
    text: str
    who: str | None = None
    url: str | None = None
    case_number: str | None = None


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter, report or receipt: its title, its state in words, where it is."""

    title: str
    state: str
    at: datetime
    url: str


class Tab(StrEnum):
    """The case's tabs; the value is the path's `?tab=`."""

    DOCUMENTATION = "documentation"
    TIMELINE = "timeline"
    LETTERS = "letters"


@dataclass(frozen=True, slots=True)
class CaseView:
    """`case.html`.

    Attributes:
        number: "2027-014".
        url: The case's own path.
        title: Neutral words ("Opslag på kommunens side").
        seriousness: How serious.
        opened_at: When.
        unit: Where it happened.
        harassed: Those concerned, by name; the workplace itself may stand here.
        handler: Who is responsible, or None.
        deputy: Who stands in.
        next_at: The next date, or None.
        next_title: What happens then.
        acts: At most three.
        steps: All of them, in order.
        open_step: The step whose form is shown, or None.
        clocks: Soonest first.
        tab: Which tab is open.
        documentation, timeline, letters: The tabs' rows (only the open one need be filled).
        counts: How many rows each tab has, in words ("12", "1.000+").
        more_url: Where the open tab's rows go on, or None.
        first_url: Where they begin, on a later screenful.
        wishes: The employee's, those that wait for an answer first.
        hand_in_url, capture_url, close_url, bundle_url: Acts on the case; None where not permitted.
        closed_at: When it was closed, or None.
        limited: True when this person sees the status only (level `status`).
        circumstances: What may hold in a case, in the procedure's order.
        may_state: Whether this person may note what holds.
        incident_local: The incident's time as `datetime-local` takes it, or None.
        known_form: What was typed, after an error.
        accounts: From which accounts it came.
        circle: Who may see the case besides those whose unit it is.
        circle_url: The page that tells more of them, or None for who sees the status only.
        may_invite: Whether this person may change the circle there.
        glass_url: Where this person breaks the glass, or None where they need not or may not.
        glass_until: Until when it stands broken for them, or None.
        shape: What it is beside its steps, and where that is changed.
        came_in: The cases that go on here.
        owed: What was done before somebody was named, and is still to be done for them.
    """

    number: str
    url: str
    title: str
    seriousness: Seriousness
    opened_at: datetime
    unit: str
    harassed: tuple[str, ...]
    handler: str | None
    steps: tuple[StepView, ...]
    deputy: str | None = None
    next_at: datetime | None = None
    next_title: str | None = None
    acts: tuple[Act, ...] = ()
    open_step: StepForm | None = None
    clocks: tuple[ClockView, ...] = ()
    tab: Tab = Tab.DOCUMENTATION
    documentation: tuple[EvidenceRow, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    letters: tuple[LetterRow, ...] = ()
    counts: dict[Tab, str] = field(default_factory=dict)
    more_url: str | None = None
    first_url: str | None = None
    wishes: tuple[CaseWish, ...] = ()
    hand_in_url: str | None = None
    capture_url: str | None = None
    close_url: str | None = None
    bundle_url: str | None = None
    closed_at: datetime | None = None
    limited: bool = False
    circumstances: tuple[Circumstance, ...] = ()
    may_state: bool = False
    incident_local: str | None = None
    known_form: FormState = field(default_factory=FormState)
    accounts: tuple[Account, ...] = ()
    circle: tuple[CircleMember, ...] = ()
    circle_url: str | None = None
    may_invite: bool = False
    glass_url: str | None = None
    glass_until: datetime | None = None
    shape: Shape = field(default_factory=Shape)
    came_in: tuple[CameIn, ...] = ()
    owed: tuple[OwedStep, ...] = ()


@dataclass(frozen=True, slots=True)
class CloseCaseView:
    """`close_case.html`: what is missing, or the last question before closing."""

    number: str
    case_url: str
    missing: tuple[StepView, ...]
    settled: int
    total: int
    wishes: tuple[CaseWish, ...] = ()
    owed: tuple[OwedStep, ...] = ()
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class WishView:
    """`wish.html`: one wish of the employee concerned, and the question what is answered.

    Attributes:
        number: The case's.
        case_url: Back to the case.
        url: The page's own path.
        evidence_id: The wish as it was told.
        evidence_number: Its short number.
        at: When it was told.
        name: Who is concerned, by name.
        text: Hidden until asked for; None until a program has read it.
        answers: The latest first.
        may_answer: False for the employee concerned, and once the case is closed.
        may_reveal: Whether this person may have the words shown.
        form: What was typed, after an error.
    """

    number: str
    case_url: str
    url: str
    evidence_id: str
    evidence_number: str
    at: datetime
    name: str
    text: HiddenText | None = None
    answers: tuple[WishAnswer, ...] = ()
    may_answer: bool = True
    may_reveal: bool = True
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in the list."""

    number: str
    url: str
    title: str
    seriousness: Seriousness
    unit: str
    handler: str | None
    opened_at: datetime
    settled: int
    total: int
    next_at: datetime | None = None
    next_title: str | None = None
    closed_on: date | None = None
    restricted: bool = False
    merged: bool = False


@dataclass(frozen=True, slots=True)
class ShutCase:
    """A restricted case outside whose circle somebody stands who may break its glass."""

    number: str
    opened_at: datetime
    glass_url: str


@dataclass(frozen=True, slots=True)
class CasesView:
    """`cases.html`; `closed` says which list is shown, `more_url` leads on."""

    rows: tuple[CaseRow, ...]
    closed: bool = False
    more_url: str | None = None
    shut: tuple[ShutCase, ...] = ()
