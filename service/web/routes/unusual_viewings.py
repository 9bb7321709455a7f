"""Unusually much shown: the DPO's page of who, when and how much."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import AwareDatetime
from starlette.responses import Response

from service.access.principal import Principal
from service.casework.evidence.unusual import ACTION
from service.web.dependencies import House, PageRight, Reading
from service.web.frames import frame_for
from service.web.screens.circle import unusual_view
from service.web.screens.paging import place_of

router = APIRouter(include_in_schema=False)


@router.get("/unusual-viewings")
def show(
    request: Request,
    who: Annotated[Principal, Depends(PageRight(ACTION))],
    house: House,
    session: Reading,
    before: AwareDatetime | None = None,
    after: UUID | None = None,
) -> Response:
    """Show each time that somebody had unusually much shown, the latest first."""
    view = unusual_view(session, who, house.settings, place_of(before, after))
    answer: Response = request.app.state.templates.response(
        request, "unusual_viewings.html", {"frame": frame_for(request, who), "view": view}
    )
    return answer
