"""Sikr opslaget: ask for a capture, and follow how far it is."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.capture.requesting import (
    case_number_of,
    evidence_number_of,
    find_visit,
    flagged_among,
    latest_visits,
    posts_of,
    request_visit,
    shut_visits,
)
from service.casework.cases.listing import list_cases, names_of
from service.casework.evidence.listing import HAND_TO_POLICE
from service.casework.moderation.standing_in import ACTION as SECURE
from service.casework.moderation.typed_posts import TYPED, typed_posts_at
from service.errors import AddressInvalid, CaseNotFound
from service.web.dependencies import FormModel, House, Now, PageRight, Reading
from service.web.frames import frame_for
from service.web.rendering import wants_partial
from service.web.screens.capture import capture_row, capture_run, typed_here
from service.web.views.capture import CaptureRun, CaptureView
from service.web.views.frame import CaseLink, FieldError, FormState, Place
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False)
Capture = Annotated[Principal, Depends(PageRight("page.capture"))]


class CaptureForm(FormModel):
    """An address to capture, and perhaps the case that it belongs to."""

    address: str
    case: str = ""


@router.get("/capture")
def ask(
    request: Request, who: Capture, session: Reading, now: Now, case: str | None = None
) -> Response:
    """Show the form and earlier captures."""
    return _page(request, who, session, now, chosen=case)


@router.post("/capture")
def begin(
    request: Request, who: Capture, form: Annotated[CaptureForm, Form()], house: House, now: Now
) -> Response:
    """Ask for a capture; it goes on by itself."""
    form.check(who)
    try:
        with house.database.writing() as session:
            visit = request_visit(session, who, form.address, now, form.case or None)
            visit_id = visit.id
    except (AddressInvalid, CaseNotFound) as refused:
        _ = gettext_of(frame_for(request, who).language)
        wrong = {
            AddressInvalid: ("address", _("Give the whole address, beginning with https://")),
            CaseNotFound: ("case", _("There is no such case.")),
        }
        field, text = wrong[type(refused)]
        values = {"address": form.address, "case": form.case}
        state = FormState(values=values, errors=(FieldError(field, text),))
        with house.database.reading() as session:
            return _page(
                request, who, session, now, form=state, status=HTTPStatus.UNPROCESSABLE_ENTITY
            )
    request.app.state.engine.wake("visits")
    return RedirectResponse(f"/capture/{visit_id}", HTTPStatus.SEE_OTHER)


@router.get("/capture/{visit_id}")
def show(request: Request, visit_id: UUID, who: Capture, session: Reading, now: Now) -> Response:
    """Show one capture; htmx asks for the partial while it runs."""
    run = _run(session, who, visit_id, now)
    if wants_partial(request):
        context = {"frame": frame_for(request, who, Place.CAPTURE), "run": run}
        partial: Response = request.app.state.templates.response(
            request, "partials/capture_progress.html", context
        )
        return partial
    return _page(request, who, session, now, run=run)


def _run(session: Session, who: Principal, visit_id: UUID, now: datetime) -> CaptureRun:
    visit = find_visit(session, who, visit_id, now)
    posts = [] if visit.status == TYPED else posts_of(session, visit)
    typed = typed_posts_at(session, visit, also_shut=who.may(HAND_TO_POLICE))
    shut = visit.id in shut_visits(session, [visit])
    return capture_run(
        visit,
        posts,
        flagged_among(session, posts),
        typed=typed_here(
            typed,
            flagged_among(session, typed),
            names_of(session, [post.typed_by for post in typed]),
            linked=who.may("queue.see"),
        ),
        typing_url=f"/typed-posts?visit={visit.id}" if who.may(SECURE) else None,
        case_number=case_number_of(session, who, visit, now),
        evidence_number=evidence_number_of(session, visit),
        shut=shut,
        told=not shut or who.may(HAND_TO_POLICE),
    )


def _page(
    request: Request,
    who: Principal,
    session: Session,
    now: datetime,
    *,
    run: CaptureRun | None = None,
    form: FormState | None = None,
    chosen: str | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    cases = list_cases(session, who, now, action="page.capture")
    visits = latest_visits(session, who, now)
    shut = set() if who.may(HAND_TO_POLICE) else shut_visits(session, visits)
    view = CaptureView(
        run=run,
        earlier=tuple(capture_row(one, told=one.id not in shut) for one in visits),
        cases=tuple(CaseLink(one.number, f"/cases/{one.number}") for one in cases),
        chosen_case=chosen,
        typing_url="/typed-posts" if who.may(SECURE) else None,
        form=form or FormState(),
    )
    context = {"frame": frame_for(request, who, Place.CAPTURE), "view": view}
    answer: Response = request.app.state.templates.response(
        request, "capture.html", context, status_code=status.value
    )
    return answer
