"""Units: the tree, one of them, and what is changed by hand."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.access.people import add_unit
from service.access.principal import Principal
from service.casework.organisation.by_hand import (
    Told,
    bring_back,
    change_unit,
    end_unit,
    move_unit,
)
from service.casework.organisation.duties import on_duty_now
from service.casework.organisation.listing import count_people, unit_facts, unit_tree
from service.casework.organisation.roles import unit_to_change
from service.errors import NameTaken, UnitInItself, UnitInUse
from service.web.dependencies import FormModel, House, Now, PageRight
from service.web.local_days import OptionalId
from service.web.screens.organisation import page, refused, unit_choices
from service.web.views.frame import FormState
from service.web.views.organisation import OrganisationView, UnitView

router = APIRouter(include_in_schema=False, prefix="/organisation")
See = Annotated[Principal, Depends(PageRight("organisation.see"))]
Change = Annotated[Principal, Depends(PageRight("organisation.change"))]


class UnitForm(FormModel):
    """What a unit is called and where it stands."""

    name: str = Field(min_length=1, max_length=200)
    number: str = Field("", max_length=40)
    parent: OptionalId = None


@router.get("")
def show(request: Request, who: See, house: House, now: Now, said: str | None = None) -> Response:
    """Show the tree."""
    return _tree(request, who, house, now, said=said)


@router.post("/units")
def add(
    request: Request, who: Change, form: Annotated[UnitForm, Form()], house: House, now: Now
) -> Response:
    """Add a unit."""
    form.check(who)
    try:
        with house.database.writing() as session:
            if form.parent is not None:
                unit_to_change(session, who, form.parent)
            number = form.number or None
            add_unit(session, form.name, now, parent=form.parent, actor=who.actor, number=number)
    except NameTaken:
        state = refused(request, who, form.model_dump(), "name", "name_taken")
        return _tree(request, who, house, now, form=state)
    return RedirectResponse("/organisation?said=unit_added", HTTPStatus.SEE_OTHER)


@router.get("/units/{unit_id}")
def show_unit(
    request: Request, unit_id: UUID, who: See, house: House, now: Now, said: str | None = None
) -> Response:
    """Show one unit."""
    with house.database.reading() as session:
        unit = unit_facts(session, who, unit_id, now)
        choices = unit_choices(
            tuple(one for one in unit_tree(session, who, now) if one.id != unit_id)
        )
    view = UnitView(unit, choices, str(unit.parent_id or ""))
    return page(request, who, "organisation_unit.html", view, said=said)


@router.post("/units/{unit_id}")
def change(
    unit_id: UUID, who: Change, form: Annotated[UnitForm, Form()], house: House, now: Now
) -> Response:
    """Rename a unit, or put it elsewhere."""
    form.check(who)

    def act(session: Session, told: Told) -> None:
        unit = unit_to_change(session, who, unit_id)
        if (form.name, form.number or unit.number) != (unit.name, unit.number):
            change_unit(session, unit, told, name=form.name, number=form.number or None)
        if form.parent != unit.parent_id:
            if form.parent is not None:
                unit_to_change(session, who, form.parent)
            move_unit(session, unit, form.parent, told)

    return _done(who, house, now, unit_id, act)


@router.post("/units/{unit_id}/end")
def end(
    unit_id: UUID, who: Change, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Close a unit to which nobody belongs."""
    form.check(who)

    def act(session: Session, told: Told) -> None:
        end_unit(session, unit_to_change(session, who, unit_id), told)

    return _done(who, house, now, unit_id, act, "unit_ended")


@router.post("/units/{unit_id}/back")
def open_again(
    unit_id: UUID, who: Change, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Open a closed unit again."""
    form.check(who)

    def act(session: Session, told: Told) -> None:
        bring_back(session, unit_to_change(session, who, unit_id), told)

    return _done(who, house, now, unit_id, act)


def _done(
    who: Principal,
    house: House,
    now: Now,
    unit_id: UUID,
    act: Callable[[Session, Told], None],
    said: str = "unit_changed",
) -> Response:
    try:
        with house.database.writing() as session:
            act(session, Told(now, who.actor))
    except NameTaken:
        said = "name_taken"
    except UnitInItself:
        said = "in_itself"
    except UnitInUse:
        said = "in_use"
    return RedirectResponse(f"/organisation/units/{unit_id}?said={said}", HTTPStatus.SEE_OTHER)


def _tree(
    request: Request,
    who: Principal,
    house: House,
    now: Now,
    *,
    said: str | None = None,
    form: FormState | None = None,
) -> Response:
    with house.database.reading() as session:
        units = unit_tree(session, who, now)
        duty = on_duty_now(session, now)
        people = count_people(session, who, now)
    view = OrganisationView(units, people, unit_choices(units), duty, form or FormState())
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
    return page(request, who, "organisation.html", view, said=said, status=status)
