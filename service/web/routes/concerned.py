"""Whom a case concerns: one more employee or the workplace is named, or a name is taken off."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import StringConstraints
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.cases.concerned import ACTION, name_employee, name_workplace, take_off
from service.casework.cases.finding import case_for, refuse_own_matter
from service.errors import (
    AlreadyConcerned,
    HandlerMissing,
    NameStays,
    PersonNotFound,
    ReasonMissing,
    RowNotFound,
)
from service.installation import Installation
from service.web.dependencies import FormModel, House, Now, PageRight, Reading
from service.web.frames import frame_for, language_of
from service.web.screens.concerned import concerned_view
from service.web.views.frame import FieldError, FormState, Place
from service.web.wording import gettext_of, notice_for

router = APIRouter(include_in_schema=False)
Names = Annotated[Principal, Depends(PageRight(ACTION))]
ALL = "all"
"""The choice of all of the workplace, beside `unit:ID` and `person:ID`."""


class NamingForm(FormModel):
    """Whom to name (`person:ID`, `unit:ID` or `all`), and why."""

    concerned: Annotated[
        str, StringConstraints(pattern=r"^((person|unit):[0-9a-f-]{36}|all)?$")
    ] = ""
    why: str = ""


class TakingOffForm(FormModel):
    """Which naming to take off, and why."""

    named: UUID
    why: str = ""


@router.get("/cases/{number}/concerned")
def show(
    request: Request,
    number: str,
    who: Names,
    session: Reading,
    now: Now,
    said: str | None = None,
) -> Response:
    """Show whom a case concerns."""
    return _page(request, session, who, number, now, said=said)


@router.post("/cases/{number}/concerned")
def name(
    request: Request,
    number: str,
    who: Names,
    form: Annotated[NamingForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Name one more; an employee is told, and has a page of their own from now on."""
    form.check(who)
    _ = gettext_of(language_of(request, who))
    errors = []
    if not form.concerned:
        errors.append(FieldError("concerned", _("Choose somebody.")))
    if not form.why:
        errors.append(FieldError("why", _("Give the reason.")))
    if not errors:
        try:
            _name(house, who, number, form, now)
        except (AlreadyConcerned, PersonNotFound, RowNotFound, ValueError):
            errors.append(FieldError("concerned", _("The case cannot be made to concern them.")))
        except HandlerMissing:
            errors.append(
                FieldError("concerned", _("They handle the case, and nobody else could take it."))
            )
    if errors:
        values = {"concerned": form.concerned, "why": form.why}
        with house.database.reading() as session:
            state = FormState(values, tuple(errors))
            return _page(request, session, who, number, now, form=state)
    request.app.state.engine.wake("notices")
    return _back(number)


@router.post("/cases/{number}/concerned/removal")
def drop(
    request: Request,
    number: str,
    who: Names,
    form: Annotated[TakingOffForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Take a name off; they are told, and see the case no more."""
    form.check(who)
    _ = gettext_of(language_of(request, who))
    try:
        with house.database.writing() as session:
            take_off(
                session,
                who,
                number,
                form.named,
                reason=form.why,
                settings=house.settings,
                now=now,
            )
    except (ReasonMissing, NameStays) as refused:
        missing = isinstance(refused, ReasonMissing)
        said = _("Give the reason.") if missing else _("This name stays.")
        state = FormState(errors=(FieldError(f"why-{form.named}", said),))
        with house.database.reading() as session:
            return _page(request, session, who, number, now, leaving=(form.named, state))
    request.app.state.engine.wake("notices")
    return _back(number)


def _name(
    house: Installation, who: Principal, number: str, form: NamingForm, now: datetime
) -> None:
    kind, _colon, key = form.concerned.partition(":")
    with house.database.writing() as session:
        if kind == "person":
            name_employee(
                session,
                who,
                number,
                UUID(key),
                reason=form.why,
                settings=house.settings,
                now=now,
            )
        else:
            name_workplace(
                session,
                who,
                number,
                None if kind == ALL else UUID(key),
                reason=form.why,
                whole=house.settings.municipality,
                now=now,
            )


def _back(number: str) -> Response:
    url = f"/cases/{number}/concerned?said=concerned_changed"
    return RedirectResponse(url, HTTPStatus.SEE_OTHER)


def _page(
    request: Request,
    session: Session,
    who: Principal,
    number: str,
    now: datetime,
    *,
    said: str | None = None,
    form: FormState | None = None,
    leaving: tuple[UUID, FormState] | None = None,
) -> Response:
    case = case_for(session, who, number, ACTION, now)
    refuse_own_matter(session, who, case)
    notice = notice_for(language_of(request, who), said)
    context = {
        "frame": frame_for(request, who, Place.CASES, notice=notice),
        "view": concerned_view(session, case, form=form, leaving=leaving),
    }
    refused = form is not None or leaving is not None
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    answer: Response = request.app.state.templates.response(
        request, "concerned.html", context, status_code=status.value
    )
    return answer
