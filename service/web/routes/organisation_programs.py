"""Programs: which have access, as what, until when; made and ended here."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from service.access.listing import TokenState, list_tokens
from service.access.principal import Principal
from service.access.programs import CHANGE, SEE, Program, end_token, make_token
from service.access.rights import shipped_rights
from service.casework.organisation.listing import unit_tree
from service.web.dependencies import FormModel, House, Now, PageRight
from service.web.frames import frame_for
from service.web.local_days import end_of, today
from service.web.screens.organisation import page, unit_choices
from service.web.views.frame import FieldError, FormState
from service.web.views.organisation import ProgramLine, ProgramsView
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False, prefix="/organisation/programs")
See = Annotated[Principal, Depends(PageRight(SEE))]
Change = Annotated[Principal, Depends(PageRight(CHANGE))]
Days = Literal["30", "90", "365", "730"]
_ROLES = shipped_rights().roles
_LONGEST_NAME = 100


class ProgramForm(FormModel):
    """What a program is called, what it may do and where, and for how long."""

    name: str = Field("", max_length=1000)
    role: str = Field(max_length=40)
    where: UUID | Literal["everywhere"]
    days: Days = "365"


@router.get("")
def show(request: Request, who: See, house: House, now: Now, said: str | None = None) -> Response:
    """Show every program, to the DPO too, who is told of each new one."""
    return _page(request, who, house, now, said=said)


@router.post("")
def make(
    request: Request, who: Change, form: Annotated[ProgramForm, Form()], house: House, now: Now
) -> Response:
    """Make a token, and show its secret, this once."""
    form.check(who)
    name = " ".join(form.name.split())
    if not 0 < len(name) <= _LONGEST_NAME or form.role not in _ROLES:
        _ = gettext_of(frame_for(request, who).language)
        text = _("Write what the program is called, so that others know it again.")
        values = {"name": form.name, "role": form.role, "where": str(form.where)}
        state = FormState(values, (FieldError("name", text),))
        return _page(request, who, house, now, form=state)
    last_day = today(now) + timedelta(days=int(form.days))
    wanted = Program(
        name,
        form.role,
        form.where if isinstance(form.where, UUID) else None,
        end_of(last_day) or now,
    )
    with house.database.writing() as session:
        secret = make_token(session, who, wanted, house.settings, now)
    request.app.state.engine.wake("notices")
    return _page(request, who, house, now, made=(name, secret))


@router.post("/{token_id}/end")
def end(
    token_id: UUID, who: Change, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """End a program's access."""
    form.check(who)
    with house.database.writing() as session:
        end_token(session, who, token_id, now)
    return RedirectResponse("/organisation/programs?said=token_revoked", HTTPStatus.SEE_OTHER)


def _page(
    request: Request,
    who: Principal,
    house: House,
    now: Now,
    *,
    said: str | None = None,
    made: tuple[str, str] | None = None,
    form: FormState | None = None,
) -> Response:
    with house.database.reading() as session:
        tokens = list_tokens(session, now)
        choices = unit_choices(unit_tree(session, who, now)) if who.may(CHANGE) else ()
    lines = tuple(
        ProgramLine(
            one.name,
            one.role,
            one.unit,
            one.made_at,
            one.expires_at,
            one.last_used_at,
            one.revoked_at,
            str(one.state),
            f"/organisation/programs/{one.id}/end" if one.state is TokenState.VALID else None,
        )
        for one in reversed(tokens)
    )
    view = ProgramsView(
        standing=tuple(one for one in lines if one.end_url),
        ended=tuple(one for one in lines if not one.end_url),
        choices=choices,
        roles=_ROLES,
        may_change=who.may(CHANGE),
        made=made,
        form=form or FormState(),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
    return page(request, who, "organisation_programs.html", view, said=said, status=status)
