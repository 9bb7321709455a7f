"""What stands around every screen: who is signed in, where they may go, where help is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class Place(StrEnum):
    """A place in the navigation; `service.web.rendering.PATHS` gives its path."""

    TODAY = "today"
    MY_CASE = "my_case"
    HAND_IN = "hand_in"
    QUEUE = "queue"
    TRIAGE = "triage"
    CASES = "cases"
    SAFETY = "safety"
    EVIDENCE = "evidence"
    SEARCH = "search"
    CAPTURE = "capture"
    OPERATIONS = "operations"
    ORGANISATION = "organisation"
    ROSTER = "roster"
    RIGHTS = "rights"


class NoticeKind(StrEnum):
    """How a message about the last act is marked: with an icon and a word, not colour alone."""

    DONE = "done"
    INFORMATION = "information"
    WAITING = "waiting"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence about the act that led here ("Beslutningen er gemt"), already translated."""

    kind: NoticeKind
    text: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person at the screen. `role` is the role's key (`leader`, `page_team`, …).

    The sealed account is nobody, and has no pages of its `own`.
    """

    name: str
    role: str
    own: bool = True


@dataclass(frozen=True, slots=True)
class HelpLines:
    """Where help is; all of it is the municipality's configuration.

    Attributes:
        duty_phone: The municipality's own duty number, shown beside 112; None when it has none.
        counselling_name: Who gives psychological counselling ("Falck Healthcare").
        counselling_phone: Its number; the use of it is never recorded.
        counselling_url: Its web page or None.
        counselling_hours: When it answers, in the municipality's words ("hele døgnet").
        hotline_name: The authority that advises on the working environment ("Arbejdstilsynet").
        hotline_phone: Its number; None leaves it out.
    """

    duty_phone: str | None
    counselling_name: str | None = None
    counselling_phone: str | None = None
    counselling_url: str | None = None
    counselling_hours: str | None = None
    hotline_name: str | None = None
    hotline_phone: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of a screen.

    Attributes:
        municipality: Its name as people say it ("Havn Kommune").
        language: `da`, `nb` or `en`; `rendering.choose_language` picks it.
        now: The request's moment, aware UTC, from `service.clock`.
        path: Path and query of this request, to come back to after a change of language.
        help: Help lines, shown on every screen.
        here: The place that is marked in the navigation, or None.
        person: Who is signed in; None shows neither navigation nor sign-out.
        places: Where this person may go, in the order of the navigation.
        waiting: How many things wait at a place; 0 and absent show nothing.
        csrf: The token that every form carries; "" leaves the field out.
        notice: What the last act did, shown once.
        pictures: How this person wants pictures shown once asked for: `plain`, `grey` or `soft`.
        says_danger: Whether this person can say here that they are in danger.
    """

    municipality: str
    language: str
    now: datetime
    path: str
    help: HelpLines
    here: Place | None = None
    person: SignedIn | None = None
    places: tuple[Place, ...] = ()
    waiting: Mapping[Place, int] = field(default_factory=lambda: MappingProxyType({}))
    csrf: str = ""
    notice: Notice | None = None
    pictures: str = "plain"
    says_danger: bool = False


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that could not be accepted.

    Attributes:
        field: The name of the input, so that the error summary can link to it.
        text: What is wrong and how to put it right, already translated.
    """

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class FormState:
    """What was typed and what was wrong with it; empty for a form seen for the first time."""

    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    errors: tuple[FieldError, ...] = ()

    def value(self, name: str) -> str:
        """Return what was typed in the field, or an empty text."""
        return self.values.get(name, "")

    def error(self, name: str) -> str | None:
        """Return what was wrong with the field, or None."""
        return next((error.text for error in self.errors if error.field == name), None)


@dataclass(frozen=True, slots=True)
class CaseLink:
    """A case as others mention it: its number ("2027-014") and where it is shown."""

    number: str
    url: str


class Origin(StrEnum):
    """Where a deadline comes from; shown beside each clock."""

    SOURCE = "source"
    LAW = "law"
    SUGGESTION = "suggestion"
