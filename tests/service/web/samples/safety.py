"""Samples: cases in outline, for the safety representative; danger, for whoever is on duty."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

from service.casework.cases.alerts import InDanger
from service.casework.cases.danger import OwnAlert
from service.web.views.alert import AlertView
from service.web.views.danger import DangerView
from service.web.views.frame import Place
from service.web.views.outlines import OutlineRow, OutlineStep, OutlinesView
from tests.service.web.samples.around import EMPLOYEE, ago, frame, page, wrong

AMR = (Place.TODAY, Place.MY_CASE, Place.HAND_IN, Place.SAFETY, Place.RIGHTS)
_STEPS = (
    OutlineStep("12.1", "Ring 112 ved akut fare", "not_relevant", late=False),
    OutlineStep("12.2", "Gem det, der er sket", "done", late=False),
    OutlineStep("12.3", "Tal med medarbejderen", "done", late=False),
    OutlineStep("12.6", "Overvej, hvem der skal vide det", "open", late=True),
    OutlineStep("12.9", "Beslut, om det skal meldes til politiet", "waiting", late=False),
    OutlineStep("12.11", "Følg op efter en uge og en måned", "waiting", late=False),
)
_ROWS = (
    OutlineRow(
        "2027-014", "Ubehagelig mail", "Borgerservice", ago(days=3).date(), None, 3, 6, _STEPS
    ),
    OutlineRow(
        "2027-009", "Opslag på en side", "Biblioteket", ago(days=20).date(), None, 5, 6, _STEPS
    ),
)


def _framed() -> Any:
    return frame(Place.SAFETY, name="Asta Krogh", role="amr", places=AMR)


_ALERT = AlertView(
    "/alerts/1", "2027-014", ago(minutes=7), 2, ago(minutes=2), None, None, None, "70 20 30 40"
)
_TAKEN = replace(_ALERT, over_at=ago(minutes=1), taken_by="Vagn Vagt", case_url="/cases/2027-014")
_ANNA = replace(
    _ALERT, in_danger=InDanger("Amira Hansen", "20 30 40 50", "Borgerservice", "På lageret")
)
_OWN = OwnAlert(UUID(int=3), "2027-014", ago(minutes=4), None, None, reachable=True)
_SAID = replace(_OWN, told_at=ago(minutes=3), words="På lageret, døren er låst.")
_HELD = replace(_SAID, over_at=ago(minutes=1), taken_by="Vagn Vagt", taken_phone="70 20 30 41")


def _danger(alert: OwnAlert | None, **more: object) -> tuple[str, Any]:
    view = DangerView(alert, **more)  # type: ignore[arg-type]  # keyword bag of a sample
    place = frame(Place.MY_CASE, name="Amira Hansen", role="employee", places=EMPLOYEE)
    return "danger.html", page(view, place)


SAMPLES = MappingProxyType(
    {
        "alert_person": ("alert.html", page(_ANNA, frame())),
        "danger": _danger(None, on_duty=("Vagn Vagt",), own_phone="20 30 40 50"),
        "danger_nobody": _danger(None, guard_phone="70 20 30 40"),
        "danger_told": _danger(_SAID, form=wrong("text", "Skriv et par ord først.")),
        "danger_telling": _danger(_OWN),
        "danger_taken": _danger(_HELD),
        "danger_over": _danger(replace(_SAID, over_at=ago(minutes=1))),
        "danger_late": _danger(replace(_OWN, late=True)),
        "danger_unreachable": _danger(replace(_OWN, reachable=False)),
        "alert": ("alert.html", page(_ALERT, frame())),
        "alert_taken": ("alert.html", page(_TAKEN, frame())),
        "safety": ("safety.html", page(OutlinesView(_ROWS, 1, 5, more_url="/safety"), _framed())),
        "safety_small": ("safety.html", page(OutlinesView((), 2, 5), _framed())),
        "safety_empty": ("safety.html", page(OutlinesView((), 0, 5), _framed())),
    }
)
