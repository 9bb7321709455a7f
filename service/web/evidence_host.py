"""The host for foreign content: no cookies, no pages of ours, only signed links (DESIGN §3.12).

Pictures that our confined child made, and originals as downloads, come from
here and never from the host that holds people's sessions.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Depends, FastAPI, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from archive.errors import EvidenceErased, EvidenceNotFound
from archive.vault.sealing import EvidenceKey
from archive.vault.vault import StoredObject, Vault
from service.access.people import principal_of, session_by_key
from service.casework.evidence.originals import object_of
from service.errors import NotFound, NotSignedIn, ServiceError
from service.installation import Installation
from service.web.application import Application
from service.web.capability import Capabilities, Capability, CapabilityInvalid
from service.web.dependencies import House, Now, Public, is_secure
from service.web.problems import problem, status_of
from service.web.standing import while_standing

if TYPE_CHECKING:
    from archive.records.evidence import ObjectRecord

INLINE = frozenset({"image/png", "image/webp", "image/jpeg"})
"""Only pictures made by our own child are shown; everything else is a download."""

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
        "/o/{link}", _open, methods=["GET"], dependencies=[Depends(_OPEN)], response_model=None
    )
    app.add_exception_handler(Exception, _refuse)
    for kind in _NOTHING:
        app.add_exception_handler(kind, _refuse)
    app.secure = is_secure(installation.settings)
    return app


def _open(request: Request, link: str, house: House, now: Now) -> Response:
    capability = request.app.state.capabilities.read(link, now)
    stored, key = _opened_by(house, capability, now)
    headers = {
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "private, no-store",
        "Content-Length": str(stored.size),
    }
    inline = stored.role in {"preview", "thumbnail", "picture", "page"} and (
        stored.media_type in INLINE
    )
    if not inline:
        headers["Content-Disposition"] = "attachment"
    media_type = stored.media_type if inline else "application/octet-stream"

    def still() -> None:
        _opened_by(house, capability, house.clock.now())

    sent = while_standing(_bytes(house.vault, key, stored), still, house.clock.now)
    return StreamingResponse(sent, 200, headers, media_type)


def _opened_by(
    house: Installation, capability: Capability, now: datetime
) -> tuple[ObjectRecord, EvidenceKey]:
    """Return what a link opens, as long as its session and right stand."""
    settings = house.settings
    with house.database.reading() as session:
        row, person = session_by_key(
            session,
            capability.session,
            now,
            idle=timedelta(minutes=settings.session_idle_minutes),
            whole=timedelta(hours=settings.session_hours),
        )
        who = principal_of(session, person, house.rights, now, row.form_token)
        return object_of(
            session,
            house.vault,
            who,
            evidence_id=UUID(capability.evidence),
            name=capability.object_name,
            now=now,
        )


def _bytes(vault: Vault, key: EvidenceKey, stored: StoredObject) -> Iterator[bytes]:
    yield from vault.stream(key, stored)


def _refuse(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, _NOTHING):
        return problem(request, HTTPStatus.NOT_FOUND, "not-found", "this link opens nothing")
    status, code = status_of(error)
    return problem(request, status, code, status.phrase)
