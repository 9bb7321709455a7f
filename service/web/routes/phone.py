"""An employee's phone: connected once by a link, it hands in and shows nothing of any case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response

from service.access.phones import PHONE_LASTS, Phone, enrol, require_link, revoke
from service.casework.mail.arrival import require_room
from service.casework.phones import (
    MOST_SHARED,
    Received,
    Shared,
    receive_file,
    received_already,
    received_of_share,
    words_of,
)
from service.errors import PhoneLinkEnded, PhoneNotConnected, UploadTooLarge
from service.installation import Installation
from service.web.dependencies import (
    FormModel,
    House,
    Now,
    Public,
    Reading,
    installation_of,
    is_secure,
    require_same_origin,
)
from service.web.frames import frame_for_nobody
from service.web.phone_codes import code_of
from service.web.phone_right import PHONE_COOKIE, PHONE_PATH, ThisPhone, phone_of
from service.web.phone_sharing import take_share
from service.web.phone_uploads import Turn
from service.web.rendering import STATIC
from service.web.standing import before_keeping
from service.web.streaming import GATHERED, clean_filename
from service.web.views.phone import PhoneLinkView, PhoneSentView, PhoneView

router = APIRouter(include_in_schema=False, prefix="/phone")
_LINK = Public("a link that connects is its own key")
_SHELL = Public("it names nobody and shows nothing; the phone keeps it for when there is no line")
_WORKER_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'"


class FileForm(FormModel):
    """One file as the phone names it: `of` were shared at once, `size` is in bytes."""

    file_id: UUID
    share: UUID
    of: Annotated[int, Field(ge=1, le=MOST_SHARED)]
    size: Annotated[int, Field(ge=0)]
    name: Annotated[str, Field(max_length=1000)] = ""
    title: Annotated[str, Field(max_length=20_000)] = ""
    text: Annotated[str, Field(max_length=20_000)] = ""
    url: Annotated[str, Field(max_length=20_000)] = ""


@router.get("/", dependencies=[Depends(_SHELL)])
def show(request: Request, house: House, said: str | None = None) -> Response:
    """Show the page that sends; what this phone has kept is put in by the phone itself."""
    try:
        phone_of(request, house)
        connected = True
    except PhoneNotConnected:
        connected = False
    view = PhoneView(connected, new=said == "connected")
    return _page(request, "phone.html", view)


@router.get("/service-worker.js", dependencies=[Depends(_SHELL)])
def worker() -> Response:
    """Return the program that takes shares, also where there is no line."""
    answer = FileResponse(STATIC / "service-worker.js", media_type="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Content-Security-Policy"] = _WORKER_POLICY
    return answer


@router.get("/link/{secret}", dependencies=[Depends(_LINK)])
def ask(request: Request, secret: str, session: Reading, now: Now) -> Response:
    """Show what a link does. Looking uses nothing up: mail systems open every link."""
    try:
        require_link(session, secret, now)
    except PhoneLinkEnded:
        return _link_ended(request)
    house = installation_of(request)
    base = (house.settings.url or str(request.base_url)).rstrip("/")
    path = f"{PHONE_PATH}/link/{secret}"
    return _page(request, "phone_link.html", PhoneLinkView(path, code_of(base + path)))


@router.post("/link/{secret}", dependencies=[Depends(_LINK)])
def connect(
    request: Request, secret: str, form: Annotated[FormModel, Form()], house: House, now: Now
) -> Response:
    """Connect this phone, once."""
    del form  # it holds nothing; who has the link needs no session
    require_same_origin(request)
    agent = request.headers.get("user-agent", "")
    try:
        with house.database.writing() as session:
            own = enrol(session, secret, agent, now)
    except PhoneLinkEnded:
        return _link_ended(request)
    answer = RedirectResponse(f"{PHONE_PATH}/?said=connected", HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        PHONE_COOKIE,
        own,
        max_age=int(PHONE_LASTS / timedelta(seconds=1)),
        path=PHONE_PATH,
        httponly=True,
        samesite="lax",
        secure=is_secure(house.settings),
    )
    return answer


@router.post("/leave")
def leave(phone: ThisPhone, form: Annotated[FormModel, Form()], house: House, now: Now) -> Response:
    """End this phone by itself."""
    del form  # the phone is known by its cookie, and other sites are kept out by the right
    with house.database.writing() as session:
        revoke(session, phone.id, now, actor=phone.who.actor)
    answer = RedirectResponse(f"{PHONE_PATH}/", HTTPStatus.SEE_OTHER)
    answer.delete_cookie(PHONE_COOKIE, path=PHONE_PATH)
    return answer


@router.get("/share", dependencies=[Depends(_SHELL)])
def shared_before() -> Response:
    """Whoever loads the page again after sharing comes to what was sent."""
    return RedirectResponse(f"{PHONE_PATH}/", HTTPStatus.SEE_OTHER)


@router.post("/share")
async def share(request: Request, phone: ThisPhone) -> Response:
    """Take what the phone's system or a plain form shares, where no service worker does."""
    number, _ = await take_share(request, phone)
    return RedirectResponse(f"{PHONE_PATH}/sent?share={number}", HTTPStatus.SEE_OTHER)


