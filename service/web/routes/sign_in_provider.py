"""Signing in and out by the municipality's own provider (OpenID Connect, code flow with PKCE).

Both ways are GET, as the protocol has it: the first writes nothing, and the
second only on the answer to a sign-in that this very browser began.
"""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

import structlog
from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.access.identities import BY_PROVIDER, signed_in_person
from service.access.oidc.begun import LASTS, Answer, Begun, Seals, begin, cookie_of, use_up
from service.access.oidc.claims import Claims
from service.errors import (
    PersonNotEntered,
    ProviderRefused,
    ProviderSignInFailed,
    ProviderSilent,
    SignInNotBegunHere,
)
from service.installation import Installation
from service.web.dependencies import House, Now, Public
from service.web.entering import enter, led_in, set_cookie
from service.web.frames import frame_for_nobody
from service.web.paths import inner_path
from service.web.problems import status_of
from service.web.routes.sign_in import sign_in_page
from service.web.views.access import SignedOutView, SignInRefusal, SignInView

if TYPE_CHECKING:
    from archive.records.people import PersonRecord
    from service.access.oidc.provider import Provider

router = APIRouter(include_in_schema=False, prefix="/sign-in/provider")
_OPEN = Public("whoever signs in is not signed in yet")
_GONE = Public("whoever has signed out is not signed in any more")
_REFUSALS: dict[type[ProviderSignInFailed], SignInRefusal] = {
    ProviderSilent: SignInRefusal.PROVIDER_SILENT,
    SignInNotBegunHere: SignInRefusal.NOT_BEGUN,
    ProviderRefused: SignInRefusal.PROVIDER_REFUSED,
    PersonNotEntered: SignInRefusal.NOT_ENTERED,
}
_Sent = Annotated[str | None, Query(max_length=4096)]
log = structlog.get_logger("vaern.sign_in")


@router.get("", dependencies=[Depends(_OPEN)])
def lead_out(request: Request, house: House, now: Now, next: str = "/") -> Response:  # noqa: A002 — the parameter's public name
    """Lead a browser to the provider, with what it must bring back."""
    if (known := _provider(request)) is None:
        return _to_the_door()
    provider, seals = known
    begun = begin(inner_path(next))
    try:
        door = provider.door(begun, _back(request, house), now)
    except ProviderSignInFailed as failed:
        return _told(request, failed, begun.next)
    answer = RedirectResponse(door, HTTPStatus.SEE_OTHER)
    set_cookie(answer, house, begun.cookie, seals.seal(begun, now), LASTS, path=router.prefix)
    return answer


@router.get("/back", dependencies=[Depends(_OPEN)])
def come_back(
    request: Request,
    house: House,
    now: Now,
    code: _Sent = None,
    state: _Sent = None,
    error: _Sent = None,
    iss: _Sent = None,
) -> Response:
    """Open a session for whom the provider names; say calmly why not, where it comes to nothing."""
    if (known := _provider(request)) is None:
        return _to_the_door()
    provider, seals = known
    next_path, cookie = "/", cookie_of(state or "")
    try:
        begun = seals.open(request.cookies.get(cookie), state or "", now)
        next_path = inner_path(begun.next)
        house.gate.run(lambda session: use_up(session, begun, now))
        if error is not None or code is None:
            raise ProviderRefused(
                "went_back" if error == "access_denied" else "refused_by_provider"
            )
        said = provider.claims(Answer(code, iss), begun, _back(request, house), now)
        answer = _led_in(request, house, said, begun, now)
    except ProviderSignInFailed as failed:
        answer = _told(request, failed, next_path)
    answer.delete_cookie(cookie, path=router.prefix)
    return answer


@router.get("/out", dependencies=[Depends(_GONE)])
def offer_way_out(request: Request, house: House, now: Now) -> Response:
    """Say that the session here has ended, and offer to end the one at the provider too."""
    if (known := _provider(request)) is None:
        return _to_the_door()
    provider, _ = known
    door = provider.way_out(f"{_base(request, house)}{router.prefix}/signed-out", now)
    view = SignedOutView(provider=_name(house), way_out=door)
    context = {"frame": frame_for_nobody(request), "view": view}
    answer: Response = request.app.state.templates.response(request, "signed_out.html", context)
    return answer


@router.get("/signed-out", dependencies=[Depends(_GONE)])
def come_back_signed_out() -> Response:
    """Take in whom the provider has signed out too."""
    return RedirectResponse("/sign-in?refusal=signed_out", HTTPStatus.SEE_OTHER)


def _led_in(
    request: Request, house: Installation, said: Claims, begun: Begun, now: datetime
) -> Response:
    def found(session: Session) -> PersonRecord:
        return signed_in_person(session, said, house.settings, now)

    try:
        person = house.gate.run(found)
    except IntegrityError:
        # In another tab they came for the first time at the same moment: now they are known.
        person = house.gate.run(found)
    entered = enter(request, house, person, now, way=BY_PROVIDER, acr=said.acr, amr=said.amr)
    return led_in(house, entered, begun.next)


def _told(request: Request, failed: ProviderSignInFailed, next_path: str) -> Response:
    """Answer with the sign-in page; the log has our own code, the page plain words."""
    request_id = getattr(request.state, "id", None)
    log.warning("sign_in.provider_failed", code=failed.code, request=request_id)
    refusal = next(
        (said for kind, said in _REFUSALS.items() if isinstance(failed, kind)),
        SignInRefusal.PROVIDER_NOT_BELIEVED,
    )
    view = SignInView(next=next_path, refusal=refusal, reference=request_id)
    return sign_in_page(request, view, status_of(failed)[0])


def _provider(request: Request) -> tuple[Provider, Seals] | None:
    """Return what signs people in, where it is set."""
    provider: Provider | None = request.app.state.provider
    seals: Seals = request.app.state.begun_seals
    return (provider, seals) if provider is not None else None


def _to_the_door() -> Response:
    """Lead whoever has kept an address of a provider that is set no longer to the other ways in."""
    return RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)


def _back(request: Request, house: Installation) -> str:
    return f"{_base(request, house)}{router.prefix}/back"


def _base(request: Request, house: Installation) -> str:
    """Return where people reach us; what only the request says of it, the provider may refuse."""
    return (house.settings.url or str(request.base_url)).rstrip("/")


def _name(house: Installation) -> str:
    return house.settings.oidc_name or house.settings.municipality
