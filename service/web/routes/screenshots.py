"""A screenshot from the page team, where our own capture of a post failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from service.access.principal import Principal
from service.casework.mail.arrival import require_room
from service.casework.moderation.queue import card_of
from service.casework.moderation.screenshots import Standing, is_settled
from service.casework.moderation.standing_in import (
    HandedIn,
    NotCounted,
    hand_in_screenshot,
    require_wanted,
)
from service.errors import (
    AlreadySecured,
    FormExpired,
    FourEyes,
    TooManyFiles,
    UploadInvalid,
    UploadTooLarge,
)
from service.installation import Installation
from service.web.dependencies import PageRight, installation_of, require_form_token
from service.web.frames import frame_for
from service.web.quotas import UploadQuota
from service.web.routes.queue import queue_page
from service.web.standing import asked_again, before_keeping
from service.web.streaming import Uploaded, UploadLimits, receive_upload, stated_length
from service.web.views.frame import FieldError, FormState, Notice, NoticeKind
from service.web.wording import gettext_of

router = APIRouter(include_in_schema=False)
SECURE = "post.secure"
Secure = Annotated[Principal, Depends(PageRight(SECURE))]
TOKEN = "csrf_token"  # noqa: S105 — the name of a form field
LOOKS = 30
"""How often it is asked whether the picture has been opened, before the answer leaves without."""
_NOT_COUNTED: dict[NotCounted | None, str] = {
    NotCounted.NO_PICTURE: "screenshot_no_picture",
    NotCounted.ANOTHER_POSTS: "screenshot_anothers",
}
_SAID = (UploadInvalid, UploadTooLarge, AlreadySecured, FourEyes)


@router.post("/posts/{post_id}/capture-screenshot")
async def hand_in(request: Request, post_id: UUID, who: Secure) -> Response:
    """Keep a picture of a post as its screenshot; what is no picture is kept and said so."""
    house, turns = installation_of(request), request.app.state.upload_turns

    def admit(fields: Mapping[str, str]) -> None:
        require_form_token(who, fields.get(TOKEN, ""))
        require_wanted(house, who, post_id, house.clock.now())

    limits = UploadLimits(
        files=1, bytes=house.settings.most_upload_bytes, fields=frozenset({TOKEN}), admit=admit
    )
    quota: UploadQuota = request.app.state.upload_quota
    quota.require(who, stated_length(request))
    require_room(house, stated_length(request))
    standing = before_keeping(who, partial(_again, request, house), house.clock.now)
    keep = partial(_keep, house, standing, post_id)
    try:
        kept = await receive_upload(request, house.intake, limits, turns, keep)
    except _SAID as refused:
        if getattr(refused, "field", None) == TOKEN:
            raise FormExpired("the form was not made for this session") from refused
        return await run_sync(_refused, request, house, who, post_id, refused)
    quota.took(who, 1, kept.size)
    request.app.state.engine.wake("reading")
    said = _NOT_COUNTED.get(kept.not_counted)
    said = said or await said_of(house, who, post_id, kept.evidence_id)
    return RedirectResponse(f"/queue?post={post_id}&said={said}", HTTPStatus.SEE_OTHER)


def _again(request: Request, house: Installation) -> Principal:
    who = asked_again(request, house)
    who.require(SECURE)
    return who


def _keep(
    house: Installation, standing: Callable[[], Principal], post_id: UUID, uploaded: Uploaded
) -> HandedIn:
    """Register the one file; nothing is acknowledged of an upload that broke off."""
    try:
        who = standing()
        _require_one(who, uploaded)
    except Exception:
        for one in uploaded.files:
            house.vault.discard(one.held.sealed.name, one.held.sealed.segments)
        raise
    (file,) = uploaded.files
    now = house.clock.now()
    return hand_in_screenshot(house, who, post_id, file.held, filename=file.filename, now=now)


def _require_one(who: Principal, uploaded: Uploaded) -> None:
    if uploaded.error is not None:
        raise uploaded.error
    require_form_token(who, uploaded.fields.get(TOKEN, ""))
    if not uploaded.files:
        raise UploadInvalid("choose a file", "screenshot")


async def said_of(house: Installation, who: Principal, post_id: UUID, evidence_id: UUID) -> str:
    """Return the code of what became of it, once the picture is opened or that takes too long."""
    for _ in range(LOOKS):
        if await run_sync(_opened, house, evidence_id):
            break
        await anyio.sleep(0.1)
    standing = await run_sync(_standing, house, who, post_id, evidence_id)
    return {
        Standing.COUNTS: "screenshot_counts",
        Standing.WAITS: "screenshot_waits",
        Standing.UNREADABLE: "screenshot_unreadable",
    }[standing]


def _opened(house: Installation, evidence_id: UUID) -> bool:
    with house.database.reading() as session:
        return is_settled(session, evidence_id)


def _standing(house: Installation, who: Principal, post_id: UUID, evidence_id: UUID) -> Standing:
    with house.database.reading() as session:
        card = card_of(session, who, post_id, house.clock.now())
    found = (one.standing for one in card.screenshots if one.evidence.id == evidence_id)
    return next(found, Standing.UNREADABLE)


def _refused(
    request: Request, house: Installation, who: Principal, post_id: UUID, refused: Exception
) -> Response:
    _ = gettext_of(frame_for(request, who).language)
    texts: dict[type[Exception], str] = {
        UploadInvalid: _("Choose one picture of the post."),
        TooManyFiles: _("Choose one picture of the post."),
        UploadTooLarge: _("Choose one picture, and at most what the limit allows."),
        AlreadySecured: _("Our own capture of the post is whole. No screenshot is needed."),
        FourEyes: _("The post is about you. A colleague secures it, so that you do not have to."),
    }
    text = texts[type(refused)]
    with house.database.reading() as session:
        return queue_page(
            request,
            who,
            session,
            house.clock.now(),
            opened=post_id,
            form=FormState(errors=(FieldError("screenshot", text),)),
            notice=Notice(NoticeKind.REFUSED, text),
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
        )
