"""Whom a case concerns, who alone may see it, and two cases that become one."""

from dataclasses import dataclass, field
from datetime import datetime

from service.web.views.frame import FormState


@dataclass(frozen=True, slots=True)
class Turn:
    """Once that a case was shut to all but its circle (`restricted`), or opened again."""

    restricted: bool
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RestrictionView:
    """`restriction.html`: shut a case to all but its circle, or open it again.

    Attributes:
        number: The case's.
        case_url: Back to it.
        url: The page's own path.
        restricted: How it stands.
        turns: How it stood before, the latest first.
        members: Who is in the circle, by name; these see it however it stands.
        inside: Whether whoever asks is one of them.
        form: What was typed, after an error.
    """

    number: str
    case_url: str
    url: str
    restricted: bool
    turns: tuple[Turn, ...] = ()
    members: tuple[str, ...] = ()
    inside: bool = True
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class Named:
    """One whom a case concerns.

    Attributes:
        id: Of this naming, in forms.
        name: The person's, the unit's or the municipality's.
        workplace: Whether it is no single person.
        since: From when.
        by: Who named them, where it was somebody else.
        reason: Why, in their words.
        may_take_off: Whether they may be taken off again.
    """

    id: str
    name: str
    workplace: bool
    since: datetime
    by: str | None = None
    reason: str | None = None
    may_take_off: bool = False


@dataclass(frozen=True, slots=True)
class ConcernedView:
    """`concerned.html`: whom a case concerns, for who carries it on.

    Attributes:
        number: The case's.
        case_url: Back to it.
        url: The page's own path.
        named: Whom it concerns.
        people: Who may be named (id, name).
        units: The units that may be (id, name); all of the workplace is offered beside them.
        form: What was typed in the form for one more, after an error.
        leaving: Whose removal was refused.
        leaving_form: What was typed there.
    """

    number: str
    case_url: str
    url: str
    named: tuple[Named, ...]
    people: tuple[tuple[str, str], ...] = ()
    units: tuple[tuple[str, str], ...] = ()
    form: FormState = field(default_factory=FormState)
    leaving: str | None = None
    leaving_form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class Other:
    """A case into which another may be merged: its number, and whom it concerns."""

    number: str
    names: str
    unit: str


@dataclass(frozen=True, slots=True)
class MergeView:
    """`merge.html`: first which case, then what is taken over and why.

    Attributes:
        number: The case's that goes on in another.
        case_url: Back to it.
        url: The page's own path.
        others: The cases to choose among, the latest first.
        into: The one that was chosen, or None.
        steps: What ended here and not there, and may count there too (id, number and title).
        members: Who is in the circle here and not there, by name.
        restricted: Whether both will be shut to all but the circle.
        form: What was typed, after an error.
    """

    number: str
    case_url: str
    url: str
    others: tuple[Other, ...] = ()
    into: Other | None = None
    steps: tuple[tuple[str, str], ...] = ()
    members: tuple[str, ...] = ()
    restricted: bool = False
    form: FormState = field(default_factory=FormState)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a case is beside its steps: who alone sees it, whom it concerns, what became of it.

    Attributes:
        restricted: Whether only its circle sees it.
        restriction_url: Where that is changed, or None where not permitted; likewise
            `concerned_url` for whom it concerns and `merge_url` for going on in another.
        merged_into: The number of the case in which it goes on; "–" where that is not theirs.
    """

    restricted: bool = False
    restriction_url: str | None = None
    concerned_url: str | None = None
    merge_url: str | None = None
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class CameIn:
    """A case that goes on here: its number, who decided it, when and why.

    `url` shows it as it was, to whoever may see it.
    """

    number: str
    by: str
    at: datetime
    reason: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class OwedStep:
    """A step that was done before somebody was named, whom it owes, and where it is corrected."""

    title: str
    names: str
    url: str
