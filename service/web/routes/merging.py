"""Two cases about the same matter: which one goes on, what is taken over, and why."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import StringConstraints
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.cases.finding import case_for, refuse_own_matter
from service.casework.cases.merging import ACTION, Decided, merge
from service.errors import (
    CaseClosed,
    CaseNotFound,
    CasesApart,
    FourEyes,
    HandlerMissing,
    NotPermitted,
    ReasonMissing,
)
from service.web.dependencies import FormModel, House, Now, PageRight, Reading
from service.web.frames import frame_for, language_of
from service.web.screens.merging import merge_view
from service.web.views.frame import FieldError, FormState, Place
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False)
Merges = Annotated[Principal, Depends(PageRight(ACTION))]
Number = Annotated[str, StringConstraints(max_length=12, strip_whitespace=True)]
_NO_CASE = (CaseClosed, CaseNotFound, CasesApart, FourEyes, NotPermitted)


class MergeForm(FormModel):
    """In which case it goes on, why, which steps come along, and whether the circle does."""

    into: Number = ""
    why: str = ""
    steps: list[str] = []
    with_circle: bool = False


@router.get("/cases/{number}/merge")
def ask(
    request: Request,
    number: str,
    who: Merges,
    session: Reading,
    now: Now,
    into: Annotated[Number, Query()] = "",
) -> Response:
    """Ask in which case it goes on; then say what that means, and ask why."""
    try:
        return _page(request, session, who, number, into, now)
    except _NO_CASE:
        if not into:
            raise
        _ = gettext_of(language_of(request, who))
        said = FieldError("into", _("There is no such open case that you may merge."))
        return _page(
            request, session, who, number, "", now, form=FormState({"into": into}, (said,))
        )


@router.post("/cases/{number}/merge")
def carry_out(
    request: Request,
    number: str,
    who: Merges,
    form: Annotated[MergeForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Merge them; everybody who takes part in either is told."""
    form.check(who)
    _ = gettext_of(language_of(request, who))
    decided = Decided(form.why, frozenset(form.steps), form.with_circle)
    try:
        with house.database.writing() as session:
            merge(session, who, number, form.into, decided, settings=house.settings, now=now)
    except ReasonMissing:
        error, into = FieldError("why", _("Give the reason.")), form.into
    except HandlerMissing:
        said = _("One of them is restricted, and nobody handles the other. Choose one first.")
        error, into = FieldError("why", said), form.into
    except CasesApart:
        error, into = FieldError("into", _("Choose another case than this one.")), ""
    else:
        request.app.state.engine.wake("notices")
        return RedirectResponse(f"/cases/{form.into}?said=merged", HTTPStatus.SEE_OTHER)
    values = {"why": form.why, "into": form.into, "with_circle": "1" if form.with_circle else ""}
    values |= {f"step-{one}": "1" for one in form.steps}
    with house.database.reading() as session:
        return _page(request, session, who, number, into, now, form=FormState(values, (error,)))


def _page(
    request: Request,
    session: Session,
    who: Principal,
    number: str,
    into: str,
    now: datetime,
    *,
    form: FormState | None = None,
) -> Response:
    source = case_for(session, who, number, ACTION, now)
    refuse_own_matter(session, who, source)
    if into == number:
        raise CasesApart(number)
    frame = frame_for(request, who, Place.CASES)
    view = merge_view(session, who, source, into, now, language=frame.language, form=form)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
    answer: Response = request.app.state.templates.response(
        request, "merge.html", {"frame": frame, "view": view}, status_code=status.value
    )
    return answer
