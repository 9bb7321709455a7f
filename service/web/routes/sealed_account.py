"""The sealed account: opened with the paper from the safe, and sealed anew with another."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from service.access.people import secret_hash
from service.access.principal import Principal
from service.access.sealed_account import (
    WAY,
    break_seal,
    is_sealed_secret,
    seal_account,
    sealed_person,
    those_to_tell,
)
from service.errors import WrongCredentials
from service.installation import Installation
from service.notices.ways_in import tell_seal_broken
from service.web.dependencies import (
    COOKIE,
    FormModel,
    House,
    Now,
    PageRight,
    Public,
    require_same_origin,
)
from service.web.entering import enter, led_in
from service.web.frames import frame_for_nobody
from service.web.routes.first_start import sealed_secret_page
from service.web.views.ways_in import SealedDoorView, SealedSecretView
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False)
_OPEN = Public("whoever opens the sealed account is not signed in yet")
Change = Annotated[Principal, Depends(PageRight("organisation.change"))]


class PaperForm(FormModel):
    """The letters on the paper."""

    secret: str = Field(max_length=200)


@router.get("/sign-in/sealed", dependencies=[Depends(_OPEN)])
def ask(request: Request) -> Response:
    """Show the form."""
    return _door(request, SealedDoorView())


@router.post("/sign-in/sealed", dependencies=[Depends(_OPEN)])
def open_it(
    request: Request, form: Annotated[PaperForm, Form()], house: House, now: Now
) -> Response:
    """Open a session with the paper, use it up, and tell everybody who is to know.

    Nobody is made to wait after a wrong try: the letters are 160 bits by chance alone.
    """
    require_same_origin(request)
    with house.database.reading() as session:
        person = sealed_person(session) if is_sealed_secret(session, form.secret) else None
    if person is None:
        return _door(request, SealedDoorView(refused=True), HTTPStatus.UNAUTHORIZED)

    def also(writing: Session) -> None:
        if not break_seal(writing, form.secret, now):
            raise WrongCredentials("somebody was quicker")
        _tell(writing, house, now)

    try:
        entered = enter(request, house, person, now, way=WAY, also=also)
    except WrongCredentials:
        return _door(request, SealedDoorView(refused=True), HTTPStatus.UNAUTHORIZED)
    request.app.state.engine.wake("notices")
    return led_in(house, entered, "/operations")


@router.post("/operations/sealed-account")
def seal_anew(
    request: Request, who: Change, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Make the secret anew, show it this once, and sign out whoever opened the account.

    One who opened it and seals it anew stays in.
    """
    form.check(who)
    name = gettext_of(house.settings.document_language)("The sealed account")
    own = secret_hash(request.cookies[COOKIE])
    with house.database.writing() as session:
        secret = seal_account(session, name, now, actor=who.actor, keep=own)
    return sealed_secret_page(request, SealedSecretView(secret=secret, next="/operations"))


def _tell(session: Session, house: Installation, now: datetime) -> None:
    for one in those_to_tell(session, now):
        tell_seal_broken(session, one, settings=house.settings, now=now)


def _door(request: Request, view: SealedDoorView, status: HTTPStatus = HTTPStatus.OK) -> Response:
    context = {"frame": frame_for_nobody(request), "view": view}
    answer: Response = request.app.state.templates.response(
        request, "sealed_door.html", context, status_code=status.value
    )
    return answer
