"""Changing one's own password: the one of now is asked for, and guessed at as slowly as ever."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from pydantic import ConfigDict, Field
from starlette.responses import RedirectResponse, Response

from service.access.factors import change_password
from service.access.own_security import changing
from service.access.passwords import Passwords, PasswordTooShort
from service.access.people import password_hash_of
from service.access.principal import Principal
from service.access.tries import begin_try, succeeded, taken_back
from service.errors import SignInDelayed, TooManySignIns
from service.web.callers import caller_of
from service.web.dependencies import COOKIE, FormModel, House, Now, PageRight
from service.web.entering import DEVICE_COOKIE
from service.web.frames import frame_for
from service.web.screens.security import security_view
from service.web.views.frame import FieldError, FormState
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False)
Own = Annotated[Principal, Depends(PageRight("security.own"))]


class PasswordForm(FormModel):
    """The password of now, and the new one; blanks belong to both."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)

    current: str = Field(max_length=1024)
    password: str = Field(max_length=1024)


@router.post("/my-security/password")
def change(
    request: Request, who: Own, form: Annotated[PasswordForm, Form()], house: House, now: Now
) -> Response:
    """Take a new password, and end the other sessions."""
    form.check(who)
    _ = gettext_of(frame_for(request, who).language)
    with house.database.reading() as session:
        by = changing(session, who.person_id, request.cookies[COOKIE], house.settings, now)
        email = by.person.email or ""
        kept = password_hash_of(session, email)[1]
    caller, device = caller_of(request), request.cookies.get(DEVICE_COOKIE)
    tried = house.gate.run(lambda writing: begin_try(writing, email, caller, device, now))
    if tried.wait:
        raise SignInDelayed(tried.wait)
    passwords: Passwords = request.app.state.passwords
    try:
        fits = passwords.fits(form.current, kept)
        new = passwords.make(form.password) if fits else None
    except PasswordTooShort:
        house.gate.run(lambda writing: succeeded(writing, tried))
        text = _("The new password is too short: it has at least twelve characters.")
        return _refused(request, who, house, now, "password", text)
    except TooManySignIns:
        house.gate.run(lambda writing: taken_back(writing, tried))
        raise
    if new is None:
        return _refused(request, who, house, now, "current", _("That is not your password now."))
    with house.database.writing() as session:
        succeeded(session, tried)
        by = changing(session, who.person_id, request.cookies[COOKIE], house.settings, now)
        change_password(session, by, new)
    return RedirectResponse("/my-security?said=security_changed", HTTPStatus.SEE_OTHER)


def _refused(
    request: Request, who: Principal, house: House, now: Now, field: str, text: str
) -> Response:
    form = FormState(errors=(FieldError(field, text),))
    with house.database.reading() as session:
        view = security_view(session, request, house, who, now=now, form=form)
    answer: Response = request.app.state.templates.response(
        request,
        "security.html",
        {"frame": frame_for(request, who), "view": view},
        status_code=HTTPStatus.UNPROCESSABLE_ENTITY,
    )
    return answer
