"""Er den uændret?: whoever is signed in drops a file or a SHA-256, and gets the answer."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from service.access.principal import Principal
from service.casework.evidence.numbers import receipts, spoken_number
from service.casework.evidence.same import COMPARE, compare, digest_in, handed_in
from service.errors import UploadInvalid, UploadTooLarge
from service.installation import Installation
from service.web.comparing import AskingDoor
from service.web.dependencies import PageRight, installation_of, require_form_token
from service.web.frames import frame_for
from service.web.streaming import Uploaded, UploadLimits, receive_upload
from service.web.views.frame import FieldError, FormState
from service.web.views.unchanged import Compared, Match, UnchangedView
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False)
Compare = Annotated[Principal, Depends(PageRight(COMPARE))]
TOKEN = "csrf_token"  # noqa: S105 — the name of a form field
DIGEST = "sha256"


@router.get("/unchanged")
def ask(request: Request, who: Compare) -> Response:
    """Show the form."""
    return _page(request, who)


@router.post("/unchanged")
async def answer(request: Request, who: Compare) -> Response:
    """Compare a file, hashed as it comes and never kept, or a digest, with what may be seen."""
    house = installation_of(request)

    def admit(fields: Mapping[str, str]) -> None:
        require_form_token(who, fields.get(TOKEN, ""))

    limits = UploadLimits(
        files=1,
        bytes=house.settings.most_upload_bytes,
        fields=frozenset({TOKEN, DIGEST}),
        admit=admit,
    )
    came = await receive_upload(
        request, AskingDoor(), limits, request.app.state.upload_turns, lambda uploaded: uploaded
    )
    return await run_in_threadpool(_answered, request, house, who, came)


def _answered(request: Request, house: Installation, who: Principal, came: Uploaded) -> Response:
    refusal = came.error
    if refusal is not None and not isinstance(
        refusal, UploadInvalid | UploadTooLarge | ClientDisconnect
    ):
        raise refusal
    if refusal is None:
        require_form_token(who, came.fields.get(TOKEN, ""))
    typed = came.fields.get(DIGEST, "")[:2000]
    file = came.files[0] if came.files and refusal is None else None
    sha256 = file.held.sealed.sha256 if file else digest_in(typed)
    if sha256 is None or refusal is not None:
        return _page(request, who, form=_wrong(request, who, typed, refusal))
    now = house.clock.now()
    with house.database.writing() as session:
        found = compare(session, who, sha256, now)
        given = handed_in(session, [one.id for one in found])
        numbers = receipts(session, [one.id for one in found])
        matches = tuple(
            Match(
                spoken_number(one.id, numbers.get(one.id)),
                f"/evidence/{one.id}",
                one.received_at,
                next((each.by for each in given[one.id]), None),
            )
            for one in found
        )
    compared = Compared(
        sha256,
        matches,
        file.filename if file else None,
        file.held.sealed.size if file else None,
    )
    return _page(request, who, answer=compared)


def _wrong(request: Request, who: Principal, typed: str, refusal: Exception | None) -> FormState:
    _ = gettext_of(frame_for(request, who).language)
    if isinstance(refusal, UploadTooLarge):
        return FormState(errors=(FieldError("files", _("Choose one file, within the limit.")),))
    if typed.strip():
        error = FieldError(DIGEST, _("A SHA-256 has 64 signs: digits, and letters from a to f."))
        return FormState({DIGEST: typed}, (error,))
    return FormState(errors=(FieldError("files", _("Choose a file, or paste its SHA-256.")),))


def _page(
    request: Request,
    who: Principal,
    *,
    answer: Compared | None = None,
    form: FormState | None = None,
) -> Response:
    settings = installation_of(request).settings
    view = UnchangedView(settings.most_upload_bytes, answer, form or FormState())
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
    shown: Response = request.app.state.templates.response(
        request,
        "unchanged.html",
        {"frame": frame_for(request, who), "view": view},
        status_code=status.value,
    )
    return shown
