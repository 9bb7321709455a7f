"""Shutting a case to all but its circle, and opening it again: one question, why."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.cases.finding import case_for, refuse_own_matter
from service.casework.cases.restricting import ACTION, restrict
from service.errors import CaseNotFound, HandlerMissing, ReasonMissing
from service.web.dependencies import FormModel, House, Now, PageRight, Reading
from service.web.frames import frame_for, language_of
from service.web.screens.concerned import restriction_view
from service.web.views.frame import FieldError, FormState, Place
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False)
Restricts = Annotated[Principal, Depends(PageRight(ACTION))]


class RestrictionForm(FormModel):
    """How the case is to stand, and why."""

    state: Literal["restricted", "open"]
    why: str = ""


@router.get("/cases/{number}/restriction")
def ask(request: Request, number: str, who: Restricts, session: Reading, now: Now) -> Response:
    """Say who would still see it, and ask why."""
    return _page(request, session, who, number, now)


@router.post("/cases/{number}/restriction")
def change(
    request: Request,
    number: str,
    who: Restricts,
    form: Annotated[RestrictionForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Shut it, or open it; the reason stands before the circle and the employee concerned."""
    form.check(who)
    _ = gettext_of(language_of(request, who))
    try:
        with house.database.writing() as session:
            restrict(
                session,
                who,
                number,
                restricted=form.state == "restricted",
                reason=form.why,
                now=now,
            )
    except ReasonMissing:
        error = FieldError("why", _("Give the reason."))
    except HandlerMissing:
        error = FieldError(
            "why", _("Nobody handles this case, so nobody could carry it on. Choose one first.")
        )
    else:
        with house.database.reading() as session:
            seen = _is_seen(session, who, number, now)
        target = f"/cases/{number}?said=restriction_changed" if seen else "/cases"
        return RedirectResponse(target, HTTPStatus.SEE_OTHER)
    state = FormState({"why": form.why}, (error,))
    with house.database.reading() as session:
        return _page(request, session, who, number, now, form=state)


def _is_seen(session: Session, who: Principal, number: str, now: datetime) -> bool:
    try:
        case_for(session, who, number, ACTION, now, though_closed=True)
    except CaseNotFound:
        return False
    return True


def _page(
    request: Request,
    session: Session,
    who: Principal,
    number: str,
    now: datetime,
    *,
    form: FormState | None = None,
) -> Response:
    case = case_for(session, who, number, ACTION, now, though_closed=True)
    refuse_own_matter(session, who, case)
    view = restriction_view(session, who, case, now, form=form)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
    answer: Response = request.app.state.templates.response(
        request,
        "restriction.html",
        {"frame": frame_for(request, who, Place.CASES), "view": view},
        status_code=status.value,
    )
    return answer
