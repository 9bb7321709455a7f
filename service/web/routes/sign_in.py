"""Signing in and out, and the choice of language."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse, Response

from service.access.factors import has_factor, must_have_factor
from service.access.first_start import nobody_is_here
from service.access.identities import came_by_provider
from service.access.people import end_session, password_hash_of
from service.access.principal import Principal
from service.access.sealed_account import sealed_standing
from service.access.tries import Try, begin_try, succeeded, taken_back
from service.errors import TooManySignIns
from service.installation import Installation
from service.web.callers import caller_of
from service.web.dependencies import (
    COOKIE,
    FormModel,
    House,
    Now,
    PageRight,
    Public,
    installation_of,
    require_same_origin,
)
from service.web.entering import DEVICE_COOKIE, enter, led_half_way, led_in
from service.web.frames import LANGUAGE_COOKIE, frame_for_anyone
from service.web.passkey_asking import party_at
from service.web.paths import inner_path
from service.web.rendering import LANGUAGES
from service.web.views.access import SignInRefusal, SignInView
from service.web.views.frame import FormState

if TYPE_CHECKING:
    from archive.records.people import PersonRecord

router = APIRouter(include_in_schema=False)
_OPEN = Public("whoever signs in is not signed in yet")
_YEAR = 365 * 24 * 3600


class SignInForm(BaseModel):
    """Address and password; there is no session yet that a form token could belong to."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=320)
    password: str = Field(max_length=1024)
    next: str = "/"
    csrf_token: str = ""


class LanguageForm(BaseModel):
    """A language of ours and where to go back to."""

    model_config = ConfigDict(extra="forbid")

    language: str
    next: str = "/"
    csrf_token: str = ""


@router.get("/sign-in", dependencies=[Depends(_OPEN)])
def ask(request: Request, next: str = "/", refusal: SignInRefusal | None = None) -> Response:  # noqa: A002 — the parameter's public name
    """Show the sign-in page."""
    passkeys = party_at(request, installation_of(request)) is not None
    view = SignInView(next=inner_path(next), refusal=refusal, passkeys=passkeys)
    return sign_in_page(request, view, HTTPStatus.OK)


@router.post("/sign-in", dependencies=[Depends(_OPEN)])
def sign_in(
    request: Request, house: House, form: Annotated[SignInForm, Form()], now: Now
) -> Response:
    """Open a session, or ask for the second factor of whoever has one.

    A wrong try says only that the two do not fit together, and how long to wait; whether there is
    such an account makes no difference, neither in words nor in time.
    """
    require_same_origin(request)
    caller, device = caller_of(request), request.cookies.get(DEVICE_COOKIE)
    tried = house.gate.run(lambda session: begin_try(session, form.email, caller, device, now))
    if tried.wait:
        return _refused(request, form, SignInRefusal.WAIT, tried.wait)
    person = _whose_password_fits(request, house, form, tried, now)
    if person is None:
        return _refused(request, form, SignInRefusal.WRONG, tried.next_wait)
    with house.database.reading() as session:
        owes = has_factor(session, person.id)
        sets_up = not owes and must_have_factor(session, person, house.settings, now)
    if owes or sets_up:
        house.gate.run(lambda session: succeeded(session, tried))
        return led_half_way(house, person, form.next, now, sets_up=sets_up)
    entered = enter(
        request, house, person, now, way="password", also=lambda session: succeeded(session, tried)
    )
    return led_in(house, entered, form.next)


@router.post("/sign-out")
def sign_out(
    request: Request,
    form: Annotated[FormModel, Form()],
    who: Annotated[Principal, Depends(PageRight("today.see"))],
    house: House,
    now: Now,
) -> Response:
    """End the session."""
    form.check(who)
    with house.database.writing() as session:
        at_provider = came_by_provider(session, request.cookies[COOKIE])
        end_session(session, request.cookies[COOKIE], now)
    # Who came by the provider is still signed in there: the next one at this machine would be them.
    offered = at_provider and request.app.state.provider is not None
    answer = RedirectResponse(
        "/sign-in/provider/out" if offered else "/sign-in?refusal=signed_out", HTTPStatus.SEE_OTHER
    )
    answer.delete_cookie(COOKIE, path="/")
    return answer


@router.post("/language", dependencies=[Depends(_OPEN)])
def choose(request: Request, form: Annotated[LanguageForm, Form()]) -> Response:
    """Remember the language of this browser."""
    require_same_origin(request)
    answer = RedirectResponse(inner_path(form.next), HTTPStatus.SEE_OTHER)
    if form.language in LANGUAGES:
        answer.set_cookie(
            LANGUAGE_COOKIE, form.language, max_age=_YEAR, httponly=True, samesite="lax"
        )
    return answer


def _whose_password_fits(
    request: Request, house: Installation, form: SignInForm, tried: Try, now: datetime
) -> PersonRecord | None:
    with house.database.reading() as session:
        person, kept = password_hash_of(session, form.email)
    if person is not None and person.ended_at is not None and person.ended_at <= now:
        person, kept = None, None
    try:
        fits = request.app.state.passwords.fits(form.password, kept)
    except TooManySignIns:
        house.gate.run(lambda session: taken_back(session, tried))
        raise
    return person if fits else None


def _refused(request: Request, form: SignInForm, refusal: SignInRefusal, seconds: int) -> Response:
    view = SignInView(
        next=inner_path(form.next),
        passkeys=party_at(request, installation_of(request)) is not None,
        refusal=refusal,
        retry_after=seconds or None,
        form=FormState(values={"email": form.email}),
    )
    waits = refusal is SignInRefusal.WAIT
    answer = sign_in_page(
        request, view, HTTPStatus.TOO_MANY_REQUESTS if waits else HTTPStatus.UNAUTHORIZED
    )
    if seconds:
        answer.headers["Retry-After"] = str(seconds)
    return answer


def sign_in_page(request: Request, view: SignInView, status: HTTPStatus) -> Response:
    """Return the page on which people sign in, with whatever ways there are."""
    frame, house = frame_for_anyone(request), installation_of(request)
    settings = house.settings
    with house.database.reading() as session:
        standing = sealed_standing(session)
        nobody = nobody_is_here(session)
    in_safe = standing is not None and standing.opened_at is None
    view = replace(view, nobody=nobody, sealed=in_safe)
    if request.url.path != "/sign-in":
        # Whoever changes the language here comes back to the page, not to an answer that is used.
        asked = urlencode({"next": view.next, "refusal": view.refusal or ""})
        frame = replace(frame, path=f"/sign-in?{asked}")
    if settings.signs_in_by_provider:
        view = replace(view, provider=settings.oidc_name or settings.municipality)
    answer: Response = request.app.state.templates.response(
        request, "sign_in.html", {"frame": frame, "view": view}, status_code=status.value
    )
    return answer
