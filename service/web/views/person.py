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
    """A piece of the employee's own evidence; the content is hidden until asked for."""

    id: str
    number: str
    kind: EvidenceKind
    received_at: datetime
    unchanged: Unchanged
    text: HiddenText | None = None
    picture: HiddenPicture | None = None
    readers: tuple[Reader, ...] = ()


class WishState(StrEnum):
    """What became of a wish; the answer is a recorded decision."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish of the employee and its answer."""

    text: str
    at: datetime
    state: WishState
    answer: str | None = None


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
        evidence: The employee's own, latest first.
        contacts: AMR and TR.
        wishes: Latest first.
        hand_in_url: Where *Tilføj billede* leads.
        others: The employee's other cases (number, url).
        circle: Who is in the circle of the case, by name.
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
    wish_form: FormState = field(default_factory=FormState)
    more_form: FormState = field(default_factory=FormState)
