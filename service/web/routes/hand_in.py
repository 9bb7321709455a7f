"""Indsend: hand in files with progress, or as a plain form; and the receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, RedirectResponse, Response

from service.access.principal import Principal
from service.casework.cases.listing import list_cases, names_of
from service.casework.evidence.belongings import cases_of
from service.casework.evidence.listing import find_evidence
from service.errors import (
    CaseClosed,
    CaseNotFound,
    FormExpired,
    TooManyFiles,
    UploadInvalid,
    UploadTooLarge,
)
from service.web import catalogues
from service.web.dependencies import Now, PageRight, Reading, installation_of, require_form_token
from service.web.frames import frame_for
from service.web.problems import status_of, told_when
from service.web.uploading import Outcome, upload
from service.web.views.evidence import EvidenceState
from service.web.views.frame import CaseLink, FieldError, FormState, Place
from service.web.views.hand_in import HandInView, KeptFile, ReceiptView
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False)
HandIn = Annotated[Principal, Depends(PageRight("evidence.hand_in"))]
COPENHAGEN = ZoneInfo("Europe/Copenhagen")
_SAID = (UploadInvalid, UploadTooLarge, CaseNotFound, CaseClosed)
TOKEN = "csrf_token"  # noqa: S105 — the name of a form field


@router.get("/hand-in")
def ask(
    request: Request, who: HandIn, session: Reading, now: Now, case: str | None = None
) -> Response:
    """Show the form."""
    return _page(request, who, session, now, chosen=case)


@router.post("/hand-in")
async def hand_in(request: Request, who: HandIn) -> Response:
    """Receive the files; a script gets JSON, a plain form its receipt."""

    def admit(fields: Mapping[str, str]) -> None:
        require_form_token(who, fields.get(TOKEN, ""))

    outcome = await upload(
        request, who, more_fields=frozenset({TOKEN}), admit=admit, translate=_from_form
    )
    error = outcome.error
    if error is None and not outcome.evidence:
        error = UploadInvalid("choose at least one file", "files")
    receipt = "/hand-in/receipt?" + "&".join(f"id={one['id']}" for one in outcome.evidence)
    if request.headers.get("accept", "").startswith("application/json"):
        body: dict[str, object] = {"evidence": outcome.evidence}
        if error is None:
            return JSONResponse({**body, "receipt": receipt}, HTTPStatus.CREATED)
        status, code = status_of(error)
        body["code"] = code
        if isinstance(error, _SAID) and getattr(error, "field", None) != TOKEN:
            body["message"] = _words(request, who, error, outcome.evidence)[1]
        return told_when(JSONResponse(body, status.value), error)
    if error is None:
        return RedirectResponse(receipt, HTTPStatus.SEE_OTHER)
    if not isinstance(error, _SAID):
        request.state.kept = tuple(one["filename"] or "" for one in outcome.evidence)
        raise error
    return _refused(request, who, error, outcome)


@router.get("/hand-in/receipt")
def receipt(
    request: Request,
    who: HandIn,
    session: Reading,
    now: Now,
    id: Annotated[list[UUID], Query(min_length=1, max_length=50)],  # noqa: A002 — the address's word
) -> Response:
    """Say that it is safe, and what happens next."""
    rows = [find_evidence(session, who, one, now) for one in id]
    cases = cases_of(session, who, rows[0], now)
    case = cases[0] if cases else None
    handler = names_of(session, [case.handler_id]) if case else {}
    view = ReceiptView(
        kept=tuple(
            KeptFile(
                row.filename or "",
                row.size,
                row.sha256 or "",
                EvidenceState(str(row.state)),
                f"/evidence/{row.id}",
            )
            for row in rows
        ),
        received_at=max(row.received_at for row in rows),
        case=CaseLink(case.number, f"/cases/{case.number}") if case else None,
        handler=next(iter(handler.values()), None),
    )
    context = {"frame": frame_for(request, who, Place.HAND_IN), "view": view}
    answer: Response = request.app.state.templates.response(request, "receipt.html", context)
    return answer


def _from_form(fields: Mapping[str, str]) -> dict[str, str]:
    """A browser's local time has no zone: it is Copenhagen's."""
    translated = {name: value for name, value in fields.items() if value.strip()}
    if seen := translated.get("seen_at"):
        try:
            moment = datetime.fromisoformat(seen)
        except ValueError:
            return translated
        if moment.tzinfo is None:
            translated["seen_at"] = moment.replace(tzinfo=COPENHAGEN).isoformat()
    return translated


def _words(
    request: Request, who: Principal, error: Exception, kept: Sequence[Mapping[str, Any]]
) -> tuple[str, str]:
    """Return the field that was wrong, what to do about it, and which files are safe already."""
    language = frame_for(request, who).language
    _ = gettext_of(language)
    field = (error.field if isinstance(error, UploadInvalid) else None) or "files"
    if isinstance(error, CaseNotFound | CaseClosed):
        field = "case"
    texts = {
        "files": _("Choose at least one file, and at most what the limit allows."),
        "note": _("The note is too long."),
        "source_url": _("Give the whole address, beginning with https://"),
        "seen_at": _("This is not a time that has been."),
        "case": _("There is no such open case."),
    }
    text = texts.get(field, texts["files"])
    if isinstance(error, TooManyFiles):
        text = _("Choose at most %(count)d files at once.") % {"count": error.most}
    return field, f"{text} {_safe(language, kept)}" if kept else text


def _safe(language: str, kept: Sequence[Mapping[str, Any]]) -> str:
    """Say which files need not be sent again: files are kept in the order in which they came."""
    said = catalogues.load(language).ngettext(
        "The first file is safe already: “%(name)s”.",
        "The first %(num)d files are safe already, down to “%(name)s”.",
        len(kept),
    )
    return said % {"num": len(kept), "name": kept[-1]["filename"] or ""}


def _refused(request: Request, who: Principal, error: Exception, outcome: Outcome) -> Response:
    field, text = _words(request, who, error, outcome.evidence)
    if field == TOKEN:
        raise FormExpired("the form was not made for this session")
    state = FormState(values=outcome.fields, errors=(FieldError(field, text),))
    house = installation_of(request)
    with house.database.reading() as session:
        return _page(
            request,
            who,
            session,
            house.clock.now(),
            form=state,
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
        )


def _page(
    request: Request,
    who: Principal,
    session: Session,
    now: datetime,
    *,
    chosen: str | None = None,
    form: FormState | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    settings = installation_of(request).settings
    cases = list_cases(session, who, now, action="evidence.hand_in")
    view = HandInView(
        cases=tuple(CaseLink(one.number, f"/cases/{one.number}") for one in cases),
        archive_address=settings.archive_address,
        most_files=settings.most_files,
        most_bytes=settings.most_upload_bytes,
        chosen_case=chosen,
        form=form or FormState(),
    )
    context = {"frame": frame_for(request, who, Place.HAND_IN), "view": view}
    answer: Response = request.app.state.templates.response(
        request, "hand_in.html", context, status_code=status.value
    )
    return answer
