"""The second step at the door: a code from an app, a recovery code, or a passkey by itself."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from service.access.challenges import spend
from service.access.code_apps import app_of, secret_of, step_of, take_step
from service.access.factors import is_local, use_code
from service.access.half_signed_in import HalfSignIn, end_half, half_of
from service.access.passkeys import asking_options, count_use, passkeys_of, used
from service.access.recovery import is_code
from service.access.tries import Try, begin_factor_try, succeeded
from service.errors import CodeRefused, PasskeyRefused
from service.installation import Installation
from service.notices.security import Change, tell_change
from service.web.callers import caller_of
from service.web.dependencies import FormModel, House, Now, Public, require_same_origin
from service.web.entering import HALF_COOKIE, enter, led_in
from service.web.frames import frame_for_anyone
from service.web.passkey_asking import SIGN_IN, asked, challenge_of, party_at, require_party
from service.web.paths import inner_path
from service.web.views.security import CodeRefusal, SecondView

router = APIRouter(include_in_schema=False, prefix="/sign-in")
_HALF = Public("whoever gave the right password owes this before there is a session")
_PASSKEY = Public("a passkey is a sign-in by itself")


class CodeForm(FormModel):
    """A code from an app, or a recovery code; there is no session that a token could belong to."""

    code: str = Field(max_length=60)


class OptionsForm(FormModel):
    """Nothing but the asking."""


class PasskeyForm(FormModel):
    """What the browser's authenticator answered, as JSON, and where to go."""

    credential: str = Field(max_length=32_768)
    next: str = "/"


@router.get("/second", dependencies=[Depends(_HALF)])
def ask(request: Request, house: House, now: Now) -> Response:
    """Ask for the second step."""
    return _page(request, house, _half(request, house, now))


@router.post("/second", dependencies=[Depends(_HALF)])
def answer(request: Request, house: House, form: Annotated[CodeForm, Form()], now: Now) -> Response:
    """Take a code and open the session; a code that was used is as wrong as any other."""
    require_same_origin(request)
    half = _half(request, house, now)
    if is_code(form.code):
        return _by_recovery_code(request, house, half, form.code, now)
    return _by_app(request, house, half, form.code, now)


@router.post("/passkey/options", dependencies=[Depends(_PASSKEY)])
def options(
    request: Request, house: House, _form: Annotated[OptionsForm, Form()], now: Now
) -> Response:
    """Say what the browser shall ask its authenticator for."""
    require_same_origin(request)
    party = require_party(request, house)
    return asked(request, house, SIGN_IN, now, lambda one: asking_options(party, one))


@router.post("/passkey", dependencies=[Depends(_PASSKEY)])
def by_passkey(
    request: Request, house: House, form: Annotated[PasskeyForm, Form()], now: Now
) -> Response:
    """Open the session of whoever's passkey answered; it has verified its owner."""
    require_same_origin(request)
    party, challenge = require_party(request, house), challenge_of(request, SIGN_IN, now)
    with house.database.reading() as session:
        passkey, counter, person = used(session, party, challenge, form.credential, now)
        if not is_local(session, person.id):
            raise PasskeyRefused("there is no account of ours any longer")

    def count(session: Session) -> bool:
        spend(session, challenge, now)
        return count_use(session, passkey, counter, now)

    if not house.gate.run(count):
        raise PasskeyRefused("its counter stands still")
    entered = enter(request, house, person, now, way="passkey")
    return led_in(house, entered, inner_path(form.next))


def _by_app(
    request: Request, house: Installation, half: HalfSignIn, code: str, now: datetime
) -> Response:
    person, caller = half.person, caller_of(request)
    tried = house.gate.run(lambda session: begin_factor_try(session, person, caller, now))
    if tried.wait:
        return _refused(request, house, half, CodeRefusal.WAIT, tried.wait)
    with house.database.reading() as session:
        app = app_of(session, person.id)
    step = step_of(secret_of(house.vault, app), code, now) if app is not None else None
    if app is None or step is None:
        return _wrong(request, house, half, tried, now)

    def use(session: Session) -> None:
        end_half(session, half)
        if not take_step(session, app.id, step, now):
            raise CodeRefused("the code was used before")
        succeeded(session, tried)

    try:
        entered = enter(request, house, person, now, way="code", also=use)
    except CodeRefused:
        return _wrong(request, house, half, tried, now)
    return led_in(house, entered, half.next_path)


def _wrong(
    request: Request, house: Installation, half: HalfSignIn, tried: Try, now: datetime
) -> Response:
    """Refuse a code; its owner is told where there have been many, and only if none came in."""
    if tried.large:
        settings = house.settings
        house.gate.run(
            lambda session: tell_change(
                session, half.person, Change.GUESSED, settings=settings, now=now
            )
        )
    return _refused(request, house, half, CodeRefusal.WRONG, tried.next_wait)


def _by_recovery_code(
    request: Request, house: Installation, half: HalfSignIn, code: str, now: datetime
) -> Response:
    def use(session: Session) -> None:
        end_half(session, half)
        use_code(session, half.person, code, house.settings, now)

    try:
        entered = enter(request, house, half.person, now, way="recovery_code", also=use)
    except CodeRefused:
        return _refused(request, house, half, CodeRefusal.WRONG, 0)
    return led_in(house, entered, half.next_path)


def _half(request: Request, house: Installation, now: datetime) -> HalfSignIn:
    with house.database.reading() as session:
        return half_of(session, request.cookies.get(HALF_COOKIE), now)


def _refused(
    request: Request, house: Installation, half: HalfSignIn, refusal: CodeRefusal, seconds: int
) -> Response:
    waits = refusal is CodeRefusal.WAIT
    status = HTTPStatus.TOO_MANY_REQUESTS if waits else HTTPStatus.UNAUTHORIZED
    answer = _page(request, house, half, refusal, seconds or None, status)
    if seconds:
        answer.headers["Retry-After"] = str(seconds)
    return answer


def _page(
    request: Request,
    house: Installation,
    half: HalfSignIn,
    refusal: CodeRefusal | None = None,
    seconds: int | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    with house.database.reading() as session:
        code = app_of(session, half.person.id) is not None
        passkeys = passkeys_of(session, half.person.id)
    view = SecondView(
        next=half.next_path,
        code=code,
        passkey=bool(passkeys) and party_at(request, house) is not None,
        refusal=refusal,
        retry_after=seconds,
    )
    page: Response = request.app.state.templates.response(
        request,
        "second_step.html",
        {"frame": frame_for_anyone(request), "view": view},
        status_code=status.value,
    )
    return page
