"""The table of rights as it stands, for everyone who works here to read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from service.access.principal import Principal
from service.access.rights import Right
from service.casework.evidence.unusual import ACTION as WATCH
from service.web.dependencies import PageRight
from service.web.frames import frame_for
from service.web.views.access import RightsCell, RightsRow, RightsView
from service.web.views.frame import Place

router = APIRouter(include_in_schema=False)


@router.get("/rights")
def show(request: Request, who: Annotated[Principal, Depends(PageRight("rights.see"))]) -> Response:
    """Show every action and what each role may do with it."""
    table = who.rights
    view = RightsView(
        roles=table.roles,
        rows=tuple(
            RightsRow(
                action,
                tuple(tuple(map(_cell, table.of(action, role))) for role in table.roles),
            )
            for action in table.actions
        ),
        mine=who.main_role,
        watch_url="/unusual-viewings" if who.may(WATCH) else None,
    )
    context = {"frame": frame_for(request, who, Place.RIGHTS), "view": view}
    answer: Response = request.app.state.templates.response(request, "rights.html", context)
    return answer


def _cell(right: Right) -> RightsCell:
    condition = str(right.condition) if right.condition else None
    return RightsCell(str(right.level), str(right.scope), condition)
