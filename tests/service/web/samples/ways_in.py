"""Samples: the first start, a paper for the safe, its door, an invitation, programs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from service.access.invitations import Invited, InvitedState
from service.casework.organisation.listing import PersonLine
from service.web.views.access import SignInView
from service.web.views.frame import Place
from service.web.views.organisation import (
    ImportView,
    PeopleView,
    ProgramLine,
    ProgramsView,
)
from service.web.views.ways_in import (
    FirstStartView,
    SealedDoorView,
    SealedSecretView,
    WelcomeView,
)
from tests.service.web.samples.around import ago, ahead, frame, outside, page, wrong

_SECRET = "2ydv-ofdn-uz35-bgo7-jadr-exv2-xo3o-42gt"
_TOKEN = "vaern_DuzMENIx9m1tSvWjt2MFOpz8OW175pSA2s8-buN0jjk"
_FRAME = frame(
    Place.ORGANISATION,
    name="Dorte Drift",
    role="operator",
    places=(Place.TODAY, Place.OPERATIONS, Place.ORGANISATION, Place.RIGHTS),
)
_CHOICES = ((str(UUID(int=1)), "Center for Kultur"), (str(UUID(int=2)), "\u2003Biblioteket"))
_FIRST = FirstStartView("/first-start/x")
_USED = ProgramLine(
    "Journalen",
    "archivist",
    None,
    ago(days=40),
    ahead(days=300),
    ago(minutes=4),
    None,
    "valid",
    "/organisation/programs/1/end",
)
_NEW = replace(_USED, name="Skanneren på Biblioteket", unit="Biblioteket", last_used_at=None)
_ENDED = replace(_USED, name="Det gamle", revoked_at=ago(days=2), state="revoked", end_url=None)
_OVER = replace(_ENDED, name="Prøven", revoked_at=None, last_used_at=None, expires_at=ago(days=9))
_PROGRAMS = ProgramsView(
    (_USED, _NEW), (_ENDED, _OVER), _CHOICES, ("leader", "archivist"), may_change=True
)
_WAITING = tuple(
    PersonLine(UUID(int=number), name, None, None, None, False, Invited(state, at, until))
    for number, (name, state, at, until) in enumerate(
        (
            ("Anna Holm", InvitedState.TOLD, ago(days=2), ahead(days=5)),
            ("Bent Lund", InvitedState.OVER, ago(days=30), ago(days=23)),
            ("Carl Nord", InvitedState.ON_ITS_WAY, None, None),
            ("Dina Sund", InvitedState.NEVER, None, None),
            ("Erik Vest", InvitedState.NO_ADDRESS, None, None),
            ("Frida Øst", InvitedState.NOT_SENT, None, None),
        )
    )
)


def _outside(template: str, view: object) -> tuple[str, Mapping[str, Any]]:
    return template, page(view, outside())


def _inside(template: str, view: object) -> tuple[str, Mapping[str, Any]]:
    return template, page(view, _FRAME)


SAMPLES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "first_start": _outside("first_start.html", _FIRST),
    "first_start_wrong": _outside(
        "first_start.html", replace(_FIRST, form=wrong("municipality", "Skriv, hvad den hedder."))
    ),
    "first_start_set": _outside(
        "first_start.html",
        replace(
            _FIRST,
            municipality="Havn Kommune",
            archive_address="arkiv@havn.example",
            provider="Havn",
        ),
    ),
    "first_start_used": _outside("first_start.html", FirstStartView(None, anybody=True)),
    "first_start_over": _outside("first_start.html", FirstStartView(None)),
    "sign_in_nobody": _outside("sign_in.html", SignInView("/", nobody=True)),
    "sign_in_sealed": _outside("sign_in.html", SignInView("/", sealed=True)),
    "sealed_secret": _outside(
        "sealed_secret.html",
        SealedSecretView(_SECRET, "/sign-in", first=True, email="karen@havn.example"),
    ),
    "sealed_anew": _outside("sealed_secret.html", SealedSecretView(_SECRET, "/operations")),
    "sealed_door": _outside("sealed_door.html", SealedDoorView(refused=True)),
    "welcome": _outside(
        "welcome.html", WelcomeView("/welcome/x", "Anna Holm", "anna@havn.example")
    ),
    "welcome_wrong": _outside(
        "welcome.html",
        WelcomeView(
            "/welcome/x", "Anna Holm", "anna@havn.example", wrong("password", "Den er for kort.")
        ),
    ),
    "welcome_over": _outside("welcome.html", WelcomeView(None)),
    "programs": _inside("organisation_programs.html", _PROGRAMS),
    "programs_made": _inside(
        "organisation_programs.html", replace(_PROGRAMS, made=("Journalen", _TOKEN))
    ),
    "programs_wrong": _inside(
        "organisation_programs.html",
        replace(_PROGRAMS, standing=(), ended=(), form=wrong("name", "Skriv, hvad det hedder.")),
    ),
    "people_waiting": _inside(
        "organisation_people.html",
        PeopleView("", _WAITING, more=False, choices=_CHOICES, waiting=True, not_in=6),
    ),
    "plan_invites": _inside(
        "organisation_import.html",
        ImportView(plan="cfc90f6df7f51b14", apply_url="/organisation/import/1", invites=True),
    ),
}
