"""Signing in and out, and the choice of language."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.access.people import end_session, open_session, password_hash_of
from service.access.principal import Principal
from service.errors import WrongCredentials
from service.web.dependencies import (
    COOKIE,
    FormModel,
    House,
    Now,
    PageRight,
    Public,
    is_secure,
    require_same_origin,
)
from service.web.frames import LANGUAGE_COOKIE, frame_for_anyone
from service.web.paths import inner_path
from service.web.rendering import LANGUAGES
from service.web.views.access import SignInRefusal, SignInView
from service.web.views.frame import FormState

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
    view = SignInView(next=inner_path(next), refusal=refusal)
    return _page(request, view, HTTPStatus.OK)


@router.post("/sign-in", dependencies=[Depends(_OPEN)])
def sign_in(
    request: Request, house: House, form: Annotated[SignInForm, Form()], now: Now
) -> Response:
    """Open a session; a wrong try says only that the two do not fit together."""
    require_same_origin(request)
    with house.database.reading() as session:
        person, kept = password_hash_of(session, form.email)
    if not request.app.state.passwords.fits(form.password, kept) or person is None:
        view = SignInView(
            next=inner_path(form.next),
            refusal=SignInRefusal.WRONG,
            form=FormState(values={"email": form.email}),
        )
        return _page(request, view, HTTPStatus.UNAUTHORIZED)
    if person.ended_at is not None and person.ended_at <= now:
        raise WrongCredentials("this person has left")
    before = request.cookies.get(COOKIE, "")

    def act(session: Session) -> str:
        end_session(session, before, now)
        return open_session(session, person, now)[0]

    # One who signs in again is not signed in twice: the id that was there opens nothing more.
    secret = house.gate.run(act)
    answer = RedirectResponse(inner_path(form.next), HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=house.settings.session_hours * 3600,
        path="/",
        httponly=True,
        samesite="lax",
        secure=is_secure(house.settings),
    )
    return answer


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
        end_session(session, request.cookies[COOKIE], now)
    answer = RedirectResponse("/sign-in?refusal=signed_out", HTTPStatus.SEE_OTHER)
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


def _page(request: Request, view: SignInView, status: HTTPStatus) -> Response:
    frame = frame_for_anyone(request)
    answer: Response = request.app.state.templates.response(
        request, "sign_in.html", {"frame": frame, "view": view}, status_code=status.value
    )
    return answer
