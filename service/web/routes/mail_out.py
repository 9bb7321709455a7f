"""Drift, mail: what waits, what the mail system puts off or refuses, whom none reaches."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import AwareDatetime
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.operations.mail_out import (
    AGAIN,
    SEE,
    mail_standing,
    send_again,
    send_all_again,
    stuck_mails,
    unreached,
)
from service.jobs.sending import NAME
from service.web.dependencies import FormModel, House, Now, PageRight, Reading
from service.web.frames import frame_for
from service.web.screens.mail_out import PATH, mail_out_view
from service.web.screens.paging import place_of
from service.web.views.frame import Place
from service.web.wording import notice_for

router = APIRouter(include_in_schema=False)


@router.get(PATH)
def show(
    request: Request,
    who: Annotated[Principal, Depends(PageRight(SEE))],
    house: House,
    session: Reading,
    before: AwareDatetime | None = None,
    after: UUID | None = None,
    said: str | None = None,
) -> Response:
    """Show how mail leaves, and what has not left."""
    frame = frame_for(request, who, Place.OPERATIONS)
    place = place_of(before, after)
    stuck, following = stuck_mails(session, who, frame.now, place)
    view = mail_out_view(
        mail_standing(session, frame.now),
        stuck,
        unreached(session, who),
        frame.language,
        frame.now,
        may_send=who.may(AGAIN),
        to_folder=None if house.settings.smarthost else str(house.data / "outbox"),
        place=place,
        following=following,
    )
    notice = notice_for(frame.language, said)
    answer: Response = request.app.state.templates.response(
        request,
        "mail_out.html",
        {"frame": frame_for(request, who, Place.OPERATIONS, notice=notice), "view": view},
    )
    return answer


@router.post(f"{PATH}/again")
def all_again(
    request: Request,
    who: Annotated[Principal, Depends(PageRight(AGAIN))],
    form: Annotated[FormModel, Form()],
    house: House,
    now: Now,
) -> Response:
    """Let everything that has not left be tried now, but for addresses that do not exist."""
    form.check(who)
    with house.database.writing() as session:
        send_all_again(session, who, now)
    request.app.state.engine.wake(NAME)
    return RedirectResponse(f"{PATH}?said=mail_again", HTTPStatus.SEE_OTHER)


@router.post(PATH + "/{notice_id}/again")
def again(
    request: Request,
    notice_id: UUID,
    who: Annotated[Principal, Depends(PageRight(AGAIN))],
    form: Annotated[FormModel, Form()],
    house: House,
    now: Now,
) -> Response:
    """Let one mail be tried now."""
    form.check(who)
    with house.database.writing() as session:
        send_again(session, who, notice_id, now)
    request.app.state.engine.wake(NAME)
    return RedirectResponse(f"{PATH}?said=mail_again", HTTPStatus.SEE_OTHER)
