"""Breaking the glass: one question, why, and then the content of a case is open for a time."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.cases.finding import find_to_break
from service.casework.cases.glass import ACTION, break_glass, may_break
from service.errors import ReasonMissing
from service.settings import Settings
from service.web.dependencies import FormModel, House, Now, PageRight, Reading
from service.web.frames import frame_for
from service.web.views.circle import GlassView
from service.web.views.frame import FieldError, FormState, Place
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False)
Breaks = Annotated[Principal, Depends(PageRight(ACTION))]


class GlassForm(FormModel):
    """Why it has to be opened, and the piece that was wanted."""

    why: str = ""
    evidence: UUID | None = None


@router.get("/cases/{number}/glass")
def ask(
    request: Request,
    number: str,
    who: Breaks,
    house: House,
    session: Reading,
    now: Now,
    evidence: UUID | None = None,
) -> Response:
    """Ask why; to whom it is open already, it is not asked."""
    case = find_to_break(session, who, number, now)
    if not may_break(session, who, case, now):
        return RedirectResponse(_back(number, evidence), HTTPStatus.SEE_OTHER)
    return _page(request, who, session, number, now, settings=house.settings, evidence=evidence)


@router.post("/cases/{number}/glass")
def open_it(
    request: Request,
    number: str,
    who: Breaks,
    form: Annotated[GlassForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Open the content; the circle and the employee are told in the same moment."""
    form.check(who)
    try:
        with house.database.writing() as session:
            break_glass(session, who, number, reason=form.why, settings=house.settings, now=now)
    except ReasonMissing:
        _ = gettext_of(frame_for(request, who).language)
        state = FormState(errors=(FieldError("why", _("Write why you have to see it.")),))
        with house.database.reading() as session:
            return _page(
                request,
                who,
                session,
                number,
                now,
                settings=house.settings,
                evidence=form.evidence,
                form=state,
            )
    request.app.state.engine.wake("notices")
    back = _back(number, form.evidence)
    return RedirectResponse(f"{back}?said=glass_broken", HTTPStatus.SEE_OTHER)


def _page(
    request: Request,
    who: Principal,
    session: Session,
    number: str,
    now: datetime,
    *,
    settings: Settings,
    evidence: UUID | None,
    form: FormState | None = None,
) -> Response:
    case = find_to_break(session, who, number, now)
    view = GlassView(
        number=case.number,
        url=f"/cases/{case.number}/glass",
        back=_back(case.number, evidence),
        hours=settings.glass_hours,
        evidence=str(evidence) if evidence else None,
        form=form or FormState(),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
    answer: Response = request.app.state.templates.response(
        request,
        "glass.html",
        {"frame": frame_for(request, who, Place.CASES), "view": view},
        status_code=status.value,
    )
    return answer


def _back(number: str, evidence: UUID | None) -> str:
    return f"/evidence/{evidence}" if evidence else f"/cases/{number}"
