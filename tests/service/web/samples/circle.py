"""Samples: who may see a case, for its leader and for the employee; the glass; bulk viewing."""

from datetime import date

from service.web.views.circle import (
    Broken,
    CircleView,
    GlassView,
    Member,
    OwnCircleView,
    Read,
    UnusualRow,
    UnusualView,
)
from service.web.views.frame import FormState, Place
from tests.service.web.samples.around import EMPLOYEE, ago, ahead, frame, page, wrong

_MEMBERS = (
    Member("p1", "Mette Holm", "leader", "", ago(days=3), stays=True),
    Member(
        "p2",
        "Lone Dam",
        "amr",
        "Amira har bedt om, at Lone er med til samtalerne.",
        ago(hours=20),
        by="Mette Holm",
        through=date(2027, 3, 1),
        until=ahead(days=21),
    ),
)
_EARLIER = (
    Member(
        "p3",
        "Hans Riis",
        "hr",
        "Hjælp med fraværet.",
        ago(days=2),
        by="Mette Holm",
        until=ago(days=1),
        ended_by="Mette Holm",
        end_reason="Opgaven er løst.",
    ),
    Member(
        "p4",
        "Ida Kjær",
        "director",
        "Skal kende sagen.",
        ago(days=3),
        until=ago(days=2),
        by="Mette Holm",
    ),
    Member(
        "p2",
        "Lone Dam",
        "amr",
        "Stand.",
        ago(days=2),
        until=ago(hours=20),
        ended_by="Mette Holm",
        renewed=True,
    ),
)
_BROKEN = (
    Broken(
        "Julie Friis",
        "Tilsynet beder om svar på, hvem der har læst sagen.",
        ago(hours=2),
        ahead(hours=22),
        open=True,
    ),
    Broken("Julie Friis", "Klage over sagsbehandlingen.", ago(days=9), ago(days=8), open=False),
)
_LEADER = frame(Place.CASES)
_AMIRA = frame(Place.MY_CASE, name="Amira Hassan", role="employee", places=EMPLOYEE)
_JULIE = frame(Place.CASES, name="Julie Friis", role="lawyer")


def _circle(**changes: object) -> CircleView:
    whole: dict[str, object] = {
        "number": "2027-014",
        "case_url": "/cases/2027-014",
        "url": "/cases/2027-014/circle",
        "members": _MEMBERS,
        "earlier": _EARLIER,
        "broken": _BROKEN[1:],
        "invitable": (("p3:hr", "Hans Riis", "hr"), ("p3:lawyer", "Hans Riis", "lawyer")),
        "may_change": True,
        "first_day": "2027-02-08",
    }
    return CircleView(**{**whole, **changes})  # type: ignore[arg-type]  # keyword bag of a sample


SAMPLES = {
    "circle": ("circle.html", page(_circle(), _LEADER)),
    "circle_invite_error": (
        "circle.html",
        page(_circle(form=wrong("why", "Skriv begrundelsen.")), _LEADER),
    ),
    "circle_removal_error": (
        "circle.html",
        page(_circle(leaving="p2", leaving_form=wrong("why-p2", "Skriv begrundelsen.")), _LEADER),
    ),
    "circle_seen": (
        "circle.html",
        page(
            _circle(may_change=False, invitable=(), members=(), earlier=(), broken=_BROKEN), _JULIE
        ),
    ),
    "own_circle": (
        "own_circle.html",
        page(
            OwnCircleView(
                number="2027-014",
                case_url="/my-case/2027-014",
                members=_MEMBERS,
                earlier=_EARLIER,
                broken=_BROKEN,
                reads=(
                    Read("Julie Friis", "lawyer", ago(hours=1), "D-0042", "/evidence/e42", "glass"),
                    Read("Mette Holm", "leader", ago(hours=3), "D-0043", "/evidence/e43", "case"),
                ),
                more_url="/my-case/2027-014/circle?before=x&after=y#read",
                first_url="/my-case/2027-014/circle#read",
            ),
            _AMIRA,
        ),
    ),
    "own_circle_new": (
        "own_circle.html",
        page(OwnCircleView("2027-014", "/my-case/2027-014", members=_MEMBERS[:1]), _AMIRA),
    ),
    "glass": (
        "glass.html",
        page(
            GlassView(
                "2027-014", "/cases/2027-014/glass", "/evidence/e42", 24, "e42", form=FormState()
            ),
            _JULIE,
        ),
    ),
    "unusual_viewings": (
        "unusual_viewings.html",
        page(
            UnusualView(
                (
                    UnusualRow("Peter Vang", ago(minutes=20), 112, 31, 60),
                    UnusualRow("Mette Holm", ago(days=4), 100, 1, 60),
                ),
                100,
                15,
                60,
                more_url="/unusual-viewings?before=x&after=y",
            ),
            _JULIE,
        ),
    ),
    "unusual_viewings_none": (
        "unusual_viewings.html",
        page(UnusualView((), 100, 15, 60), _JULIE),
    ),
}
