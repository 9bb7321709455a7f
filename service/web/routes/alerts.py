"""An alert: somebody is in danger; the page by which whoever is on duty says that they have it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.cases.alerts import ACTION, alert_for, take_alert
from service.web.dependencies import FormModel, House, Now, PageRight, Reading
from service.web.frames import frame_for
from service.web.views.alert import AlertView

router = APIRouter(include_in_schema=False)
Take = Annotated[Principal, Depends(PageRight(ACTION))]


@router.get("/alerts/{alert_id}")
def show(
    request: Request, alert_id: UUID, who: Take, house: House, session: Reading, now: Now
) -> Response:
    """Show one alert to whoever it was told to."""
    alert = alert_for(session, who, alert_id, now)
    view = AlertView(
        url=f"/alerts/{alert.id}",
        number=alert.number,
        raised_at=alert.raised_at,
        rounds=alert.rounds,
        told_at=alert.told_at,
        over_at=alert.over_at,
        taken_by=alert.taken_by,
        case_url=f"/cases/{alert.number}" if alert.may_see_case else None,
        guard_phone=house.settings.guard_phone,
        in_danger=alert.in_danger,
    )
    context = {"frame": frame_for(request, who), "view": view}
    answer: Response = request.app.state.templates.response(request, "alert.html", context)
    return answer


@router.post("/alerts/{alert_id}")
def take(
    alert_id: UUID, who: Take, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Take it; nobody is told again. Whoever comes second reads who was first."""
    form.check(who)
    with house.database.writing() as session:
        take_alert(session, who, alert_id, now)
    return RedirectResponse(f"/alerts/{alert_id}", HTTPStatus.SEE_OTHER)
