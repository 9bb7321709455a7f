"""Working hours: when oneself, or a unit, is told of what is not urgent."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.organisation.away import CHANGE, OWN
from service.casework.organisation.hours import (
    own_hours,
    set_own_hours,
    set_unit_hours,
    unit_hours,
    usual_hours,
)
from service.casework.organisation.roles import unit_to_change
from service.organisation.hours import WorkingHours
from service.web.dependencies import FormModel, House, Now, PageRight
from service.web.frames import frame_for
from service.web.screens.organisation import days_in_words, page, refused
from service.web.views.frame import FormState, Place
from service.web.views.hours import HoursView
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False)
Own = Annotated[Principal, Depends(PageRight(OWN))]
Change = Annotated[Principal, Depends(PageRight(CHANGE))]
PATH = "/my-absence/hours"
UNIT = "/organisation/units/{unit_id}/hours"


class HoursForm(FormModel):
    """On which weekdays, from when to when."""

    begins: time
    ends: time
    days: list[Annotated[int, Field(ge=1, le=7)]] = Field(default_factory=list, max_length=7)
    on_holidays: bool = False

    def hours(self) -> WorkingHours | None:
        """Return the hours, or None where they are no working day."""
        begins = self.begins.replace(second=0, microsecond=0, tzinfo=None)
        ends = self.ends.replace(second=0, microsecond=0, tzinfo=None)
        if not self.days or begins >= ends:
            return None
        return WorkingHours(frozenset(self.days), begins, ends, on_holidays=self.on_holidays)


@router.get(PATH)
def show(request: Request, who: Own, house: House, said: str | None = None) -> Response:
    """Show one's own."""
    return _page(request, who, house, said=said)


@router.post(PATH)
def enter(
    request: Request, who: Own, form: Annotated[HoursForm, Form()], house: House, now: Now
) -> Response:
    """Enter one's own."""
    form.check(who)
    hours = form.hours()
    if hours is None:
        return _page(request, who, house, typed=form)
    with house.database.writing() as session:
        set_own_hours(session, who, hours, now)
    return RedirectResponse(f"{PATH}?said=hours_entered", HTTPStatus.SEE_OTHER)


@router.post(f"{PATH}/clear")
def clear(who: Own, form: Annotated[FormModel, Form()], house: House, now: Now) -> Response:
    """Follow the unit and the municipality again."""
    form.check(who)
    with house.database.writing() as session:
        set_own_hours(session, who, None, now)
    return RedirectResponse(f"{PATH}?said=hours_cleared", HTTPStatus.SEE_OTHER)


@router.get(UNIT)
def show_unit(
    request: Request, unit_id: UUID, who: Change, house: House, said: str | None = None
) -> Response:
    """Show a unit's."""
    return _page(request, who, house, said=said, unit_id=unit_id)


@router.post(UNIT)
def enter_unit(
    request: Request,
    unit_id: UUID,
    who: Change,
    form: Annotated[HoursForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Enter a unit's."""
    form.check(who)
    hours = form.hours()
    if hours is None:
        return _page(request, who, house, typed=form, unit_id=unit_id)
    with house.database.writing() as session:
        set_unit_hours(session, who, unit_to_change(session, who, unit_id), hours, now)
    return RedirectResponse(_of(unit_id) + "?said=hours_entered", HTTPStatus.SEE_OTHER)


@router.post(f"{UNIT}/clear")
def clear_unit(
    unit_id: UUID, who: Change, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Let a unit follow what is above it again."""
    form.check(who)
    with house.database.writing() as session:
        set_unit_hours(session, who, unit_to_change(session, who, unit_id), None, now)
    return RedirectResponse(_of(unit_id) + "?said=hours_cleared", HTTPStatus.SEE_OTHER)


def _page(
    request: Request,
    who: Principal,
    house: House,
    *,
    said: str | None = None,
    typed: HoursForm | None = None,
    unit_id: UUID | None = None,
) -> Response:
    language = frame_for(request, who).language
    usual = usual_hours(house.settings)
    with house.database.reading() as session:
        if unit_id is None:
            name, own = None, own_hours(session, who, house.settings)
        else:
            name = unit_to_change(session, who, unit_id).name
            own = unit_hours(session, who, unit_id, house.settings)
    shown = own or usual
    url, back = (PATH, "/my-absence") if unit_id is None else (_of(unit_id), _unit(unit_id))
    view = HoursView(
        post_url=url,
        clear_url=f"{url}/clear",
        back_url=back,
        usual=_in_words(usual, language),
        unit=name,
        own=own is not None,
        days=shown.weekdays,
        begins=f"{shown.begins:%H:%M}",
        ends=f"{shown.ends:%H:%M}",
        on_holidays=shown.on_holidays,
    )
    status = HTTPStatus.OK
    if typed is not None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        view = replace(view, form=_refused(request, who, typed), days=frozenset(typed.days))
    here = None if unit_id is None else Place.ORGANISATION
    return page(request, who, "hours.html", view, said=said, here=here, status=status)


def _refused(request: Request, who: Principal, typed: HoursForm) -> FormState:
    values = {"begins": f"{typed.begins:%H:%M}", "ends": f"{typed.ends:%H:%M}"}
    return refused(request, who, values, "ends", "no_hours")


def _in_words(hours: WorkingHours, language: str) -> str:
    _ = gettext_of(language)
    return _("%(days)s from %(begins)s to %(ends)s") % {
        "days": days_in_words(hours.weekdays, language),
        "begins": f"{hours.begins:%H:%M}",
        "ends": f"{hours.ends:%H:%M}",
    }


def _unit(unit_id: UUID) -> str:
    return f"/organisation/units/{unit_id}"


def _of(unit_id: UUID) -> str:
    return f"{_unit(unit_id)}/hours"
