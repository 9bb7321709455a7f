"""Changing the table of rights: one right, what that would mean, and the answer of another."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.rights.changing import (
    Ground,
    Wanted,
    agree,
    change_right,
    refuse,
    take_back,
)
from service.casework.rights.told import APPROVE, CHANGE
from service.casework.rights.weighing import Weighed, weigh
from service.errors import (
    ChangeWaits,
    NothingToChange,
    ReasonMissing,
    RightFixed,
    RightNeedsAnother,
    ServiceError,
    WayNotOffered,
)
from service.web.dependencies import FormModel, House, Now, PageRight
from service.web.frames import frame_for
from service.web.problems import status_of
from service.web.screens.rights import (
    CHANGES,
    changes_view,
    chosen_ways,
    meaning_view,
    right_view,
)
from service.web.views.frame import FieldError, FormState, Place
from service.web.views.rights import Refused
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False)
Changes = Annotated[Principal, Depends(PageRight(CHANGE))]
Agrees = Annotated[Principal, Depends(PageRight(APPROVE))]
_WAYS = 12
_SAID = (RightFixed, WayNotOffered, NothingToChange, RightNeedsAnother, ChangeWaits)
"""What is said where the choice was made."""


class RightForm(FormModel):
    """How a right is to be, and why."""

    way: list[Annotated[str, Field(max_length=40)]] = Field(default_factory=list, max_length=_WAYS)
    reason: str = Field("", max_length=4000)


class RefusalForm(FormModel):
    """Why it is not to be."""

    reason: str = Field("", max_length=4000)


@router.get("/rights/of/{role}/{action}")
def choose(request: Request, role: str, action: str, who: Changes, house: House) -> Response:
    """Show one right and how it could be."""
    return _choice(request, who, house, action, role)


@router.get("/rights/of/{role}/{action}/meaning")
def show_meaning(
    request: Request,
    role: str,
    action: str,
    who: Changes,
    house: House,
    now: Now,
    way: Annotated[list[str], Query(max_length=_WAYS)] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Say what a change would mean; nothing is changed yet."""
    try:
        ways = chosen_ways(way)
        weighed = weigh(who.rights, house.rights, action, role, ways)
    except _SAID as why:
        return _choice(request, who, house, action, role, way=way, why=why)
    return _meaning(request, who, house, now, weighed)


@router.post("/rights/of/{role}/{action}")
def change(
    request: Request,
    role: str,
    action: str,
    who: Changes,
    form: Annotated[RightForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Change it, or let it wait for somebody else."""
    form.check(who)
    ground = Ground(house.rights, house.settings, now)
    try:
        wanted = Wanted(action, role, chosen_ways(form.way), form.reason)
        with house.database.writing() as session:
            widens = change_right(session, who, wanted, ground).widens
    except ReasonMissing:
        weighed = weigh(who.rights, house.rights, action, role, chosen_ways(form.way))
        return _meaning(request, who, house, now, weighed, typed=form.reason)
    except _SAID as why:
        return _choice(request, who, house, action, role, way=form.way, why=why)
    request.app.state.engine.wake("notices")
    return _to_changes("asked" if widens else "changed")


@router.post("/rights/changes/{change_id}/agree")
def say_yes(
    request: Request,
    change_id: UUID,
    who: Agrees,
    form: Annotated[FormModel, Form()],
    house: House,
    now: Now,
) -> Response:
    """Agree to what somebody else asked for."""
    form.check(who)
    with house.database.writing() as session:
        agree(session, who, change_id, Ground(house.rights, house.settings, now))
    request.app.state.engine.wake("notices")
    return _to_changes("agreed")


@router.post("/rights/changes/{change_id}/refuse")
def say_no(
    request: Request,
    change_id: UUID,
    who: Agrees,
    form: Annotated[RefusalForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Refuse it, with a reason."""
    form.check(who)
    try:
        with house.database.writing() as session:
            refuse(session, who, change_id, form.reason, now)
    except ReasonMissing:
        _ = gettext_of(frame_for(request, who).language)
        missing = FormState(errors=(FieldError("reason", _("Write why not.")),))
        with house.database.reading() as session:
            view = changes_view(session, who, now, None, form=missing, refusing=str(change_id))
        return _page(request, who, "rights_changes.html", view, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _to_changes("refused")


@router.post("/rights/changes/{change_id}/take-back")
def take_it_back(
    change_id: UUID, who: Changes, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Take back what waits."""
    form.check(who)
    with house.database.writing() as session:
        take_back(session, who, change_id, now)
    return _to_changes("taken_back")


def _choice(
    request: Request,
    who: Principal,
    house: House,
    action: str,
    role: str,
    *,
    way: list[str] | None = None,
    why: ServiceError | None = None,
) -> Response:
    refused, status, chosen = None, HTTPStatus.OK, None
    if why is not None:
        status, code = status_of(why)
        refused = Refused(code)
        if isinstance(why, RightNeedsAnother):
            refused = Refused(code, why.action, why.needed)
        chosen = None if isinstance(why, WayNotOffered) else chosen_ways(way or ())
    with house.database.reading() as session:
        view = right_view(session, who, house.rights, action, role, chosen=chosen, refused=refused)
    return _page(request, who, "right.html", view, status)


def _meaning(
    request: Request,
    who: Principal,
    house: House,
    now: Now,
    weighed: Weighed,
    *,
    typed: str | None = None,
) -> Response:
    form, status = None, HTTPStatus.OK
    if typed is not None:
        _ = gettext_of(frame_for(request, who).language)
        text = _("Write why, in a sentence or two; at most 2,000 characters.")
        form = FormState({"reason": typed}, (FieldError("reason", text),))
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    with house.database.reading() as session:
        view = meaning_view(session, who, weighed, now, form=form)
    return _page(request, who, "right_meaning.html", view, status)


def _page(
    request: Request, who: Principal, template: str, view: object, status: HTTPStatus
) -> Response:
    answer: Response = request.app.state.templates.response(
        request,
        template,
        {"frame": frame_for(request, who, Place.RIGHTS), "view": view},
        status_code=status.value,
    )
    return answer


def _to_changes(said: str) -> Response:
    return RedirectResponse(f"{CHANGES}?said={said}", HTTPStatus.SEE_OTHER)
