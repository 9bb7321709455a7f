"""Samples: the table of rights, one right, what a change means, and what was changed."""

from service.web.views.frame import Place
from service.web.views.rights import (
    ChangesView,
    ChangeView,
    Refused,
    RightMeaningView,
    RightsCell,
    RightsRoom,
    RightsRow,
    RightsView,
    RightView,
    WayChoice,
)
from tests.service.web.samples.around import ago, frame, page, wrong

_URL = "/rights/of/hr/case.see"
_FULL = RightsCell((("full", "unit", None),))
_OWN = RightsCell((("own", "self", None),))
_INVITED = ("full", "circle", "invited")
_STEP = ("status", "all", "step")
_HR = ("status", "circle", "invited")
_ROLES = ("employee", "leader", "hr", "director", "lawyer")
_ROOMS = (
    RightsRoom(
        "evidence",
        (
            RightsRow("evidence.hand_in", (_OWN, _FULL, _OWN, _OWN, _FULL)),
            RightsRow(
                "evidence.view", (_OWN, _FULL, RightsCell(()), RightsCell((_INVITED,)), _FULL)
            ),
        ),
    ),
    RightsRoom(
        "cases",
        (
            RightsRow(
                "case.see",
                (
                    RightsCell((("status", "self", None),)),
                    _FULL,
                    RightsCell((), (_HR,), _URL),
                    RightsCell((_INVITED, _STEP)),
                    RightsCell((("full", "all", None),)),
                ),
            ),
        ),
    ),
)
_WAITING = ChangeView(
    key="1",
    action="case.see",
    role="hr",
    before=(_HR,),
    after=(("status", "unit", None),),
    widens=True,
    state="waiting",
    asked_at=ago(hours=3),
    whole=True,
    reason="HR følger op på fraværet i hele centret.",
    asked_by="Ole Drift",
    agree_url="/rights/changes/1/agree",
    refuse_url="/rights/changes/1/refuse",
)
_PAST = (
    ChangeView(
        "2",
        "case.see",
        "secretary",
        (_STEP, _HR),
        (),
        widens=False,
        state="in_force",
        asked_at=ago(days=3),
        ended_at=ago(days=3),
        whole=True,
        reason="Sekretariatet er ikke med i sagerne hos os.",
        asked_by="Ole Drift",
        ended_by="Ole Drift",
    ),
    ChangeView(
        "3",
        "evidence.view",
        "hr",
        (),
        (_INVITED,),
        widens=True,
        state="refused",
        asked_at=ago(days=9),
        ended_at=ago(days=8),
        whole=True,
        reason="HR vil læse med.",
        answer="HR kan følge sagen uden at læse beskederne.",
        ended_by="Jura Jensen",
    ),
)
_CHOICES = (
    WayChoice("full-all", ("full", "all", None), chosen=False),
    WayChoice("status-circle-invited", _HR, chosen=True),
    WayChoice("status-all-step", _STEP, chosen=False),
)
_MEANING = RightMeaningView(
    "case.see",
    "hr",
    (_HR,),
    (_HR, _STEP),
    widens=True,
    shipped=False,
    holders=4,
    agreeing=2,
    chosen=("status-circle-invited", "status-all-step"),
    url=_URL,
    back=_URL,
)
_HERE = frame(Place.RIGHTS)
SAMPLES = {
    "rights": (
        "rights.html",
        page(
            RightsView(
                _ROLES,
                _ROOMS,
                "hr",
                "leader",
                differing=1,
                waiting=1,
                watch_url="/unusual-viewings",
            ),
            _HERE,
        ),
    ),
    "right": (
        "right.html",
        page(
            RightView("case.see", "hr", (_HR,), (_HR,), _CHOICES, f"{_URL}/meaning", "/rights"),
            _HERE,
        ),
    ),
    "right_refused": (
        "right.html",
        page(
            RightView(
                "evidence.seal_off",
                "leader",
                (("full", "unit", None),),
                (("full", "unit", None),),
                _CHOICES,
                f"{_URL}/meaning",
                "/rights",
                fixed="shutting",
                floor=True,
                refused=Refused("right-needs-another", "evidence.seal_off", "evidence.see"),
            ),
            _HERE,
        ),
    ),
    "right_fixed": (
        "right.html",
        page(
            RightView(
                "case.see", "operator", (), (), (), _URL, "/rights", fixed="no_content", waits=True
            ),
            _HERE,
        ),
    ),
    "right_meaning": ("right_meaning.html", page(_MEANING, _HERE)),
    "rights_changes": (
        "rights_changes.html",
        page(
            ChangesView(
                (_WAITING,),
                _PAST,
                more_url="/rights/changes",
                form=wrong("reason", "Skriv hvorfor ikke."),
                refusing="1",
            ),
            _HERE,
        ),
    ),
    "rights_changes_empty": ("rights_changes.html", page(ChangesView((), ()), _HERE)),
}
