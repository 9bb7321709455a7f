"""Navneliste: names found, added, changed, ended, by hand."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from moderation.signals.employees import is_usable_name
from service.access.principal import Principal
from service.casework.organisation.roster import (
    CHANGE,
    Named,
    add_name,
    bring_name_back,
    change_name,
    end_name,
    name_person,
    remove_name,
)
from service.casework.organisation.roster_listing import (
    SEE,
    line_of_person,
    roster_line,
    roster_page,
)
from service.errors import NameTaken
from service.organisation.roster_rows import split_names, split_titles
from service.web.dependencies import FormModel, House, Now, PageRight
from service.web.screens.organisation import page, refused
from service.web.views.frame import FormState, Place
from service.web.views.roster import NameView, RosterView

router = APIRouter(include_in_schema=False, prefix="/roster")
See = Annotated[Principal, Depends(PageRight(SEE))]
Change = Annotated[Principal, Depends(PageRight(CHANGE))]


class NicknamesForm(FormModel):
    """By what else one of ours is called, one a line."""

    nicknames: str = Field("", max_length=3000)


class NameForm(NicknamesForm):
    """Somebody who is named in posts though they are not among our people."""

    name: str = Field(max_length=200)
    titles: str = Field("", max_length=3000)
    unit: str = Field("", max_length=200)

    @property
    def named(self) -> Named:
        """What is kept of them."""
        return Named(
            " ".join(self.name.split()),
            split_names(self.nicknames),
            split_titles(self.titles),
            self.unit or None,
        )


@router.get("")
def show(
    request: Request, who: See, house: House, now: Now, q: str = "", said: str | None = None
) -> Response:
    """Show names, or those that hold a text."""
    return _list(request, who, house, now, q=q[:200].replace("\x00", ""), said=said)


@router.post("")
def add(
    request: Request, who: Change, form: Annotated[NameForm, Form()], house: House, now: Now
) -> Response:
    """Add a name."""
    form.check(who)
    code = None if is_usable_name(form.name) else "name_without_letters"
    if code is None:
        try:
            with house.database.writing() as session:
                add_name(session, who, form.named, now)
        except NameTaken:
            code = "name_listed"
    if code is not None:
        state = refused(request, who, form.model_dump(exclude={"csrf_token"}), "name", code)
        return _list(request, who, house, now, form=state)
    return _back("roster_added")


@router.get("/entries/{entry_id}")
def show_name(request: Request, entry_id: UUID, who: See, house: House) -> Response:
    """Show one name; one of ours is shown by who they are."""
    days = house.settings.roster_days
    with house.database.reading() as session:
        line = roster_line(session, who, entry_id, days=days)
    if line.person_id is not None:
        return RedirectResponse(f"/roster/people/{line.person_id}", HTTPStatus.SEE_OTHER)
    view = NameView(line, f"/roster/entries/{entry_id}", who.may(CHANGE), days)
    return page(request, who, "roster_name.html", view, here=Place.ROSTER)


@router.post("/entries/{entry_id}")
def change(
    request: Request,
    entry_id: UUID,
    who: Change,
    form: Annotated[NameForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Change a name."""
    form.check(who)
    if not is_usable_name(form.name):
        days = house.settings.roster_days
        with house.database.reading() as session:
            line = roster_line(session, who, entry_id, days=days)
        typed = form.model_dump(exclude={"csrf_token"})
        state = refused(request, who, typed, "name", "name_without_letters")
        view = NameView(line, f"/roster/entries/{entry_id}", may_change=True, days=days, form=state)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return page(request, who, "roster_name.html", view, here=Place.ROSTER, status=status)
    return _done(
        house,
        lambda session: change_name(session, who, entry_id, form.named, now),
        "roster_changed",
    )


@router.post("/entries/{entry_id}/end")
def end(
    entry_id: UUID, who: Change, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Say that they have left."""
    form.check(who)
    return _done(house, lambda session: end_name(session, who, entry_id, now), "roster_ended")


@router.post("/entries/{entry_id}/back")
def bring_back(
    entry_id: UUID, who: Change, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Let a name count again."""
    form.check(who)
    return _done(house, lambda session: bring_name_back(session, who, entry_id, now), "roster_back")


@router.post("/entries/{entry_id}/remove")
def remove(
    entry_id: UUID, who: Change, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Delete a name."""
    form.check(who)
    return _done(house, lambda session: remove_name(session, who, entry_id, now), "roster_removed")


@router.get("/people/{person_id}")
def show_person(request: Request, person_id: UUID, who: See, house: House) -> Response:
    """Show by what else one of ours is called."""
    days = house.settings.roster_days
    with house.database.reading() as session:
        line = line_of_person(session, who, person_id, days=days)
    view = NameView(line, f"/roster/people/{person_id}", who.may(CHANGE), days)
    return page(request, who, "roster_name.html", view, here=Place.ROSTER)


@router.post("/people/{person_id}")
def change_person(
    person_id: UUID, who: Change, form: Annotated[NicknamesForm, Form()], house: House, now: Now
) -> Response:
    """Say by what else one of ours is called."""
    form.check(who)
    nicknames = split_names(form.nicknames)
    return _done(
        house,
        lambda session: name_person(session, who, person_id, nicknames, now),
        "roster_changed",
    )


def _done(house: House, act: Callable[[Session], object], said: str) -> Response:
    with house.database.writing() as session:
        act(session)
    return _back(said)


def _back(said: str) -> Response:
    return RedirectResponse(f"/roster?said={said}", HTTPStatus.SEE_OTHER)


def _list(
    request: Request,
    who: Principal,
    house: House,
    now: Now,
    *,
    q: str = "",
    said: str | None = None,
    form: FormState | None = None,
) -> Response:
    days = house.settings.roster_days
    with house.database.reading() as session:
        found = roster_page(session, who, q, now, days=days)
    view = RosterView(q, found, who.may(CHANGE), days, form or FormState())
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
    return page(request, who, "roster.html", view, said=said, here=Place.ROSTER, status=status)
