"""Choosing a second step at the door, for whoever must have one and has none yet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from service.access.challenges import spend
from service.access.factors import Changing, add_app, add_passkey, has_factor
from service.access.half_signed_in import HalfSignIn, end_half, half_of
from service.access.passkeys import made, making_options
from service.access.phones import label_of
from service.errors import HalfSignInOver, PasskeyRefused
from service.installation import Installation
from service.web.dependencies import House, Now, Public, require_same_origin
from service.web.entering import HALF_COOKIE, SET_UP, enter, keep_cookies, led_in
from service.web.passkey_asking import asked, challenge_of, making, require_party
from service.web.routes.second_factor import OptionsForm
from service.web.setting_up import AppForm, NewPasskeyForm, Place, app_in, codes_page, set_up_page

router = APIRouter(include_in_schema=False, prefix=SET_UP)
_HALF = Public("whoever gave the right password chooses this before there is a session")


@router.get("", dependencies=[Depends(_HALF)])
def ask(request: Request, house: House, now: Now) -> Response:
    """Show what may be chosen."""
    return set_up_page(request, house, _place(_half(request, house, now)))


@router.post("/app", dependencies=[Depends(_HALF)])
def app(request: Request, house: House, form: Annotated[AppForm, Form()], now: Now) -> Response:
    """Take the app's first code, and open the session."""
    require_same_origin(request)
    half = _half(request, house, now)
    draft, step = app_in(house, form, now)
    if step is None:
        return set_up_page(request, house, _place(half), draft)
    return _opened(
        request, house, half, now, "code", lambda session, by: add_app(session, by, draft, step)
    )


@router.post("/passkey/options", dependencies=[Depends(_HALF)])
def options(
    request: Request, house: House, _form: Annotated[OptionsForm, Form()], now: Now
) -> Response:
    """Say what passkey the browser shall make."""
    require_same_origin(request)
    half, party = _half(request, house, now), require_party(request, house)
    return asked(
        request,
        house,
        making(half.person.id),
        now,
        lambda challenge: making_options(party, half.person, (), challenge),
    )


@router.post("/passkey", dependencies=[Depends(_HALF)])
def passkey(
    request: Request, house: House, form: Annotated[NewPasskeyForm, Form()], now: Now
) -> Response:
    """Keep the passkey, and open the session."""
    require_same_origin(request)
    half = _half(request, house, now)
    name = form.name or label_of(request.headers.get("user-agent", ""))
    try:
        challenge = challenge_of(request, making(half.person.id), now)
        new = made(require_party(request, house), challenge, form.credential)

        def add(session: Session, by: Changing) -> tuple[str, ...]:
            spend(session, challenge, now)
            return add_passkey(session, by, new, name)

        return _opened(request, house, half, now, "passkey", add)
    except PasskeyRefused:
        return set_up_page(request, house, _place(half), refused=True)


def _opened(
    request: Request,
    house: Installation,
    half: HalfSignIn,
    now: datetime,
    way: str,
    add: Callable[[Session, Changing], tuple[str, ...]],
) -> Response:
    """Add what was chosen, open the session with it, and show the recovery codes."""
    codes: list[tuple[str, ...]] = []

    def also(session: Session) -> None:
        end_half(session, half)
        if has_factor(session, half.person.id):  # chosen meanwhile, by whoever came before
            raise HalfSignInOver("there is a second factor already")
        codes.append(add(session, Changing(half.person, house.settings, now)))

    entered = enter(request, house, half.person, now, way=way, also=also)
    if not codes[-1]:
        return led_in(house, entered, half.next_path)
    answer = codes_page(request, codes[-1], half.next_path)
    keep_cookies(answer, house, entered)
    return answer


def _half(request: Request, house: Installation, now: datetime) -> HalfSignIn:
    with house.database.reading() as session:
        return half_of(session, request.cookies.get(HALF_COOKIE), now, sets_up=True)


def _place(half: HalfSignIn) -> Place:
    return Place(half.person.email or half.person.name, SET_UP, at_door=True)
