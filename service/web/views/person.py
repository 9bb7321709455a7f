"""Min sag: the employee's own page, made for a phone."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from service.web.views.evidence import EvidenceKind, HiddenPicture, HiddenText, Reader, Unchanged
from service.web.views.frame import FormState


class Progress(StrEnum):
    """Whether a stage is behind, now or ahead (as `service.procedure.plain_states`)."""

    DONE = "done"
    NOW = "now"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the five plain states, with the procedure's own words for how it stands."""

    text: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to talk to: their name, what they are to the employee (role key), a number."""

    name: str
    role: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class OwnEvidence:
    """A piece of the employee's own evidence; the content is hidden until asked for.

    `readers` are the latest, `read_count` says how often it was read in all.
    """

    id: str
    number: str
    kind: EvidenceKind
    received_at: datetime
    unchanged: Unchanged
    text: HiddenText | None = None
    picture: HiddenPicture | None = None
    readers: tuple[Reader, ...] = ()
    read_count: int = 0


class WishState(StrEnum):
    """What became of a wish; the answer is a recorded decision."""

    ASKED = "asked"
    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class WishAnswer:
    """An answer to a wish: what, why in plain words, who gave it and when."""

    state: WishState
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish of the employee, its answer, and the answers before that, the latest first.

    `text` is empty until a program has read the wish.
    """

    text: str
    at: datetime
    state: WishState
    answer: WishAnswer | None = None
    earlier: tuple[WishAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class MyCaseView:
    """`my_case.html`.

    Attributes:
        number: "2027-014".
        url: The page's own path.
        handler: Who is responsible, by name, or None while nobody is chosen.
        now: What happens next in plain words ("Mette ringer til dig"), already translated; None
            when nothing is planned.
        now_before: By when.
        stages: The five plain states, in order.
        danger: True shows 112 first and large.
        evidence: One screenful of the case's, latest first.
        more_url: Where the evidence goes on, or None.
        first_url: Where it begins, on a later screenful.
        contacts: AMR, TR and key persons.
        told_danger: Whether the employee has said that they are in danger, and it is told of still.
        closed: Whether the case is closed.
        wishes: Latest first.
        hand_in_url: Where *Tilføj billede* leads.
        others: The employee's other cases (number, url).
        circle: Who is in the circle of the case, by name.
        opened_by: Who has it open now from outside the circle, by name.
        wish_form: What was typed under *Jeg har et ønske*, after an error.
        more_form: What was typed under *Fortæl mere*, after an error.
    """

    number: str
    url: str
    handler: str | None
    stages: tuple[Stage, ...]
    hand_in_url: str
    now: str | None = None
    now_before: datetime | None = None
    danger: bool = False
    evidence: tuple[OwnEvidence, ...] = ()
    contacts: tuple[Contact, ...] = ()
    wishes: tuple[Wish, ...] = ()
    others: tuple[tuple[str, str], ...] = ()
    circle: tuple[str, ...] = ()
    opened_by: tuple[str, ...] = ()
    more_url: str | None = None
    first_url: str | None = None
    wish_form: FormState = field(default_factory=FormState)
    more_form: FormState = field(default_factory=FormState)
    told_danger: bool = False
    closed: bool = False
