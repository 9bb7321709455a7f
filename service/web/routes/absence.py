"""When one is away oneself, and who stands in."""

from __future__ import annotations

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.organisation.away import (
    Span,
    absences_of,
    deputies_of,
    end_absence,
    end_deputy,
    enter_absence,
    enter_deputy,
)
from service.errors import DeputyUnknown, NotOneself, PersonNotFound
from service.web.dependencies import FormModel, House, Now, PageRight
from service.web.local_days import OptionalDay, span_of
from service.web.screens.organisation import page, refused
from service.web.views.frame import FormState
from service.web.views.organisation import AbsenceView

router = APIRouter(include_in_schema=False, prefix="/my-absence")
Own = Annotated[Principal, Depends(PageRight("absence.own"))]
PATH = "/my-absence"


class AbsenceForm(FormModel):
    """From which day to which; both are counted in."""

    first: date
    last: OptionalDay = None

    def span(self, now: datetime) -> Span | None:
        """Return the time, or None where it is over or in no order."""
        return span_of(self.first, self.last, now)


class DeputyForm(AbsenceForm):
    """Who stands in, by their address at work."""

    email: str = Field(min_length=3, max_length=320)


@router.get("")
def show(request: Request, who: Own, house: House, now: Now, said: str | None = None) -> Response:
    """Show one's own."""
    return _page(request, who, house, now, said=said)


@router.post("")
def enter(
    request: Request, who: Own, form: Annotated[AbsenceForm, Form()], house: House, now: Now
) -> Response:
    """Enter that one is away."""
    form.check(who)
    span = form.span(now)
    if span is None:
        return _page(
            request, who, house, now, form=refused(request, who, _typed(form), "last", "days")
        )
    with house.database.writing() as session:
        enter_absence(session, who, _person(who), span, now)
    return RedirectResponse(f"{PATH}?said=absence_entered", HTTPStatus.SEE_OTHER)


@router.post("/deputy")
def enter_own_deputy(
    request: Request, who: Own, form: Annotated[DeputyForm, Form()], house: House, now: Now
) -> Response:
    """Enter who stands in for oneself."""
    form.check(who)
    span = form.span(now)
    wrong = ("deputy-last", "days")
    if span is not None:
        try:
            with house.database.writing() as session:
                enter_deputy(session, who, _person(who), form.email, span, now=now)
        except (DeputyUnknown, NotOneself) as refusal:
            oneself = isinstance(refusal, NotOneself)
            wrong = ("deputy-email", "not_oneself" if oneself else "no_such_person")
        else:
            return RedirectResponse(f"{PATH}?said=absence_entered", HTTPStatus.SEE_OTHER)
    typed = {f"deputy-{key}": one for key, one in _typed(form).items()}
    return _page(request, who, house, now, form=refused(request, who, typed, *wrong))


@router.post("/{absence_id}/end")
def end(
    absence_id: UUID, who: Own, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """End one's own absence, or take it back."""
    form.check(who)
    with house.database.writing() as session:
        end_absence(session, who, absence_id, now)
    return RedirectResponse(f"{PATH}?said=absence_ended", HTTPStatus.SEE_OTHER)


@router.post("/deputy/{deputy_id}/end")
def end_own_deputy(
    deputy_id: UUID, who: Own, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Let somebody stand in for oneself no longer."""
    form.check(who)
    with house.database.writing() as session:
        end_deputy(session, who, deputy_id, now)
    return RedirectResponse(f"{PATH}?said=absence_ended", HTTPStatus.SEE_OTHER)


def _page(
    request: Request,
    who: Principal,
    house: House,
    now: Now,
    *,
    said: str | None = None,
    form: FormState | None = None,
) -> Response:
    with house.database.reading() as session:
        absences = absences_of(session, who, _person(who), now)
        deputies = deputies_of(session, who, _person(who), now)
    view = AbsenceView(absences, deputies, form or FormState())
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
    return page(request, who, "absence.html", view, said=said, here=None, status=status)


def _typed(form: AbsenceForm) -> dict[str, object]:
    return form.model_dump(exclude={"csrf_token"})


def _person(who: Principal) -> UUID:
    if who.person_id is None:
        raise PersonNotFound("a program is never away")
    return who.person_id
