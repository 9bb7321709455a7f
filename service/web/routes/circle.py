"""The circle of a case: taking somebody in, with the reason, and letting them go."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form
from pydantic import StringConstraints
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.cases.circle import invite, remove
from service.web.dependencies import FormModel, House, Now, PageRight

router = APIRouter(include_in_schema=False)
Circle = Annotated[Principal, Depends(PageRight("case.circle"))]


class InvitationForm(FormModel):
    """Whom to take in and as what (`ID:role`), and why."""

    whom: Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}:[a-z_]{1,40}$")]
    why: str


class RemovalForm(FormModel):
    """Whom to let go, and why."""

    person: UUID
    why: str


@router.post("/cases/{number}/circle")
def take_in(
    number: str, who: Circle, form: Annotated[InvitationForm, Form()], house: House, now: Now
) -> Response:
    """Take a person into the circle; the reason stands in the ledger."""
    form.check(who)
    person, _, role = form.whom.partition(":")
    with house.database.writing() as session:
        invite(session, who, number, UUID(person), role=role, reason=form.why, now=now)
    return RedirectResponse(f"/cases/{number}?said=circle_changed", HTTPStatus.SEE_OTHER)


@router.post("/cases/{number}/circle/removal")
def let_go(
    number: str, who: Circle, form: Annotated[RemovalForm, Form()], house: House, now: Now
) -> Response:
    """End a person's place in the circle."""
    form.check(who)
    with house.database.writing() as session:
        remove(session, who, number, form.person, now, reason=form.why)
    return RedirectResponse(f"/cases/{number}?said=circle_changed", HTTPStatus.SEE_OTHER)
