"""I dag: what waits for this person."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.web.views.frame import CaseLink, Origin


class TaskKind(StrEnum):
    """What sort of act waits; gives the icon, the word before the title, and the button's."""

    ACKNOWLEDGE = "acknowledge"
    STEP = "step"
    REVIEW = "review"
    TRIAGE = "triage"
    TALK = "talk"
    WISH = "wish"
    POLICE = "police"
    DUTY = "duty"
    RIGHTS = "rights"
    OPERATIONS = "operations"


@dataclass(frozen=True, slots=True)
class TodayTask:
    """One act that waits.

    Attributes:
        kind: What sort of act.
        title: The act in words ("Ring til den berørte medarbejder").
        url: Where it is done.
        why: One sentence, why it waits for this person; None when the title says it.
        case: The case it belongs to.
        due: When it is due; past `frame.now` means overdue.
        origin: Where the deadline comes from.
        danger: True only for danger to life: the one use of red.
    """

    kind: TaskKind
    title: str
    url: str
    why: str | None = None
    case: CaseLink | None = None
    due: datetime | None = None
    origin: Origin | None = None
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """Something to know and nothing to do: a sentence, perhaps where it stands, and until when."""

    text: str
    url: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TodayView:
    """`today.html`.

    Attributes:
        tasks: What can be done now, the most urgent first; the first is shown large.
        more: How many acts wait besides those, in the person's cases.
        waiting: What waits for a date or for somebody else, soonest first.
        told: What is good to know: that one is on duty, which cases one was taken into.
        done_today: How many tasks this person has finished today.
    """

    tasks: tuple[TodayTask, ...]
    waiting: tuple[TodayTask, ...] = ()
    done_today: int = 0
    more: int = 0
    told: tuple[Told, ...] = ()
