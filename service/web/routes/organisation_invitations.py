"""A way in for those who have never come in: sent to all of them, or to one once more."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from service.access.invitations import invite, invite_waiting
from service.access.principal import Principal
from service.casework.organisation.roles import person_to_change
from service.web.dependencies import FormModel, House, Now, PageRight

router = APIRouter(include_in_schema=False, prefix="/organisation")
Change = Annotated[Principal, Depends(PageRight("organisation.change"))]


@router.post("/invitations")
def send_all(
    request: Request, who: Change, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Send everybody who has never come in, and holds no link that opens, a mail with a way in."""
    form.check(who)
    with house.database.writing() as session:
        invited = invite_waiting(session, now, actor=who.actor)
    request.app.state.engine.wake("invitations")
    said = "all_invited" if invited else "all_told"
    return RedirectResponse(f"/organisation/people?waiting=yes&said={said}", HTTPStatus.SEE_OTHER)


@router.post("/people/{person_id}/invitation")
def send(
    request: Request,
    person_id: UUID,
    who: Change,
    form: Annotated[FormModel, Form()],
    house: House,
    now: Now,
) -> Response:
    """Send somebody a mail with a way in; the one that they got before opens nothing more."""
    form.check(who)
    with house.database.writing() as session:
        person = person_to_change(session, who, person_id)
        invited = invite(session, [person], now, actor=who.actor)
    request.app.state.engine.wake("invitations")
    said = "invited" if invited else "not_invited"
    return RedirectResponse(f"/organisation/people/{person_id}?said={said}", HTTPStatus.SEE_OTHER)
