"""Links to the evidence host for the one who is signed in at this request."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request

from service.access.people import secret_hash
from service.errors import NotSignedIn
from service.web.dependencies import COOKIE, installation_of


def link_to(request: Request, evidence_id: UUID, object_name: str) -> str:
    """Return an address that shows one object for five minutes, in this session only."""
    secret = request.cookies.get(COOKIE)
    if not secret:
        raise NotSignedIn("no session cookie")
    now = installation_of(request).clock.now()
    link = request.app.state.capabilities.make(
        str(evidence_id), object_name, secret_hash(secret), now
    )
    return f"{request.app.state.evidence_url.rstrip('/')}/o/{link}"
