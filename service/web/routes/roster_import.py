"""A file of names: what it would change is shown; then exactly that is done."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.organisation.drafts import ROSTER, draft_of, forget_drafts, keep_draft
from service.casework.organisation.roster import CHANGE
from service.casework.organisation.roster_file import apply_names, plan_of_names
from service.errors import UploadInvalid, UploadTooLarge
from service.installation import Installation
from service.organisation.refusals import FileFault, FileUnusable
from service.organisation.table import MOST_BYTES
from service.web.dependencies import House, Now, PageRight, installation_of, require_form_token
from service.web.frames import frame_for
from service.web.organisation_words import OrganisationWords
from service.web.reading_whole import WholeDoor
from service.web.routes.organisation_import import END_MISSING, TOKEN, ApplyForm
from service.web.screens.organisation import page
from service.web.screens.roster import names_file_view
from service.web.streaming import Uploaded, UploadLimits, receive_upload
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

    def admit(fields: Mapping[str, str]) -> None:
        require_form_token(who, fields.get(TOKEN, ""))

    door = WholeDoor()
    limits = UploadLimits(1, MOST_BYTES + 64 * 1024, frozenset({TOKEN, END_MISSING}), admit)
    came = await receive_upload(
        request, door, limits, request.app.state.upload_turns, lambda uploaded: uploaded
    )
    return await run_in_threadpool(_kept, request, installation_of(request), who, came, door)


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


def _kept(
    request: Request, house: Installation, who: Principal, came: Uploaded, door: WholeDoor
) -> Response:
    refusal = came.error
    if refusal is not None and not isinstance(
        refusal, UploadInvalid | UploadTooLarge | ClientDisconnect
    ):
        raise refusal
    if refusal is None:
        require_form_token(who, came.fields.get(TOKEN, ""))
    now, end_missing = house.clock.now(), came.fields.get(END_MISSING) == "yes"
    try:
        content = _content(came, door)
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


def _content(came: Uploaded, door: WholeDoor) -> bytes:
    if isinstance(came.error, UploadTooLarge):
        raise FileUnusable(FileFault.TOO_LARGE)
    return door.content if came.files and came.error is None else b""


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
