"""The frame of every screen, filled from settings, request and the one who is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fastapi import Request

from service.access.principal import Principal
from service.access.rights import Scope
from service.errors import NotSignedIn
from service.settings import Settings
from service.web.dependencies import installation_of, signed_in
from service.web.rendering import choose_language
from service.web.views.frame import Frame, HelpLines, Notice, Place, SignedIn

LANGUAGE_COOKIE = "vaern_language"

_NEEDS: Mapping[Place, str] = MappingProxyType(
    {
        Place.TODAY: "today.see",
        Place.HAND_IN: "evidence.hand_in",
        Place.QUEUE: "queue.see",
        Place.TRIAGE: "triage.sort",
        Place.CASES: "case.see",
        Place.SAFETY: "case.outline",
        Place.EVIDENCE: "evidence.see",
        Place.SEARCH: "evidence.see",
        Place.CAPTURE: "page.capture",
        Place.OPERATIONS: "operations.see",
        Place.ORGANISATION: "organisation.see",
        Place.ROSTER: "roster.see",
        Place.RIGHTS: "rights.see",
    }
)


def places_of(who: Principal) -> tuple[Place, ...]:
    """Return where a person may go, in the order of the navigation."""
    return tuple(place for place in Place if _open_to(who, place))


def _open_to(who: Principal, place: Place) -> bool:
    if place is Place.MY_CASE:
        return who.main_role == "employee"
    if place is Place.TODAY and who.main_role == "employee":
        return False  # What waits for the employee concerned stands in "Min sag".
    reaches = who.reaches(_NEEDS[place])
    if place is Place.CASES:
        # One's own cases stand under "Min sag".
        return any(reach.scope is not Scope.SELF for reach in reaches)
    return bool(reaches)


def frame_for(
    request: Request,
    who: Principal,
    here: Place | None = None,
    *,
    notice: Notice | None = None,
    waiting: Mapping[Place, int] = MappingProxyType({}),
) -> Frame:
    """Return the frame for somebody who is signed in."""
    house = installation_of(request)
    return Frame(
        municipality=house.settings.municipality,
        language=language_of(request, who),
        now=house.clock.now(),
        path=_path(request),
        help=help_lines(house.settings),
        here=here,
        person=SignedIn(who.name, who.main_role, own=who.may("security.own")),
        places=places_of(who),
        waiting=waiting,
        csrf=who.form_token,
        notice=notice,
        pictures=who.pictures,
        says_danger=who.may("danger.say"),
    )


def language_of(request: Request, who: Principal) -> str:
    """Return the language that a page for somebody who is signed in is written in."""
    return _language(request, who.language)


def frame_for_anyone(request: Request) -> Frame:
    """Return a frame for an error or the sign-in page; signed in or not."""
    try:
        return frame_for(request, signed_in(request, installation_of(request)))
    except NotSignedIn:
        return frame_for_nobody(request)


def frame_for_nobody(request: Request) -> Frame:
    """Return a frame that names nobody, whoever is signed in."""
    house = installation_of(request)
    return Frame(
        municipality=house.settings.municipality,
        language=_language(request, None),
        now=house.clock.now(),
        path=_path(request),
        help=help_lines(house.settings),
    )


def help_lines(settings: Settings) -> HelpLines:
    """Return where help is, as the municipality has set it."""
    return HelpLines(
        duty_phone=settings.duty_phone,
        counselling_name=settings.counselling_name,
        counselling_phone=settings.counselling_phone,
        counselling_url=settings.counselling_url,
        counselling_hours=settings.counselling_hours,
        hotline_name=settings.hotline_name,
        hotline_phone=settings.hotline_phone,
    )


def _language(request: Request, own: str | None) -> str:
    chosen = request.cookies.get(LANGUAGE_COOKIE) or own
    return choose_language(chosen, request.headers.get("accept-language"))


def _path(request: Request) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.url.path}{query}"
