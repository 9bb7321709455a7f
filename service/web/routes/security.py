"""Your security: how one signs in, and where one is signed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.access.challenges import spend
from service.access.factors import (
    Changing,
    add_app,
    add_passkey,
    remove_app,
    remove_passkey,
    renew_codes,
)
from service.access.own_security import changing, end_own_session, sign_out_everywhere
from service.access.passkeys import made, making_options, passkeys_of
from service.access.phones import label_of
from service.access.principal import Principal
from service.errors import PasskeyRefused, PersonNotFound
from service.installation import Installation
from service.web.dependencies import COOKIE, FormModel, House, Now, PageRight
from service.web.frames import frame_for
from service.web.passkey_asking import asked, challenge_of, making, require_party
from service.web.screens.security import security_view
from service.web.setting_up import AppForm, NewPasskeyForm, Place, app_in, codes_page, set_up_page
from service.web.wording import notice_for

router = APIRouter(include_in_schema=False, prefix="/my-security")
Own = Annotated[Principal, Depends(PageRight("security.own"))]
PATH = "/my-security"


class SessionForm(FormModel):
    """Which of one's own sessions."""

    session: str = Field(max_length=64)


@router.get("")
def show(request: Request, who: Own, house: House, now: Now, said: str | None = None) -> Response:
    """Show what one has, and where one is signed in."""
    with house.database.reading() as session:
        view = security_view(session, request, house, who, now=now)
    language = frame_for(request, who).language
    frame = frame_for(request, who, notice=notice_for(language, said))
    answer: Response = request.app.state.templates.response(
        request, "security.html", {"frame": frame, "view": view}
    )
    return answer


@router.get("/app")
def begin_app(request: Request, who: Own, house: House, now: Now) -> Response:
    """Show the picture of a new app."""
    with house.database.reading() as session:
        by = _changing(request, house, who, session, now)
    return set_up_page(request, house, _place(by))


@router.post("/app")
def keep_app(
    request: Request, who: Own, form: Annotated[AppForm, Form()], house: House, now: Now
) -> Response:
    """Take the app's first code."""
    form.check(who)
    draft, step = app_in(house, form, now)
    if step is None:
        with house.database.reading() as session:
            by = _changing(request, house, who, session, now)
        return set_up_page(request, house, _place(by), draft)
    return _changed(request, house, who, now, lambda session, by: add_app(session, by, draft, step))


@router.post("/app/end")
def end_app(
    request: Request, who: Own, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Let the app's codes open nothing more."""
    form.check(who)
    return _changed(request, house, who, now, _nothing_to_show(remove_app))


@router.post("/passkey/options")
def options(
    request: Request, who: Own, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Say what passkey the browser shall make."""
    form.check(who)
    with house.database.reading() as session:
        by = _changing(request, house, who, session, now)
        standing = passkeys_of(session, by.person.id)
    party = require_party(request, house)
    return asked(
        request,
        house,
        making(by.person.id),
        now,
        lambda challenge: making_options(party, by.person, standing, challenge),
    )


@router.post("/passkey")
def keep_passkey(
    request: Request, who: Own, form: Annotated[NewPasskeyForm, Form()], house: House, now: Now
) -> Response:
    """Keep the passkey that the browser has made."""
    form.check(who)
    name = form.name or label_of(request.headers.get("user-agent", ""))
    try:
        challenge = challenge_of(request, making(who.person_id), now)
        new = made(require_party(request, house), challenge, form.credential)

        def add(session: Session, by: Changing) -> tuple[str, ...]:
            spend(session, challenge, now)
            return add_passkey(session, by, new, name)

        return _changed(request, house, who, now, add)
    except PasskeyRefused:
        return RedirectResponse(f"{PATH}?said=passkey_refused", HTTPStatus.SEE_OTHER)


@router.post("/passkey/{passkey_id}/end")
def end_passkey(
    request: Request,
    passkey_id: UUID,
    who: Own,
    form: Annotated[FormModel, Form()],
    house: House,
    now: Now,
) -> Response:
    """Let one of one's own passkeys open nothing more."""
    form.check(who)
    end = _nothing_to_show(lambda session, by: remove_passkey(session, by, passkey_id))
    return _changed(request, house, who, now, end)


@router.post("/codes")
def new_codes(
    request: Request, who: Own, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Make ten new recovery codes."""
    form.check(who)
    return _changed(request, house, who, now, renew_codes)


@router.post("/session/end")
def end_session(who: Own, form: Annotated[SessionForm, Form()], house: House, now: Now) -> Response:
    """Sign out in another browser."""
    form.check(who)
    with house.database.writing() as session:
        end_own_session(session, _person(who), form.session, now)
    return RedirectResponse(f"{PATH}?said=session_ended", HTTPStatus.SEE_OTHER)


@router.post("/everywhere")
def everywhere(who: Own, form: Annotated[FormModel, Form()], house: House, now: Now) -> Response:
    """Sign out everywhere, here too."""
    form.check(who)
    with house.database.writing() as session:
        sign_out_everywhere(session, _person(who), now)
    answer = RedirectResponse("/sign-in?refusal=signed_out", HTTPStatus.SEE_OTHER)
    answer.delete_cookie(COOKIE, path="/")
    return answer


def _changed(
    request: Request,
    house: Installation,
    who: Principal,
    now: datetime,
    act: Callable[[Session, Changing], tuple[str, ...]],
) -> Response:
    """Do it as one who has just signed in; show recovery codes where it has made some."""
    with house.database.writing() as session:
        codes = act(session, _changing(request, house, who, session, now))
    if codes:
        return codes_page(request, codes, PATH)
    return RedirectResponse(f"{PATH}?said=security_changed", HTTPStatus.SEE_OTHER)


def _nothing_to_show(
    act: Callable[[Session, Changing], None],
) -> Callable[[Session, Changing], tuple[str, ...]]:
    def done(session: Session, by: Changing) -> tuple[str, ...]:
        act(session, by)
        return ()

    return done


def _changing(
    request: Request, house: Installation, who: Principal, session: Session, now: datetime
) -> Changing:
    return changing(session, who.person_id, request.cookies[COOKIE], house.settings, now)


def _place(by: Changing) -> Place:
    return Place(by.person.email or by.person.name, PATH, at_door=False)


def _person(who: Principal) -> UUID:
    if who.person_id is None:
        raise PersonNotFound("a program has no account of its own")
    return who.person_id
