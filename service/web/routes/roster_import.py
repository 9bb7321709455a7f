"""A file of names: what it would change is shown; then exactly that is done."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.organisation.drafts import ROSTER, draft_of, forget_drafts, keep_draft
from service.casework.organisation.roster import CHANGE
from service.casework.organisation.roster_file import apply_names, plan_of_names
from service.installation import Installation
from service.organisation.refusals import FileUnusable
from service.web.dependencies import House, Now, PageRight, installation_of
from service.web.frames import frame_for
from service.web.organisation_words import OrganisationWords
from service.web.routes.organisation_import import ApplyForm
from service.web.screens.organisation import page
from service.web.screens.roster import names_file_view
from service.web.table_file import TableFile, receive_table
from service.web.views.frame import FieldError, FormState, Place
from service.web.views.roster import NamesFileView

router = APIRouter(include_in_schema=False, prefix="/roster/import")
Change = Annotated[Principal, Depends(PageRight(CHANGE))]


@router.get("")
def ask(request: Request, who: Change) -> Response:
    """Show the form."""
    return page(request, who, "roster_import.html", NamesFileView(), here=Place.ROSTER)


@router.post("")
async def look(request: Request, who: Change) -> Response:
    """Read a file, keep it for an hour, and go on to what it would change."""
    table = await receive_table(request, who)
    return await run_in_threadpool(_kept, request, installation_of(request), who, table)


@router.get("/{roster_draft_id}")
def show(request: Request, roster_draft_id: UUID, who: Change, house: House, now: Now) -> Response:
    """Show what a file would change."""
    return _shown(request, roster_draft_id, who, house, now)


@router.post("/{roster_draft_id}")
def apply(
    request: Request,
    roster_draft_id: UUID,
    who: Change,
    form: Annotated[ApplyForm, Form()],
    house: House,
    now: Now,
) -> Response:
    """Do what was shown, or show again what would change now."""
    form.check(who)
    with house.database.writing() as session:
        draft = draft_of(session, who, roster_draft_id, now, of=ROSTER)
        plan = plan_of_names(session, draft.content, now, end_missing=draft.end_missing)
        as_shown = plan.digest == form.plan
        if as_shown:
            apply_names(session, who, plan, draft.content, now)
            session.delete(draft)
    if not as_shown:
        return _shown(request, roster_draft_id, who, house, now, changed_meanwhile=True)
    return RedirectResponse("/roster?said=imported", HTTPStatus.SEE_OTHER)


def _kept(request: Request, house: Installation, who: Principal, table: TableFile) -> Response:
    now, end_missing = house.clock.now(), table.end_missing
    try:
        content = table.content()
        with house.database.reading() as session:
            plan_of_names(session, content, now)
        with house.database.writing() as session:
            forget_drafts(session, now)
            kept = keep_draft(session, who, content, now, end_missing=end_missing, of=ROSTER)
    except FileUnusable as wrong:
        words = OrganisationWords(frame_for(request, who).language)
        form = FormState(errors=(FieldError("files", words.file_fault(wrong)),))
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        view = NamesFileView(form=form)
        return page(request, who, "roster_import.html", view, here=Place.ROSTER, status=status)
    return RedirectResponse(f"/roster/import/{kept}", HTTPStatus.SEE_OTHER)


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
        draft = draft_of(session, who, draft_id, now, of=ROSTER)
        plan = plan_of_names(session, draft.content, now, end_missing=draft.end_missing)
    language = frame_for(request, who).language
    url = f"/roster/import/{draft_id}"
    view = names_file_view(plan, language, url, changed_meanwhile=changed_meanwhile)
    status = HTTPStatus.CONFLICT if changed_meanwhile else HTTPStatus.OK
    return page(request, who, "roster_import.html", view, here=Place.ROSTER, status=status)
