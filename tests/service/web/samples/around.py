"""The frame around the samples, and the moment at which they are all looked at."""

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from service.web.views.frame import (
    CaseLink,
    FieldError,
    FormState,
    Frame,
    HelpLines,
    Notice,
    NoticeKind,
    Place,
    SignedIn,
)

# A Monday morning in Copenhagen, 9.14.
NOW = datetime(2027, 2, 8, 8, 14, tzinfo=UTC)
HELP = HelpLines(
    "43 57 00 00",
    "Psykologisk rådgivning",
    "70 10 20 12",
    None,
    "hele døgnet",
    "Arbejdstilsynet",
    "70 12 12 88",
)
CASE = CaseLink("2027-014", "/cases/2027-014")
DIGEST = "9f2c4e61b0aa7d35c4f1e8027b6d93aa51f0c2de8874b1963ad5e0f7c8126b4d"


def ago(**length: float) -> datetime:
    """Return a moment before the samples' own now."""
    return NOW - timedelta(**length)


def ahead(**length: float) -> datetime:
    """Return a moment after the samples' own now."""
    return NOW + timedelta(**length)


LEADER = (
    Place.TODAY,
    Place.HAND_IN,
    Place.QUEUE,
    Place.TRIAGE,
    Place.CASES,
    Place.EVIDENCE,
    Place.SEARCH,
    Place.CAPTURE,
    Place.RIGHTS,
)
EMPLOYEE = (Place.MY_CASE, Place.HAND_IN, Place.RIGHTS)


def frame(
    here: Place | None = None,
    *,
    name: str = "Mette Holm",
    role: str = "leader",
    places: tuple[Place, ...] = LEADER,
    notice: Notice | None = None,
) -> Frame:
    """Return a frame as a route makes it for somebody who is signed in."""
    return Frame(
        municipality="Havn Kommune",
        language="da",
        now=NOW,
        path="/",
        help=HELP,
        here=here,
        person=SignedIn(name, role),
        places=places,
        waiting=MappingProxyType({Place.TODAY: 3, Place.QUEUE: 12}),
        csrf="sample-token",
        notice=notice,
    )


def outside() -> Frame:
    """Return the frame of somebody who is not signed in."""
    return Frame(
        municipality="Havn Kommune",
        language="da",
        now=NOW,
        path="/",
        help=HELP,
        csrf="sample-token",
    )


def page(view: Any, around: Frame) -> dict[str, Any]:
    """Return the context of a page."""
    return {"frame": around, "view": view}


def wrong(field: str, text: str, typed: str = "") -> FormState:
    """Return a form that came back with one error."""
    return FormState(MappingProxyType({field: typed}), (FieldError(field, text),))


DONE = Notice(NoticeKind.DONE, "Trinnet er gemt.")
