"""Samples: names in posts, one of them, a file of names before its yes; one's own settings."""

from dataclasses import replace
from types import MappingProxyType
from uuid import UUID

from service.casework.organisation.roster_listing import RosterLine, RosterPage
from service.casework.own_settings import Pictures
from service.web.views.frame import Place
from service.web.views.organisation import ChangeGroup
from service.web.views.own_settings import OwnSettingsView
from service.web.views.roster import NamesFileView, NameView, RosterView
from tests.service.web.samples.around import ago, ahead, frame, page, wrong

_METTE = RosterLine(
    UUID(int=1), UUID(int=2), "Mette Leder", ("Mulle", "Søs"), ("Bibliotekschef",), "Biblioteket"
)
_VILMA = RosterLine(
    UUID(int=3),
    None,
    "Vilma Vikar",
    ("Vikkeren",),
    ("vikar", "afløser"),
    "Skolen",
    ago(days=20),
    ahead(days=345),
)
_OLE = RosterLine(None, UUID(int=4), "Ole Anden", (), ("Pædagog",), "Skolen")
_PAGE = RosterPage((_METTE, _VILMA), (), more=True, count=62, working_here=412)
_FILE = NamesFileView(
    "cfc90f6df7f51b14",
    "/roster/import/1",
    (
        ChangeGroup("Nye navne (1)", "added", (("Vilma Vikar", "Vikkeren, vikar, Skolen"),)),
        ChangeGroup("Er fratrådt (1)", "ended", (("Per Præst", ""),)),
    ),
    ((4, "Flere, der arbejder her, hedder Lars Hansen. Skriv mailadresse eller nummer."),),
    ("12 rækker siger intet nyt: personerne kendes allerede.",),
    changed_meanwhile=True,
)
_FRAME = frame(
    Place.ROSTER,
    name="Sanne Side",
    role="page_team",
    places=(Place.TODAY, Place.HAND_IN, Place.QUEUE, Place.CAPTURE, Place.ROSTER, Place.RIGHTS),
)

SAMPLES = MappingProxyType(
    {
        "own_settings": (
            "own_settings.html",
            page(OwnSettingsView("da", Pictures.SOFT), replace(_FRAME, here=None, pictures="soft")),
        ),
        "roster": ("roster.html", page(RosterView("", _PAGE, may_change=True, days=365), _FRAME)),
        "roster_found": (
            "roster.html",
            page(
                RosterView(
                    "ole",
                    RosterPage((), (_OLE,), more=False, count=62, working_here=412),
                    may_change=True,
                    days=365,
                    form=wrong("name", "Navnet står her allerede."),
                ),
                _FRAME,
            ),
        ),
        "roster_name": (
            "roster_name.html",
            page(NameView(_VILMA, "/roster/entries/1", may_change=True, days=365), _FRAME),
        ),
        "roster_person": (
            "roster_name.html",
            page(NameView(_METTE, "/roster/people/2", may_change=True, days=365), _FRAME),
        ),
        "roster_standing": (
            "roster_name.html",
            page(
                NameView(
                    replace(_VILMA, ended_at=None), "/roster/entries/1", may_change=True, days=365
                ),
                _FRAME,
            ),
        ),
        "roster_read": (
            "roster_name.html",
            page(NameView(_METTE, "/roster/people/2", may_change=False, days=365), _FRAME),
        ),
        "roster_import": ("roster_import.html", page(NamesFileView(), _FRAME)),
        "roster_plan": ("roster_import.html", page(_FILE, _FRAME)),
    }
)
