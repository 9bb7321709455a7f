"""Samples: whom a case concerns, who alone may see it, and two cases that become one."""

from __future__ import annotations

from dataclasses import replace

from service.web.views.concerned import (
    ConcernedView,
    MergeView,
    Named,
    Other,
    RestrictionView,
    Turn,
)
from service.web.views.frame import Place
from tests.service.web.samples.around import ago, frame, page, wrong

_FRAME = frame(Place.CASES)
_TURNS = (
    Turn(False, "Kollegaen er flyttet til en anden afdeling.", "Julie Friis", ago(days=2)),
    Turn(True, "En kollega er selv part i sagen.", "Mette Holm", ago(days=9)),
)
_RESTRICTION = RestrictionView(
    number="2027-014",
    case_url="/cases/2027-014",
    url="/cases/2027-014/restriction",
    restricted=False,
    turns=_TURNS,
    members=("Mette Holm", "Lone Dam"),
)
_NAMED = (
    Named("h1", "Amira Hassan", False, ago(days=3)),
    Named(
        "h2",
        "Bo Krog",
        False,
        ago(hours=5),
        by="Mette Holm",
        reason="Han er nævnt med navn i det samme opslag.",
        may_take_off=True,
    ),
    Named(
        "h3",
        "Jobcentret",
        True,
        ago(hours=4),
        by="Mette Holm",
        reason="Opslaget opfordrer til at møde op hos alle.",
        may_take_off=True,
    ),
)
_CONCERNED = ConcernedView(
    number="2027-014",
    case_url="/cases/2027-014",
    url="/cases/2027-014/concerned",
    named=_NAMED,
    people=(("p1", "Hans Riis"), ("p2", "Ida Kjær")),
    units=(("u1", "Biblioteket"), ("u2", "Borgerservice")),
)
_OTHERS = (
    Other("2027-013", "Bo Krog", "Borgerservice"),
    Other("2027-009", "Ida Kjær, Jobcentret", "Jobcentret"),
)
_MERGE = MergeView(
    number="2027-014",
    case_url="/cases/2027-014",
    url="/cases/2027-014/merge",
    others=_OTHERS,
)
_CHOSEN = MergeView(
    number="2027-014",
    case_url="/cases/2027-014",
    url="/cases/2027-014/merge",
    into=_OTHERS[0],
    steps=(("12.2", "12.2 Dokumentationen sikres"), ("12.9", "12.9 Politianmeldelse")),
    members=("Lone Dam",),
    restricted=True,
)


SAMPLES = {
    "restriction": ("restriction.html", page(_RESTRICTION, _FRAME)),
    "restriction_wrong": (
        "restriction.html",
        page(replace(_RESTRICTION, inside=False, form=wrong("why", "Skriv hvorfor.")), _FRAME),
    ),
    "restriction_lift": (
        "restriction.html",
        page(replace(_RESTRICTION, restricted=True, turns=_TURNS[1:]), _FRAME),
    ),
    "concerned": ("concerned.html", page(_CONCERNED, _FRAME)),
    "concerned_wrong": (
        "concerned.html",
        page(replace(_CONCERNED, form=wrong("concerned", "Vælg en person.")), _FRAME),
    ),
    "concerned_stays": (
        "concerned.html",
        page(
            replace(_CONCERNED, leaving="h2", leaving_form=wrong("why-h2", "Skriv hvorfor.")),
            _FRAME,
        ),
    ),
    "merge": ("merge.html", page(_MERGE, _FRAME)),
    "merge_none": ("merge.html", page(replace(_MERGE, others=()), _FRAME)),
    "merge_chosen": ("merge.html", page(_CHOSEN, _FRAME)),
    "merge_wrong": (
        "merge.html",
        page(replace(_CHOSEN, form=wrong("why", "Skriv hvorfor.")), _FRAME),
    ),
}
