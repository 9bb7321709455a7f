"""Samples: cases in outline, for the safety representative; danger, for whoever is on duty."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

from service.web.views.alert import AlertView
from service.web.views.frame import Place
from service.web.views.outlines import OutlineRow, OutlineStep, OutlinesView
from tests.service.web.samples.around import ago, frame, page

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

SAMPLES = MappingProxyType(
    {
        "alert": ("alert.html", page(_ALERT, frame())),
        "alert_taken": ("alert.html", page(_TAKEN, frame())),
        "safety": ("safety.html", page(OutlinesView(_ROWS, 1, 5, more_url="/safety"), _framed())),
        "safety_small": ("safety.html", page(OutlinesView((), 2, 5), _framed())),
        "safety_empty": ("safety.html", page(OutlinesView((), 0, 5), _framed())),
    }
)
