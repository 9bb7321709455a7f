"""I dag: what waits for this person, in the order of the clock; who has no role goes to Min sag."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.cases import wishes
from service.casework.cases.alerts import alerts_for
from service.casework.cases.overview import cases_today, own_parts
from service.casework.moderation.day import decided_today
from service.casework.operations.outside_standing import standing
from service.web.dependencies import House, Now, PageRight, Reading
from service.web.frames import frame_for
from service.web.routes.operations import lights_of
from service.web.screens.today import (
    MOST,
    danger_tasks,
    duty_tasks,
    light_tasks,
    moment_of,
    piles,
    rights_tasks,
    step_tasks,
    tasks_ahead,
    told_today,
    wish_tasks,
)
from service.web.views.frame import Place
from service.web.views.today import TodayView

router = APIRouter(include_in_schema=False)
WISHES_FIRST = 3


@router.get("/")
def show(
    request: Request,
    who: Annotated[Principal, Depends(PageRight("today.see"))],
    session: Reading,
    house: House,
    now: Now,
) -> Response:
    """Show what can be done now, and what waits for a date."""
    language = frame_for(request, who).language
    alerts = alerts_for(session, who, now)
    if who.main_role == "employee" and not alerts:
        return RedirectResponse("/my-case", 303)
    queue, pile, heaps = piles(session, who, now, language)
    cases = cases_today(session, who, now) if who.may("case.step") else []
    parts = own_parts(session, who, now, {one.case.id for one in cases})
    lights = []
    if who.may("operations.see"):
        how = standing(session, house.settings, now)
        lights = light_tasks(lights_of(request, session, house, how, now, language))
    steps = step_tasks((*cases, *parts), who, language)
    asked_of = rights_tasks(session, who, now, language)
    acts = [*lights, *heaps, *asked_of, *duty_tasks(session, who, now, language), *steps]
    acts.sort(key=moment_of)
    asked = wish_tasks(cases, language) if who.may(wishes.ACTION) else []
    # A wish has no deadline, and would stand last for ever: the oldest follow the most urgent act.
    tasks = [
        *danger_tasks(alerts, language),
        *acts[:1],
        *asked[:WISHES_FIRST],
        *acts[1:],
        *asked[WISHES_FIRST:],
    ]
    view = TodayView(
        tasks=tuple(tasks[:MOST]),
        more=max(0, len(tasks) - MOST),
        waiting=tuple(tasks_ahead(cases, who, language)),
        told=told_today(session, who, parts, now, language),
        done_today=decided_today(session, who, now) if who.may("post.decide") else 0,
    )
    waiting = {Place.QUEUE: queue, Place.TRIAGE: pile}
    frame = frame_for(request, who, Place.TODAY, waiting=waiting)
    answer: Response = request.app.state.templates.response(
        request, "today.html", {"frame": frame, "view": view}
    )
    return answer
