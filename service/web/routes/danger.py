"""*Jeg er i fare*: one page, 112 first, then one press by which those on duty are told."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.cases.course import shipped_procedure
from service.casework.cases.danger import ACTION, SHOWN, own_alert, say_danger, write_to_duty
from service.casework.cases.listing import phone_of
from service.casework.organisation.duties import on_duty_now
from service.errors import ReasonMissing
from service.web.dependencies import FormModel, House, Now, PageRight
from service.web.frames import frame_for
from service.web.local_days import OptionalId
from service.web.rendering import wants_partial
from service.web.views.danger import DangerView
from service.web.views.frame import FieldError, FormState, Place
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False)
Say = Annotated[Principal, Depends(PageRight(ACTION))]
MOST_NAMES = 4
"""So many of those on duty are named; more would be read by nobody in danger."""


class DangerForm(FormModel):
    """That somebody is in danger: what the page knew of, and from which case it was asked for."""

    seen: OptionalId = None
    case: str = Field("", max_length=12)


class WordsForm(FormModel):
    """What somebody in danger writes to those on duty."""

    text: str = Field(max_length=500)


@router.get("/danger")
def show(
    request: Request,
    who: Say,
    house: House,
    now: Now,
    case: Annotated[str, Field(max_length=12)] = "",
) -> Response:
    """Show what to do, or how far it is; htmx asks for that part alone."""
    return _page(request, who, house, now, case=case)


@router.post("/danger")
def say(who: Say, form: Annotated[DangerForm, Form()], house: House, now: Now) -> Response:
    """Tell those on duty; pressed twice it is said once."""
    form.check(who)
    procedure = shipped_procedure(house.settings.procedure)
    with house.database.writing() as session:
        say_danger(session, who, now, procedure=procedure, seen=form.seen, number=form.case or None)
    return RedirectResponse("/danger", HTTPStatus.SEE_OTHER)


@router.post("/danger/{alert_id}/words")
def write(
    request: Request,
    alert_id: UUID,
    who: Say,
    form: Annotated[WordsForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Keep what they write to those on duty."""
    form.check(who)
    try:
        with house.database.writing() as session:
            write_to_duty(session, who, alert_id, form.text, now)
    except ReasonMissing:
        _ = gettext_of(frame_for(request, who).language)
        state = FormState(errors=(FieldError("text", _("Write a few words first.")),))
        return _page(request, who, house, now, form=state)
    return RedirectResponse("/danger", HTTPStatus.SEE_OTHER)


def _page(
    request: Request,
    who: Principal,
    house: House,
    now: Now,
    *,
    case: str = "",
    form: FormState | None = None,
) -> Response:
    with house.database.reading() as session:
        latest = own_alert(session, who, now)
        duty = [one.name for one in on_duty_now(session, now) if one.person_id != who.person_id]
        own_phone = phone_of(session, who.person_id)
    stands = latest is not None and (latest.over_at is None or latest.over_at > now - SHOWN)
    view = DangerView(
        alert=latest if stands else None,
        seen=str(latest.id) if latest else "",
        case=case,
        on_duty=tuple(duty[:MOST_NAMES]),
        own_phone=own_phone,
        guard_phone=house.settings.guard_phone,
        form=form or FormState(),
    )
    part = wants_partial(request) and form is None
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
    answer: Response = request.app.state.templates.response(
        request,
        "partials/danger_state.html" if part and view.alert else "danger.html",
        {"frame": frame_for(request, who, Place.MY_CASE), "view": view},
        status_code=status.value,
    )
    return answer