@router.get("/sent")
def sent(request: Request, phone: ThisPhone, session: Reading, share: UUID) -> Response:
    """Say that it is safe."""
    kept = received_of_share(session, phone, share)
    return _page(request, "phone_sent.html", PhoneSentView(len(kept)))


@router.post("/files")
def begin(
    request: Request, phone: ThisPhone, form: Annotated[FileForm, Form()], house: House, now: Now
) -> Response:
    """Expect a file, or say how much of it is here, or that it is safe already."""
    with house.database.reading() as session:
        earlier = received_already(session, _person(phone), form.file_id)
    if earlier is not None:
        return JSONResponse({"kept": _document(earlier)})
    if form.size > house.settings.most_upload_bytes:
        raise UploadTooLarge(f"a file holds at most {house.settings.most_upload_bytes} bytes")
    request.app.state.upload_quota.require(phone.who, form.size)
    require_room(house, form.size)
    note, address = words_of(form.title, form.text, form.url, now)
    shared = Shared(
        file_id=form.file_id,
        share=form.share,
        of=form.of,
        again=str(form.file_id),
        filename=clean_filename(form.name),
        note=note,
        source_url=address,
    )
    key = (phone.id, form.file_id)
    offset = request.app.state.phone_uploads.begin(key, shared, form.size)
    return JSONResponse({"offset": offset})


@router.post("/files/{file_id}")
async def go_on(
    request: Request, phone: ThisPhone, file_id: UUID, offset: Annotated[int, Query(ge=0)] = 0
) -> Response:
    """Take the next piece of a file; 201 with the last one, once all of it is durable."""
    house, turns = installation_of(request), request.app.state.upload_turns
    standing = before_keeping(phone, partial(phone_of, request, house), house.clock.now)
    turn: Turn = request.app.state.phone_uploads.turn((phone.id, file_id), offset)
    try:
        await _take(request, turn, turns)
    except ClientDisconnect:
        return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody hears it; what came stays
    kept = await run_in_threadpool(_keep, house, standing, turn)
    if kept is None:
        return JSONResponse({"offset": turn.offset})
    request.app.state.upload_quota.took(phone.who, 1, kept.size)
    request.app.state.engine.wake("reading")
    return JSONResponse({"kept": _document(kept)}, HTTPStatus.CREATED)


async def _take(request: Request, turn: Turn, turns: anyio.CapacityLimiter) -> None:
    """Stream a piece into the vault; where the line breaks, what has come is taken all the same."""
    waiting = bytearray()
    try:
        async for chunk in request.stream():
            waiting += chunk
            if len(waiting) >= GATHERED:
                taken, waiting = bytes(waiting), bytearray()
                await run_sync(turn.write, taken, limiter=turns)
    except ClientDisconnect:
        with anyio.CancelScope(shield=True):
            await run_sync(turn.write, bytes(waiting), limiter=turns)
        raise
    await run_sync(turn.write, bytes(waiting), limiter=turns)


def _keep(house: Installation, standing: Callable[[], Phone], turn: Turn) -> Received | None:
    held = turn.whole()
    return None if held is None else receive_file(house, standing, held, turn.shared)


def _document(kept: Received) -> dict[str, Any]:
    return {"sha256": kept.sha256, "size": kept.size, "case": kept.case}


def _person(phone: Phone) -> UUID:
    if phone.who.person_id is None:
        raise PhoneNotConnected("a phone belongs to a person")
    return phone.who.person_id


def _link_ended(request: Request) -> Response:
    view = PhoneLinkView(PHONE_PATH, None)
    return _page(request, "phone_link.html", view, HTTPStatus.GONE)


def _page(
    request: Request, template: str, view: object, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    context = {"frame": frame_for_nobody(request), "view": view}
    answer: Response = request.app.state.templates.response(
        request, template, context, status_code=status.value, worker=True
    )
    answer.headers["Referrer-Policy"] = "no-referrer"  # the address of a link is a key
    if isinstance(view, PhoneView) and view.connected:
        answer.headers["X-Phone"] = "connected"
    return answer
