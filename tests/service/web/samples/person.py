"""Samples: Min sag."""

from dataclasses import replace

from service.web.views.evidence import EvidenceKind, HiddenPicture, HiddenText, Reader, Unchanged
from service.web.views.frame import Place
from service.web.views.person import (
    Contact,
    MyCaseView,
    OwnEvidence,
    Progress,
    Stage,
    Wish,
    WishAnswer,
    WishState,
)
from tests.service.web.samples.around import EMPLOYEE, ago, ahead, frame, page

_STAGES = (
    Stage("Vi har modtaget det", Progress.DONE),
    Stage("Din leder har set det og tager sig af sagen", Progress.DONE),
    Stage("Vi gør noget ved det", Progress.NOW),
    Stage("Vi taler med dig igen efter en uge og en måned", Progress.LATER),
    Stage("Vi ser på, hvad vi har lært", Progress.LATER),
)
_EVIDENCE = (
    OwnEvidence(
        "e42",
        "D-0042",
        EvidenceKind.MAIL,
        ago(hours=1.3),
        Unchanged.UNCHANGED,
        text=HiddenText(612, 1),
        readers=(
            Reader("Mette Holm", "leader", ago(minutes=22)),
            Reader("Karen Vig", "key_person", ago(minutes=10)),
        ),
        read_count=2,
    ),
    OwnEvidence(
        "e43",
        "D-0043",
        EvidenceKind.PICTURE,
        ago(hours=1.2),
        Unchanged.NOT_CHECKED,
        picture=HiddenPicture(1170, 2532, has_text=True),
    ),
)

_ANSWER = WishAnswer(
    WishState.PARTLY,
    "Mandag og tirsdag, så vi kan ses om onsdagen og se, hvordan du har det.",
    "Mette Holm",
    ago(hours=2),
)


def _case(**changes: object) -> MyCaseView:
    whole: dict[str, object] = {
        "number": "2027-014",
        "url": "/my-case/2027-014",
        "handler": "Mette Holm",
        "stages": _STAGES,
        "hand_in_url": "/hand-in?case=2027-014",
        "now": "Mette ringer til dig",
        "now_before": ahead(minutes=46),
        "circle": ("Mette Holm", "Lone Dam"),
        "opened_by": ("Julie Friis",),
        "evidence": _EVIDENCE,
        "contacts": (
            Contact("Lone Dam", "amr", "43 57 11 22"),
            Contact("Per Skov", "tr", "43 57 11 23"),
        ),
        "wishes": (
            Wish(
                "Jeg vil helst ikke have, at mit team hører om det.", ago(hours=1), WishState.ASKED
            ),
            Wish(
                "Må jeg arbejde hjemme i denne uge?",
                ago(hours=3),
                WishState.PARTLY,
                _ANSWER,
                (replace(_ANSWER, state=WishState.REFUSED, reason="Ikke i denne uge."),),
            ),
        ),
        "more_url": "/my-case/2027-014?before=x&after=y#evidence",
        "first_url": "/my-case/2027-014#evidence",
    }
    return MyCaseView(**{**whole, **changes})  # type: ignore[arg-type]  # keyword bag of a sample


_FRAME = frame(Place.MY_CASE, name="Amira Hansen", role="employee", places=EMPLOYEE)

SAMPLES = {
    "my_case": ("my_case.html", page(_case(), _FRAME)),
    "my_case_danger": ("my_case.html", page(_case(danger=True, wishes=()), _FRAME)),
    "my_case_on_duty": (
        "my_case.html",
        {**page(_case(told_danger=True), _FRAME), "alert_url": "/alerts/1"},
    ),
    "my_case_new": (
        "my_case.html",
        page(
            _case(handler=None, now=None, now_before=None, evidence=(), wishes=(), contacts=()),
            _FRAME,
        ),
    ),
    "my_case_none": ("my_case.html", page(None, _FRAME)),
}
