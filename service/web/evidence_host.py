"""The host for foreign content: no cookies, no pages of ours, only signed links (DESIGN §3.12).

Pictures that our confined child made, and sound and film to be played, come from here and never
from the host that holds people's sessions. Whatever a browser could take for a page is a download.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Depends, FastAPI, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from archive.errors import EvidenceErased, EvidenceNotFound
from archive.vault.sealing import EvidenceKey
from service.access.people import principal_of, session_by_key
from service.casework.evidence.originals import name_of, object_of
from service.errors import NotFound, NotSignedIn, ServiceError
from service.installation import Installation
from service.web.application import Application
from service.web.capability import Capabilities, Capability, CapabilityInvalid
from service.web.dependencies import House, Now, Public, is_secure
from service.web.disposition import attachment
from service.web.played import PLAYED
from service.web.problems import problem, status_of
from service.web.ranges import NotSatisfiable, wanted
from service.web.standing import while_standing

if TYPE_CHECKING:
    from archive.records.evidence import ObjectRecord

INLINE: Final = frozenset({"image/png", "image/webp", "image/jpeg"})
"""Only pictures made by our own child are shown."""

_NOTHING = (CapabilityInvalid, NotFound, NotSignedIn, EvidenceNotFound, EvidenceErased)
_OPEN = Public("the link is the right: signed, short-lived, checked against session and right")


class EvidenceHostNotApart(ServiceError):
    """Foreign content would come from the host that holds people's sessions."""


def require_another_host(url: str, evidence_url: str) -> None:
    """Raise `EvidenceHostNotApart` where both addresses have one host name.

    Another port or scheme is not enough: cookies ignore both (RFC 6265 §8.5),
    so the session would travel to whatever a page of foreign content asks for.
    """
    if _host_of("URL", url) == _host_of("EVIDENCE_URL", evidence_url):
        raise EvidenceHostNotApart(
            f"VAERN_EVIDENCE_URL={evidence_url} has the same host name as the web ({url}): "
            "cookies ignore ports, so foreign content needs a host name of its own, "
            "such as evidence.municipality.example beside vaern.municipality.example"
        )


def _host_of(name: str, url: str) -> str:
    """Return the host as browsers compare it: lower case, without the root's dot, as ASCII."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise EvidenceHostNotApart(f"VAERN_{name}={url} is no http or https address with a host")
    host = parts.hostname.rstrip(".")
    try:
        return host.encode("idna").decode().lower()
    except UnicodeError:
        return host.lower()


def other_loopback(url: str) -> str:
    """Return the loopback name that the web does not have: to browsers they are two hosts."""
    return "127.0.0.1" if urlsplit(url).hostname == "localhost" else "localhost"


def make_evidence_host(installation: Installation, *, secret: bytes, web_url: str) -> FastAPI:
    """Return the second application."""
    app = Application(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.installation = installation
    app.state.capabilities = Capabilities(secret)
    app.state.web_url = web_url
    app.add_api_route(
        "/o/{link}",
        _open,
        methods=["GET", "HEAD"],
        dependencies=[Depends(_OPEN)],
        response_model=None,
    )
    app.add_exception_handler(Exception, _refuse)
    for kind in _NOTHING:
        app.add_exception_handler(kind, _refuse)
    app.secure = is_secure(installation.settings)
    return app


@dataclass(frozen=True)
class _Opened:
    """An object that a link opens, its key, and what its evidence is called."""

    stored: ObjectRecord
    key: EvidenceKey
    name: str


def _open(request: Request, link: str, house: House, now: Now) -> Response:
    capability = request.app.state.capabilities.read(link, now)
    opened = _opened_by(house, capability, now)
    stored, etag = opened.stored, f'"{opened.stored.sha256}"'
    media_type = shown_as(stored)
    headers = {
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "private, no-store",
        "Accept-Ranges": "bytes",
        "ETag": etag,
    }
    if media_type is None:
        headers["Content-Disposition"] = attachment(opened.name)
    try:
        part = wanted(request.headers, stored.size, etag)
    except NotSatisfiable:
        headers["Content-Range"] = f"bytes */{stored.size}"
        return Response(status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
    first, end = part or (0, stored.size)
    headers["Content-Length"] = str(end - first)
    status = HTTPStatus.OK
    if part is not None:
        status = HTTPStatus.PARTIAL_CONTENT
        headers["Content-Range"] = f"bytes {first}-{end - 1}/{stored.size}"
    kind = media_type or "application/octet-stream"
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=kind)

    def still() -> None:
        _opened_by(house, capability, house.clock.now())

    vault = house.vault
    chunks = (
        vault.stream(opened.key, stored)
        if part is None
        else vault.part(opened.key, stored, first, end)
    )
    sent = while_standing(chunks, still, house.clock.now)
    return StreamingResponse(sent, status.value, headers, kind)


def shown_as(stored: ObjectRecord) -> str | None:
    """Return as what an object is shown or played; None where it is a download only."""
    if stored.role == "original":
        return PLAYED.get(stored.media_type)
    made_by_us = stored.role in {"preview", "thumbnail", "picture", "page"}
    return stored.media_type if made_by_us and stored.media_type in INLINE else None


def _opened_by(house: Installation, capability: Capability, now: datetime) -> _Opened:
    """Return what a link opens, as long as its session and right stand."""
    settings = house.settings
    evidence_id = UUID(capability.evidence)
    with house.database.reading() as session:
        row, person = session_by_key(
            session,
            capability.session,
            now,
            idle=timedelta(minutes=settings.session_idle_minutes),
            whole=timedelta(hours=settings.session_hours),
        )
        who = principal_of(session, person, house.rights, now, row.form_token)
        stored, key = object_of(
            session,
            house.vault,
            who,
            evidence_id=evidence_id,
            name=capability.object_name,
            now=now,
        )
        return _Opened(stored, key, name_of(session, evidence_id))


def _refuse(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, _NOTHING):
        return problem(request, HTTPStatus.NOT_FOUND, "not-found", "this link opens nothing")
    status, code = status_of(error)
    return problem(request, status, code, status.phrase)
