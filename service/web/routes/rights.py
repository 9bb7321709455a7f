"""The table of rights as it stands, for everyone who works here to read, and what changed in it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import AwareDatetime
from starlette.responses import Response

from service.access.principal import Principal
from service.casework.rights.listing import SEE
from service.web.dependencies import House, Now, PageRight, Reading
from service.web.frames import frame_for
from service.web.screens.paging import place_of
from service.web.screens.rights import changes_view, rights_notice, rights_view
from service.web.views.frame import Place

router = APIRouter(include_in_schema=False)
Sees = Annotated[Principal, Depends(PageRight(SEE))]


@router.get("/rights")
def show(
    request: Request, who: Sees, house: House, session: Reading, now: Now, role: str | None = None
) -> Response:
    """Show what one role may do, and the whole table."""
    view = rights_view(session, who, house.rights, role, now)
    context = {"frame": frame_for(request, who, Place.RIGHTS), "view": view}
    answer: Response = request.app.state.templates.response(request, "rights.html", context)
    return answer


@router.get("/rights/changes")
def show_changes(
    request: Request,
    who: Sees,
    session: Reading,
    now: Now,
    said: str | None = None,
    before: AwareDatetime | None = None,
    after: UUID | None = None,
) -> Response:
    """Show what waits for an answer, and each change of the table, the latest first."""
    view = changes_view(session, who, now, place_of(before, after))
    frame = frame_for(request, who, Place.RIGHTS)
    notice = rights_notice(frame.language, said)
    answer: Response = request.app.state.templates.response(
        request,
        "rights_changes.html",
        {"frame": frame_for(request, who, Place.RIGHTS, notice=notice), "view": view},
    )
    return answer
