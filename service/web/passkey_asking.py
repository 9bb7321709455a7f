"""A passkey's challenge on its way to the browser and back: in a cookie, beside the options."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import Request
from starlette.responses import JSONResponse, Response

from service.access.challenges import LASTS, Challenges
from service.access.passkeys import Party, party_of
from service.errors import PasskeyRefused
from service.installation import Installation
from service.web.entering import set_cookie

COOKIE = "vaern_passkey"
SIGN_IN = "sign-in"


def party_at(request: Request, house: Installation) -> Party | None:
    """Return to whom passkeys belong at this address, or None where browsers allow none."""
    return party_of(house.settings.url, request.headers.get("host"))


def require_party(request: Request, house: Installation) -> Party:
    """Return to whom passkeys belong at this address; raises `PasskeyRefused`."""
    party = party_at(request, house)
    if party is None:
        raise PasskeyRefused("there are no passkeys at this address")
    return party


def asked(
    request: Request,
    house: Installation,
    purpose: str,
    now: datetime,
    options: Callable[[bytes], dict[str, Any]],
) -> Response:
    """Answer with what the browser asks of its authenticator, and let it keep the challenge."""
    challenge, kept = _challenges(request).make(purpose, now)
    answer = JSONResponse(options(challenge))
    set_cookie(answer, house, COOKIE, kept, LASTS)
    return answer


def challenge_of(request: Request, purpose: str, now: datetime) -> bytes:
    """Return the challenge that this browser was given; raises `PasskeyRefused`."""
    return _challenges(request).read(request.cookies.get(COOKIE), purpose, now)


def making(person_id: object) -> str:
    """Return the purpose of a challenge by which one person makes a passkey."""
    return f"make:{person_id}"


def _challenges(request: Request) -> Challenges:
    found: Challenges = request.app.state.challenges
    return found
