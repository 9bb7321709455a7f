"""*Arbejdsmiljø*: how far the cases of a unit are, for its safety representative."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime
from starlette.responses import Response

from service.access.principal import Principal
from service.casework.cases.listing import unit_names
from service.casework.cases.outlines import ACTION, outlines
from service.web.dependencies import House, Now, PageRight, Reading
from service.web.frames import frame_for
from service.web.screens.outlines import outlines_view
from service.web.screens.paging import place_of
from service.web.views.frame import Place

router = APIRouter(include_in_schema=False)


@router.get("/safety")
def show(
    request: Request,
    who: Annotated[Principal, Depends(PageRight(ACTION))],
    house: House,
    session: Reading,
    now: Now,
    closed: bool = False,
    before: Annotated[AwareDatetime | None, Query()] = None,
    after: UUID | None = None,
) -> Response:
    """Show a screenful, the latest first; no name stands on it, so no viewing is recorded."""
    frame = frame_for(request, who, Place.SAFETY)
    smallest = house.settings.smallest_unit
    place: tuple[datetime, UUID] | None = place_of(before, after)
    found = outlines(session, who, now, smallest=smallest, closed=closed, before=place)
    view = outlines_view(
        found,
        unit_names(session),
        who,
        now,
        frame.language,
        smallest=smallest,
        closed=closed,
    )
    context = {"frame": frame, "view": view}
    answer: Response = request.app.state.templates.response(request, "safety.html", context)
    return answer
