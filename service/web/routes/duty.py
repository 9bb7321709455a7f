"""The duty list."""

from __future__ import annotations

from datetime import date, time, timedelta
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.organisation.duties import (
    Hours,
    add_duty,
    duty_lines,
    end_duty,
    listed_duties,
    on_duty_now,
)
from service.errors import DeputyUnknown
from service.organisation.duty import gaps
from service.web.dependencies import FormModel, House, Now, PageRight
from service.web.frames import frame_for
from service.web.local_days import OptionalDay, beginning_of, today
from service.web.screens.organisation import days_in_words, page, refused
from service.web.views.frame import FormState
from service.web.views.organisation import DutyLineView, DutyView, GapView
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False, prefix="/organisation/duty")
See = Annotated[Principal, Depends(PageRight("organisation.see"))]
Change = Annotated[Principal, Depends(PageRight("organisation.change"))]
AHEAD = timedelta(days=7)


class DutyForm(FormModel):
    """Who, on which weekdays, from when to when."""

    email: str = Field(min_length=3, max_length=320)
    begins: time
    ends: time
    first: date
    last: OptionalDay = None
    days: list[Annotated[int, Field(ge=1, le=7)]] = Field(default_factory=list, max_length=7)
    place: int = Field(1, ge=1, le=9)


@router.get("")
def show(request: Request, who: See, house: House, now: Now, said: str | None = None) -> Response:
    """Show who is on duty, and the list."""
    return _page(request, who, house, now, said=said)


@router.post("")
def add(
    request: Request, who: Change, form: Annotated[DutyForm, Form()], house: House, now: Now
) -> Response:
    """Put somebody on the list."""
    form.check(who)
    wrong = ("last", "days")
    if form.last is None or form.last >= max(form.first, today(now)):
        days = frozenset(form.days) or frozenset(range(1, 8))
        hours = Hours(form.first, form.last, days, form.begins, form.ends, form.place)
        try:
            with house.database.writing() as session:
                add_duty(session, who, form.email, hours, now)
            return RedirectResponse("/organisation/duty?said=duty_added", HTTPStatus.SEE_OTHER)
        except DeputyUnknown:
            wrong = ("email", "no_such_person")
    typed = form.model_dump(exclude={"csrf_token"})
    return _page(request, who, house, now, form=refused(request, who, typed, *wrong))


@router.post("/{duty_id}/end")
def end(
    duty_id: UUID, who: Change, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Take a line off the list."""
    form.check(who)
    with house.database.writing() as session:
        end_duty(session, who, duty_id, now)
    return RedirectResponse("/organisation/duty?said=duty_ended", HTTPStatus.SEE_OTHER)


def _page(
    request: Request,
    who: Principal,
    house: House,
    now: Now,
    *,
    said: str | None = None,
    form: FormState | None = None,
) -> Response:
    language = frame_for(request, who).language
    _ = gettext_of(language)
    with house.database.reading() as session:
        duty, listed = on_duty_now(session, now), listed_duties(session, now)
        empty = gaps(duty_lines(session, now), now, now + AHEAD)
    lines = tuple(
        DutyLineView(
            name=one.name,
            phone=one.phone,
            days=days_in_words(one.line.weekdays, language),
            hours=_("around the clock")
            if one.line.begins == one.line.ends
            else f"{one.line.begins:%H.%M}–{one.line.ends:%H.%M}",
            first_day=beginning_of(one.line.first_day),
            last_day=beginning_of(one.line.last_day) if one.line.last_day else None,
            place=one.line.place,
            end_url=f"/organisation/duty/{one.line.id}/end",
        )
        for one in listed
        if one.line.last_day is None or one.line.last_day >= today(now) - timedelta(days=1)
    )
    view = DutyView(
        duty,
        tuple(GapView(one.since, one.until) for one in empty),
        lines,
        today(now).isoformat(),
        form or FormState(),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
    return page(request, who, "duty.html", view, said=said, status=status)
