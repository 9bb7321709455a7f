"""An invitation's link: its owner chooses a password that nobody else knows, and is in."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from pydantic import ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from service.access.factors import must_have_factor
from service.access.invitations import accept, require_invitation
from service.access.passwords import Passwords, PasswordTooShort
from service.errors import InvitationOver
from service.web.dependencies import FormModel, House, Now, Public, Reading, require_same_origin
from service.web.entering import enter, led_half_way, led_in
from service.web.frames import frame_for_nobody
from service.web.views.frame import FieldError, FormState
from service.web.views.ways_in import WelcomeView
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False, prefix="/welcome")
_INVITED = Public("whoever was sent the link has no password yet, and the link is its own key")


class ChosenForm(FormModel):
    """A password of one's own; blanks belong to it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)

    password: str = Field(max_length=1024)


@router.get("/{secret}", dependencies=[Depends(_INVITED)])
def ask(request: Request, secret: str, session: Reading, now: Now) -> Response:
    """Show the form. Looking uses nothing up: mail systems open every link."""
    try:
        _, person = require_invitation(session, secret, now)
    except InvitationOver:
        return _over(request)
    return _page(request, WelcomeView(f"/welcome/{secret}", person.name, person.email or ""))


@router.post("/{secret}", dependencies=[Depends(_INVITED)])
def choose(
    request: Request, secret: str, form: Annotated[ChosenForm, Form()], house: House, now: Now
) -> Response:
    """Keep the password, and let its owner in, or on to the second step that their role needs."""
    require_same_origin(request)
    try:
        with house.database.reading() as session:
            _, person = require_invitation(session, secret, now)
            sets_up = must_have_factor(session, person, house.settings, now)
        kept = _passwords(request).make(form.password)
        if sets_up:
            with house.database.writing() as writing:
                accept(writing, secret, kept, now)
            return led_half_way(house, person, "/", now, sets_up=True)
        entered = enter(
            request,
            house,
            person,
            now,
            way="password",
            also=partial(_accept, secret=secret, kept=kept, now=now),
        )
    except InvitationOver:
        return _over(request)
    except PasswordTooShort:
        _ = gettext_of(frame_for_nobody(request).language)
        text = _("The password is too short: it has at least twelve characters.")
        form_state = FormState(errors=(FieldError("password", text),))
        view = WelcomeView(f"/welcome/{secret}", person.name, person.email or "", form_state)
        return _page(request, view, HTTPStatus.UNPROCESSABLE_ENTITY)
    return led_in(house, entered, "/")


def _accept(writing: Session, *, secret: str, kept: str, now: datetime) -> None:
    accept(writing, secret, kept, now)


def _passwords(request: Request) -> Passwords:
    passwords: Passwords = request.app.state.passwords
    return passwords


def _over(request: Request) -> Response:
    return _page(request, WelcomeView(action=None), HTTPStatus.GONE)


def _page(request: Request, view: WelcomeView, status: HTTPStatus = HTTPStatus.OK) -> Response:
    context = {"frame": frame_for_nobody(request), "view": view}
    answer: Response = request.app.state.templates.response(
        request, "welcome.html", context, status_code=status.value
    )
    return answer
