"""The last step of every way in: a new session, and the cookies that its browser keeps.

Before it stands a password with its second factor, a passkey, or another house's word for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from service.access.devices import KEPT, remember_device
from service.access.half_signed_in import SETS_UP, begin_half
from service.access.identities import BY_PROVIDER, tell_local
from service.access.people import end_session, open_session
from service.access.phones import label_of
from service.installation import Installation
from service.web.dependencies import COOKIE, is_secure
from service.web.paths import inner_path

if TYPE_CHECKING:
    from archive.records.people import PersonRecord

DEVICE_COOKIE = "vaern_device"
"""Says that its holder has signed in here before; it opens nothing (`access.devices`)."""
HALF_COOKIE = "vaern_half"
"""Says who has given the right password; it opens nothing but the question that is left."""
SECOND = "/sign-in/second"
SET_UP = "/sign-in/set-up"


@dataclass(frozen=True, slots=True)
class Entered:
    """What a browser keeps of a sign-in: the session's secret, and that it is known here."""

    session: str
    device: str


def enter(
    request: Request,
    house: Installation,
    person: PersonRecord,
    now: datetime,
    *,
    way: str,
    also: Callable[[Session], None] = lambda _: None,
    acr: str | None = None,
    amr: str | None = None,
) -> Entered:
    """Open a session; `also` is done with it, before it, or neither is.

    One who signs in again is not signed in twice: the id that was there opens nothing more.
    Where the municipality's provider signs people in, every other way in is told.
    """
    before, device = request.cookies.get(COOKIE, ""), request.cookies.get(DEVICE_COOKIE)
    label = label_of(request.headers.get("user-agent", ""))

    def act(session: Session) -> Entered:
        also(session)
        end_session(session, before, now)
        if house.settings.signs_in_by_provider and way != BY_PROVIDER:
            tell_local(session, person, way, now)
        secret, _ = open_session(session, person, now, way=way, label=label, acr=acr, amr=amr)
        return Entered(secret, remember_device(session, person, device, now))

    return house.gate.run(act)


def led_in(house: Installation, entered: Entered, next_path: str) -> Response:
    """Return the answer that leads a browser in, to a path of ours."""
    answer = RedirectResponse(inner_path(next_path), HTTPStatus.SEE_OTHER)
    keep_cookies(answer, house, entered)
    return answer


def keep_cookies(answer: Response, house: Installation, entered: Entered) -> None:
    """Let a browser keep its session, and that it is known here."""
    lasts = timedelta(hours=house.settings.session_hours)
    set_cookie(answer, house, COOKIE, entered.session, lasts)
    set_cookie(answer, house, DEVICE_COOKIE, entered.device, KEPT)


def led_half_way(
    house: Installation, person: PersonRecord, next_path: str, now: datetime, *, sets_up: bool
) -> Response:
    """Return the answer that leads a browser to the second factor, or to choosing one."""
    path = inner_path(next_path)
    secret = house.gate.run(lambda session: begin_half(session, person, path, now, sets_up=sets_up))
    answer = RedirectResponse(SET_UP if sets_up else SECOND, HTTPStatus.SEE_OTHER)
    set_cookie(answer, house, HALF_COOKIE, secret, SETS_UP, path="/sign-in")
    return answer


def set_cookie(
    answer: Response,
    house: Installation,
    name: str,
    secret: str,
    lasts: timedelta,
    *,
    path: str = "/",
) -> None:
    """Let a browser keep a secret that no script reads and no other site sends."""
    answer.set_cookie(
        name,
        secret,
        max_age=int(lasts.total_seconds()),
        path=path,
        httponly=True,
        samesite="lax",
        secure=is_secure(house.settings),
    )
