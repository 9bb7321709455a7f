"""A file of the organisation: what it would change is shown; then exactly that is done."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.organisation.drafts import draft_of, forget_drafts, keep_draft
from service.casework.organisation.importing import apply_plan, plan_of, require_shown
from service.errors import PlanChanged
from service.installation import Installation
from service.organisation.refusals import FileUnusable
from service.web.dependencies import (
    FormModel,
    House,
    Now,
    PageRight,
    installation_of,
)
from service.web.frames import frame_for
from service.web.organisation_words import OrganisationWords
from service.web.screens.organisation import import_view, page
from service.web.table_file import TableFile, receive_table
from service.web.views.frame import FieldError, FormState
from service.web.views.organisation import ImportView

router = APIRouter(include_in_schema=False, prefix="/organisation/import")
Change = Annotated[Principal, Depends(PageRight("organisation.change"))]


class ApplyForm(FormModel):
    """Which changes were shown, and whether those who are new are to be told by mail."""

    plan: str = Field(max_length=16)
    invite: Literal["", "yes"] = ""


@router.get("")
def ask(request: Request, who: Change) -> Response:
    """Show the form."""
    return page(request, who, "organisation_import.html", ImportView())


@router.post("")
async def look(request: Request, who: Change) -> Response:
    """Read a file, keep it for an hour, and go on to what it would change."""
    table = await receive_table(request, who)
    return await run_in_threadpool(_kept, request, installation_of(request), who, table)


@router.get("/{draft_id}")
def show(request: Request, draft_id: UUID, who: Change, house: House, now: Now) -> Response:
    """Show what a file would change."""
    return _shown(request, draft_id, who, house, now)


@router.post("/{draft_id}")
def apply(
    request: Request,
    draft_id: UUID,
    who: Change,
    form: Annotated[ApplyForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Do what was shown, or show again what would change now."""
    form.check(who)
    try:
        with house.database.writing() as session:
            draft = draft_of(session, who, draft_id, now)
            plan = plan_of(
                session,
                draft.content,
                house.rights.roles,
                now,
                end_missing=draft.end_missing,
                asked_by=who.person_id,
            )
            require_shown(plan, form.plan)
            inviting = form.invite == "yes"
            apply_plan(session, plan, draft.content, now, actor=who.actor, inviting=inviting)
            session.delete(draft)
    except PlanChanged:
        return _shown(request, draft_id, who, house, now, changed_meanwhile=True)
    request.app.state.engine.wake("invitations")
    return RedirectResponse("/organisation?said=imported", HTTPStatus.SEE_OTHER)


def _kept(request: Request, house: Installation, who: Principal, table: TableFile) -> Response:
    now, end_missing = house.clock.now(), table.end_missing
    try:
        content = table.content()
        with house.database.reading() as session:
            plan_of(session, content, house.rights.roles, now)
        with house.database.writing() as session:
            forget_drafts(session, now)
            draft_id = keep_draft(session, who, content, now, end_missing=end_missing)
    except FileUnusable as wrong:
        words = OrganisationWords(frame_for(request, who).language)
        form = FormState(errors=(FieldError("files", words.file_fault(wrong)),))
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        view = ImportView(form=form)
        return page(request, who, "organisation_import.html", view, status=status)
    return RedirectResponse(f"/organisation/import/{draft_id}", HTTPStatus.SEE_OTHER)


def _shown(
    request: Request,
    draft_id: UUID,
    who: Principal,
    house: Installation,
    now: Now,
    *,
    changed_meanwhile: bool = False,
) -> Response:
    with house.database.reading() as session:
        draft = draft_of(session, who, draft_id, now)
        plan = plan_of(
            session,
            draft.content,
            house.rights.roles,
            now,
            end_missing=draft.end_missing,
            asked_by=who.person_id,
        )
    language = frame_for(request, who).language
    url = f"/organisation/import/{draft_id}"
    view = import_view(plan, language, url, changed_meanwhile=changed_meanwhile)
    status = HTTPStatus.CONFLICT if changed_meanwhile else HTTPStatus.OK
    return page(request, who, "organisation_import.html", view, status=status)
