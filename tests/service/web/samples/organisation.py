"""Samples: the tree, a unit, people, a file before its yes, absence, the duty list."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from service.casework.organisation.away import AwayLine, DeputyLine
from service.casework.organisation.duties import OnDuty
from service.casework.organisation.listing import (
    PersonFacts,
    PersonLine,
    RoleLine,
    UnitFacts,
    UnitLine,
)
from service.web.views.frame import Place
from service.web.views.hours import HoursView
from service.web.views.organisation import (
    AbsenceView,
    ChangeGroup,
    DutyLineView,
    DutyView,
    GapView,
    ImportView,
    OrganisationView,
    PeopleView,
    PersonView,
    UnitView,
)
from tests.service.web.samples.around import ago, ahead, frame, page, wrong

_IDS = [UUID(int=number) for number in range(9)]
_CHOICES = ((str(_IDS[1]), "Center for Kultur"), (str(_IDS[2]), "\u2003Biblioteket"))
_METTE = PersonLine(
    _IDS[5], "Mette Leder", "Bibliotekschef", "mette@havn.example", "Biblioteket", has_left=False
)
_OLE = PersonLine(_IDS[6], "Ole Anden", None, "ole@havn.example", "Biblioteket", has_left=True)
_DUTY = (
    OnDuty(_IDS[5], "Mette Leder", "mette@havn.example", "70 10 20 32", "da", ahead(hours=5)),
    OnDuty(_IDS[6], "Åse Øst", None, None, "nb", ahead(hours=5), "Ole Anden"),
)
_UNIT = UnitFacts(
    _IDS[1],
    "Center for Kultur",
    "10",
    None,
    by_file=True,
    ended=False,
    people=(_METTE,),
    more=True,
    below=(UnitLine(_IDS[2], "Biblioteket", 1, 24),),
    holders=((_IDS[5], "Mette Leder", "leader"),),
)
_AWAY = (AwayLine(_IDS[7], ahead(days=3), ahead(days=6)), AwayLine(_IDS[8], ahead(days=30), None))
_DEPUTIES = (DeputyLine(_IDS[7], "Ole Anden", ago(days=2), None, has_left=True),)
_PERSON = PersonFacts(
    _IDS[5],
    "Mette Leder",
    "mette@havn.example",
    "1002",
    "Bibliotekschef",
    "70 10 20 32",
    "da",
    _IDS[2],
    by_file=True,
    ended_at=None,
    signs_in=True,
    invited=None,
    roles=(
        RoleLine(_IDS[3], "leader", "Biblioteket", ahead(days=30), by_group=False, by_file=True),
        RoleLine(_IDS[4], "amr", None, None, by_group=True, by_file=False),
    ),
    absences=_AWAY,
    deputies=_DEPUTIES,
)
_PLAN = ImportView(
    plan="cfc90f6df7f51b14",
    apply_url="/organisation/import/1",
    groups=(
        ChangeGroup("Ny enhed (1)", "unit_added", (("Musikskolen", "enheden over: Kultur"),)),
        ChangeGroup("Person fratræder (1)", "person_ended", (("Per Pension", ""),)),
    ),
    unusable=((7, "»forkert« er ikke en mailadresse."), (8, "»tryller« er ikke en rolle.")),
    notes=("Kolonner, der ikke siger noget her: Alder.",),
    withheld="3 personer fra tidligere filer mangler i denne.",
    changed_meanwhile=True,
)
_LIST = DutyView(
    _DUTY,
    (GapView(ahead(days=2), ahead(days=4)),),
    (
        DutyLineView(
            "Mette Leder",
            "70 10 20 32",
            "mandag til fredag",
            "16.00–08.00",
            ago(days=3),
            ahead(days=30),
            2,
            "/organisation/duty/1/end",
        ),
    ),
    "2027-02-01",
    wrong("email", "Ingen her har den mailadresse."),
)


_FRAME = frame(
    Place.ORGANISATION,
    name="Dorte Drift",
    role="operator",
    places=(Place.TODAY, Place.OPERATIONS, Place.ORGANISATION, Place.RIGHTS),
)


def _sample(template: str, view: object) -> tuple[str, Mapping[str, Any]]:
    return template, page(view, _FRAME)


SAMPLES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "organisation": _sample(
        "organisation.html",
        OrganisationView(
            (UnitLine(_IDS[1], "Center for Kultur", 0, 3), UnitLine(_IDS[2], "Biblioteket", 1, 1)),
            4,
            _CHOICES,
            _DUTY,
            wrong("name", "Det navn tilhører allerede en anden."),
        ),
    ),
    "organisation_unit": _sample("organisation_unit.html", UnitView(_UNIT, _CHOICES, "")),
    "organisation_people": _sample(
        "organisation_people.html", PeopleView("o", (_METTE, _OLE), more=True, choices=_CHOICES)
    ),
    "organisation_person": _sample(
        "organisation_person.html",
        PersonView(_PERSON, "Biblioteket", _CHOICES, ("leader", "amr"), is_oneself=False),
    ),
    "organisation_plan": _sample("organisation_import.html", _PLAN),
    "absence": _sample(
        "absence.html",
        AbsenceView(_AWAY, _DEPUTIES, wrong("deputy-email", "Ingen her har den mailadresse.")),
    ),
    "hours": _sample(
        "hours.html",
        HoursView(
            "/my-absence/hours",
            "/my-absence/hours/clear",
            "/my-absence",
            "mandag til fredag fra 08:00 til 16:00",
            own=True,
            days=frozenset({2, 4}),
            form=wrong("ends", "Vælg mindst én dag og en sluttid, der er senere end starttiden."),
        ),
    ),
    "duty": _sample("duty.html", _LIST),
}
