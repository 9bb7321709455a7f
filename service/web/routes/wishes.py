"""A wish of the employee concerned: reading it, and answering it with a reason."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.cases.wishes import Outcome, answer_wish
from service.errors import ReasonMissing
from service.web.dependencies import FormModel, House, Now, PageRight, Reading
from service.web.frames import frame_for
from service.web.screens.wishes import wish_view
from service.web.views.frame import FieldError, FormState, Place
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False)
Answers = Annotated[Principal, Depends(PageRight("case.answer"))]


class AnswerForm(FormModel):
    """What is answered, and why, in words for the employee."""

    answer: Literal["granted", "partly", "refused"]
    reason: str = ""


@router.get("/cases/{number}/wishes/{evidence_id}")
def show(
    request: Request, number: str, evidence_id: UUID, who: Answers, session: Reading, now: Now
) -> Response:
    """Show one wish, its words hidden until asked for, and what was answered."""
    return _page(request, session, who, number, evidence_id, now)


@router.post("/cases/{number}/wishes/{evidence_id}")
def answer(
    request: Request,
    number: str,
    evidence_id: UUID,
    who: Answers,
    form: Annotated[AnswerForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Keep the answer; an earlier one stays and is no longer what counts."""
    form.check(who)
    try:
        with house.database.writing() as session:
            answer_wish(
                session,
                who,
                number,
                evidence_id,
                outcome=Outcome(form.answer),
                reason=form.reason,
                settings=house.settings,
                now=now,
            )
    except ReasonMissing:
        _ = gettext_of(frame_for(request, who).language)
        state = FormState(
            values={"answer": form.answer},
            errors=(FieldError("reason", _("Say why, in words for the employee.")),),
        )
        with house.database.reading() as session:
            return _page(request, session, who, number, evidence_id, now, form=state)
    request.app.state.engine.wake("notices")
    return RedirectResponse(f"/cases/{number}?said=wish_answered", HTTPStatus.SEE_OTHER)


def _page(
    request: Request,
    session: Session,
    who: Principal,
    number: str,
    evidence_id: UUID,
    now: datetime,
    *,
    form: FormState | None = None,
) -> Response:
    frame = frame_for(request, who, Place.CASES)
    view = wish_view(session, who, number, evidence_id, now, form=form)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
    response: Response = request.app.state.templates.response(
        request, "wish.html", {"frame": frame, "view": view}, status_code=status.value
    )
    return response
