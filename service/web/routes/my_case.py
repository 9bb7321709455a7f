"""Min sag: the employee's own page."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import AwareDatetime
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.cases.alerts import alerts_for
from service.casework.cases.listing import own_cases
from service.casework.cases.telling import TOLD, WISH, own_case, tell
from service.casework.evidence.listing import told_to_employee
from service.errors import ReasonMissing
from service.installation import Installation
from service.web.dependencies import FormModel, House, Now, PageRight
from service.web.frames import frame_for
from service.web.screens.paging import place_of
from service.web.screens.person import my_case_view
from service.web.views.frame import FieldError, FormState, Place
from service.web.wording import gettext_of, notice_for

router = APIRouter(include_in_schema=False)
See = Annotated[Principal, Depends(PageRight("case.see"))]
PAGE = 10
"""So many pieces stand on one screen of a phone."""
HandIn = Annotated[Principal, Depends(PageRight("evidence.hand_in"))]


class MoreForm(FormModel):
    """More, told in words."""

    text: str


class WishForm(FormModel):
    """A wish about how the case is handled."""

    wish: str


@router.get("/my-case")
def latest(request: Request, who: See, house: House, now: Now) -> Response:
    """Show the latest case, or that there is none."""
    return _page(request, house, who, None, now)


@router.get("/my-case/{number}")
def show(
    request: Request,
    number: str,
    who: See,
    house: House,
    now: Now,
    said: str | None = None,
    before: AwareDatetime | None = None,
    after: UUID | None = None,
) -> Response:
    """Show one of the employee's own cases, with a screenful of its evidence."""
    return _page(request, house, who, number, now, said=said, place=place_of(before, after))


@router.post("/my-case/{number}/more")
def more(
    request: Request,
    number: str,
    who: HandIn,
    form: Annotated[MoreForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Keep more words in the case."""
    form.check(who)
    return _tell(request, house, who, number, now, words=form.text, kind=TOLD)


@router.post("/my-case/{number}/wish")
def wish(
    request: Request,
    number: str,
    who: HandIn,
    form: Annotated[WishForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Keep a wish; the answer to it will be a recorded decision."""
    form.check(who)
    return _tell(request, house, who, number, now, words=form.wish, kind=WISH)


def _tell(
    request: Request,
    house: Installation,
    who: Principal,
    number: str,
    now: datetime,
    *,
    words: str,
    kind: str,
) -> Response:
    try:
        tell(house, who, number, words, kind=kind, now=now)
    except ReasonMissing:
        _ = gettext_of(frame_for(request, who).language)
        field = "wish" if kind == WISH else "text"
        state = FormState(errors=(FieldError(field, _("Write a few words first.")),))
        if kind == WISH:
            return _page(request, house, who, number, now, wish_form=state)
        return _page(request, house, who, number, now, more_form=state)
    request.app.state.engine.wake("reading")
    return RedirectResponse(f"/my-case/{number}?said=told", HTTPStatus.SEE_OTHER)


def _page(
    request: Request,
    house: Installation,
    who: Principal,
    number: str | None,
    now: datetime,
    *,
    said: str | None = None,
    place: tuple[datetime, UUID] | None = None,
    wish_form: FormState | None = None,
    more_form: FormState | None = None,
) -> Response:
    language = frame_for(request, who).language
    with house.database.reading() as session:
        cases = own_cases(session, who)
        case = own_case(session, who, number) if number else next(iter(cases), None)
        view = None
        if case is not None:
            view = my_case_view(
                session,
                case,
                cases,
                vault=house.vault,
                evidence=told_to_employee(session, who, case, now, after=place, limit=PAGE),
                who=who,
                now=now,
                language=language,
                later=place is not None,
                wish_form=wish_form,
                more_form=more_form,
            )
        frame = frame_for(request, who, Place.MY_CASE, notice=notice_for(language, said))
        waiting = next(iter(alerts_for(session, who, now)), None)
        context = {
            "frame": frame,
            "view": view,
            "alert_url": f"/alerts/{waiting.id}" if waiting is not None else None,
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if wish_form or more_form else HTTPStatus.OK
        answer: Response = request.app.state.templates.response(
            request, "my_case.html", context, status_code=status.value
        )
    return answer
