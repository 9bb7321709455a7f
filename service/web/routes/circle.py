"""The circle of a case: who may see it and why, taking somebody in, letting them go."""

from __future__ import annotations

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import AwareDatetime, StringConstraints
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.access.rights import Level
from service.casework.cases.circle import invite, remove
from service.casework.cases.finding import find_case
from service.casework.cases.telling import own_case
from service.errors import EndNotAhead, FormInvalid, NotPermitted, ReasonMissing
from service.web.dependencies import FormModel, House, Now, PageRight, Reading
from service.web.frames import frame_for, language_of
from service.web.screens.circle import circle_view, end_of, own_circle_view
from service.web.screens.paging import place_of
from service.web.views.frame import FieldError, FormState, Place
from service.web.wording import gettext_of, notice_for

router = APIRouter(include_in_schema=False)
See = Annotated[Principal, Depends(PageRight("case.see"))]
Circle = Annotated[Principal, Depends(PageRight("case.circle"))]


class InvitationForm(FormModel):
    """Whom to take in and as what (`ID:role`), why, and perhaps the last day."""

    whom: Annotated[str, StringConstraints(pattern=r"^([0-9a-f-]{36}:[a-z_]{1,40})?$")] = ""
    why: str = ""
    last_day: str = ""


class RemovalForm(FormModel):
    """Whom to let go, and why."""

    person: UUID
    why: str = ""


@router.get("/cases/{number}/circle")
def show(
    request: Request, number: str, who: See, session: Reading, now: Now, said: str | None = None
) -> Response:
    """Show who may see a case, since when and why, and let those who may change it."""
    return _page(request, who, session, number, now, said=said)


@router.get("/my-case/{number}/circle")
def show_own(
    request: Request,
    number: str,
    who: See,
    session: Reading,
    now: Now,
    before: AwareDatetime | None = None,
    after: UUID | None = None,
) -> Response:
    """Show the employee concerned who may see their case, and every time somebody has read."""
    case = own_case(session, who, number)
    view = own_circle_view(session, who, case, now, place_of(before, after))
    answer: Response = request.app.state.templates.response(
        request, "own_circle.html", {"frame": frame_for(request, who, Place.MY_CASE), "view": view}
    )
    return answer


@router.post("/cases/{number}/circle")
def take_in(
    request: Request,
    number: str,
    who: Circle,
    form: Annotated[InvitationForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Take a person into the circle; the reason stands in the ledger and before the employee."""
    form.check(who)
    _ = gettext_of(language_of(request, who))
    errors = []
    if not form.whom:
        errors.append(FieldError("whom", _("Choose somebody.")))
    if not form.why:
        errors.append(FieldError("why", _("Give the reason.")))
    until = _end(form.last_day)
    if form.last_day and (until is None or until <= now):
        errors.append(FieldError("last_day", _("Choose a day that has not passed.")))
    if errors:
        values = {"whom": form.whom, "why": form.why, "last_day": form.last_day}
        with house.database.reading() as session:
            return _page(request, who, session, number, now, form=FormState(values, tuple(errors)))
    person, _colon, role = form.whom.partition(":")
    try:
        with house.database.writing() as session:
            invite(
                session,
                who,
                number,
                _uuid(person),
                role=role,
                reason=form.why,
                now=now,
                until=until,
            )
    except (ReasonMissing, EndNotAhead) as late:
        raise FormInvalid("whom") from late
    return RedirectResponse(f"/cases/{number}/circle?said=circle_changed", HTTPStatus.SEE_OTHER)


@router.post("/cases/{number}/circle/removal")
def let_go(
    request: Request,
    number: str,
    who: Circle,
    form: Annotated[RemovalForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """End a person's place in the circle, from this moment."""
    form.check(who)
    try:
        with house.database.writing() as session:
            remove(session, who, number, form.person, now, reason=form.why)
    except ReasonMissing:
        _ = gettext_of(language_of(request, who))
        field = f"why-{form.person}"
        state = FormState(errors=(FieldError(field, _("Give the reason.")),))
        with house.database.reading() as session:
            return _page(request, who, session, number, now, leaving=(form.person, state))
    return RedirectResponse(f"/cases/{number}/circle?said=circle_changed", HTTPStatus.SEE_OTHER)


def _page(
    request: Request,
    who: Principal,
    session: Session,
    number: str,
    now: datetime,
    *,
    said: str | None = None,
    form: FormState | None = None,
    leaving: tuple[UUID, FormState] | None = None,
) -> Response:
    found = find_case(session, who, number, now)
    if found.level is not Level.FULL:
        raise NotPermitted("case.circle")
    notice = notice_for(language_of(request, who), said)
    context = {
        "frame": frame_for(request, who, Place.CASES, notice=notice),
        "view": circle_view(session, who, found, now, form=form, leaving=leaving),
    }
    refused = form is not None or leaving is not None
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    answer: Response = request.app.state.templates.response(
        request, "circle.html", context, status_code=status.value
    )
    return answer


def _end(last_day: str) -> datetime | None:
    try:
        return end_of(date.fromisoformat(last_day))
    except (ValueError, OverflowError):
        return None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as bad:
        raise FormInvalid("whom") from bad
