"""Skriv opslaget af: what only those who are signed in there can see, typed from a screenshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.capture.requesting import case_number_of, find_visit
from service.casework.cases.listing import list_cases
from service.casework.mail.arrival import require_room
from service.casework.moderation.typed_posts import (
    KeptPost,
    Place,
    keep_typed_post,
    place_of,
    require_typist,
)
from service.casework.moderation.typed_words import TypedWords, words_from
from service.errors import (
    AddressInvalid,
    CaseClosed,
    CaseNotFound,
    FormExpired,
    FourEyes,
    TooManyFiles,
    UploadInvalid,
    UploadTooLarge,
    VisitNotFound,
)
from service.installation import Installation
from service.web.dependencies import (
    Now,
    PageRight,
    Reading,
    installation_of,
    require_form_token,
)
from service.web.frames import frame_for
from service.web.quotas import UploadQuota
from service.web.routes.screenshots import said_of
from service.web.standing import asked_again, before_keeping
from service.web.streaming import Uploaded, UploadLimits, receive_upload, stated_length
from service.web.views.frame import CaseLink, FieldError, FormState
from service.web.views.frame import Place as In
from service.web.views.typed_post import TypedPostView
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False)
SECURE = "post.secure"
Secure = Annotated[Principal, Depends(PageRight(SECURE))]
TOKEN = "csrf_token"  # noqa: S105 — the name of a form field
FIELDS = ("visit", "address", "case", "text", "author", "author_url", "permalink", "time_stated")
_SAID = (
    UploadInvalid,
    UploadTooLarge,
    AddressInvalid,
    CaseNotFound,
    CaseClosed,
    FourEyes,
)


@router.get("/typed-posts")
def ask(
    request: Request,
    who: Secure,
    session: Reading,
    now: Now,
    visit: UUID | None = None,
    address: str = "",
    case: str | None = None,
) -> Response:
    """Show the form: for a visit that failed, or for a page that none can reach."""
    if visit is not None:
        place_of(session, who, now, visit_id=visit)
    values = {"visit": str(visit or ""), "address": address, "case": case or ""}
    return _page(request, who, session, FormState(values=values))


@router.post("/typed-posts")
async def keep(request: Request, who: Secure) -> Response:
    """Keep the screenshot, and the post typed from it; it waits for review at once."""
    house, turns = installation_of(request), request.app.state.upload_turns
    typed: dict[str, str] = {}

    def admit(fields: Mapping[str, str]) -> None:
        require_form_token(who, fields.get(TOKEN, ""))
        typed.update(fields)
        _asked(house, who, fields)

    limits = UploadLimits(
        files=1,
        bytes=house.settings.most_upload_bytes,
        fields=frozenset({TOKEN, *FIELDS}),
        admit=admit,
    )
    quota: UploadQuota = request.app.state.upload_quota
    quota.require(who, stated_length(request))
    require_room(house, stated_length(request))
    standing = before_keeping(who, partial(_again, request, house), house.clock.now)
    try:
        kept = await receive_upload(
            request, house.intake, limits, turns, partial(_keep, house, standing, typed)
        )
    except _SAID as refused:
        if getattr(refused, "field", None) == TOKEN:
            raise FormExpired("the form was not made for this session") from refused
        return await run_sync(_refused, request, house, who, typed, refused)
    quota.took(who, 1, kept.size)
    request.app.state.engine.wake("reading")
    said = await said_of(house, who, kept.post_id, kept.evidence_id)
    said = "typed" if said == "screenshot_counts" else said
    return RedirectResponse(f"/queue?post={kept.post_id}&said={said}", HTTPStatus.SEE_OTHER)


def _again(request: Request, house: Installation) -> Principal:
    who = asked_again(request, house)
    who.require(SECURE)
    return who


def _asked(
    house: Installation, who: Principal, fields: Mapping[str, str]
) -> tuple[Place, TypedWords]:
    """Return what the form says and of which place; asked before a byte of the file is taken."""
    words = words_from(fields)
    visit = fields.get("visit", "")
    with house.database.reading() as session:
        place = place_of(
            session,
            who,
            house.clock.now(),
            visit_id=_id(visit) if visit else None,
            address=fields.get("address", ""),
            case=fields.get("case") or None,
        )
        require_typist(session, who, place, words)
    return place, words


def _id(written: str) -> UUID:
    try:
        return UUID(written)
    except ValueError as bad:
        raise VisitNotFound("no id of a visit") from bad


def _keep(
    house: Installation,
    standing: Callable[[], Principal],
    typed: dict[str, str],
    uploaded: Uploaded,
) -> KeptPost:
    """Register the one file with its post; nothing is acknowledged of what broke off."""
    typed.update(uploaded.fields)
    try:
        who = standing()
        place, words = _whole(house, who, uploaded)
    except Exception:
        for one in uploaded.files:
            house.vault.discard(one.held.sealed.name, one.held.sealed.segments)
        raise
    (file,) = uploaded.files
    now = house.clock.now()
    return keep_typed_post(house, who, place, words, file.held, filename=file.filename, now=now)


def _whole(house: Installation, who: Principal, uploaded: Uploaded) -> tuple[Place, TypedWords]:
    if uploaded.error is not None:
        raise uploaded.error
    require_form_token(who, uploaded.fields.get(TOKEN, ""))
    asked = _asked(house, who, uploaded.fields)
    if not uploaded.files:
        raise UploadInvalid("choose a picture", "files")
    return asked


def _refused(
    request: Request,
    house: Installation,
    who: Principal,
    typed: Mapping[str, str],
    refused: Exception,
) -> Response:
    _ = gettext_of(frame_for(request, who).language)
    picture = _("Choose one picture of the post.")
    address = _("Give the whole address, beginning with https://")
    fields = {
        "text": _("Type what the post says; at most a few pages."),
        "author": _("The name is too long."),
        "author_url": address,
        "permalink": address,
        "time_stated": _("The time is too long. Copy it as it stands there."),
        "files": picture,
        "another": _("That picture was handed in for another post. Take one of this."),
    }
    kinds: dict[type[Exception], tuple[str, str]] = {
        AddressInvalid: ("address", address),
        CaseNotFound: ("case", _("There is no such open case.")),
        CaseClosed: ("case", _("There is no such open case.")),
        TooManyFiles: ("files", picture),
        UploadTooLarge: ("files", _("Choose one picture, and at most what the limit allows.")),
        FourEyes: (
            "text",
            _("The post is about you. A colleague secures it, so that you do not have to."),
        ),
    }
    named = (refused.field if isinstance(refused, UploadInvalid) else None) or "files"
    field, text = kinds.get(type(refused)) or (named, fields.get(named, picture))
    field = "files" if field == "another" else field
    state = FormState(
        values={name: typed.get(name, "") for name in FIELDS}, errors=(FieldError(field, text),)
    )
    with house.database.reading() as session:
        return _page(request, who, session, state, HTTPStatus.UNPROCESSABLE_ENTITY)


def _page(
    request: Request,
    who: Principal,
    session: Session,
    form: FormState,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    house = installation_of(request)
    now = house.clock.now()
    if form.value("visit"):
        visit = find_visit(session, who, _id(form.value("visit")), now)
        number = case_number_of(session, who, visit, now)
        view = TypedPostView(
            address=visit.url,
            most_bytes=house.settings.most_upload_bytes,
            visit_id=str(visit.id),
            case=CaseLink(number, f"/cases/{number}") if number else None,
            back=f"/capture/{visit.id}",
            form=form,
        )
    else:
        cases = list_cases(session, who, now, action=SECURE)
        view = TypedPostView(
            address=form.value("address"),
            most_bytes=house.settings.most_upload_bytes,
            cases=tuple(CaseLink(one.number, f"/cases/{one.number}") for one in cases),
            chosen_case=form.value("case"),
            form=form,
        )
    context = {"frame": frame_for(request, who, In.CAPTURE), "view": view}
    answer: Response = request.app.state.templates.response(
        request, "typed_post.html", context, status_code=status.value
    )
    return answer
