"""Who asks with a phone: its cookie, and the one thing that it lets its holder do."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from service.access.phones import ACTION, Phone, phone_by_secret
from service.errors import PhoneNotConnected
from service.web.dependencies import SAFE_METHODS, House, Right, require_same_origin

PHONE_COOKIE = "vaern_phone"
PHONE_PATH = "/phone"
"""The cookie goes to these paths only: no other route of ours ever sees it."""

DEVICE = "device"


class PhoneRight(Right):
    """The right of a connected phone: handing in. A session, however high, is no phone.

    A share comes from the phone's own system, which can carry no form token: `SameSite` and
    `Sec-Fetch-Site` (there `none`) keep other sites out.
    """

    def __init__(self) -> None:
        super().__init__(DEVICE)

    def __call__(self, request: Request, house: House) -> Phone:
        """Return the phone, or raise `PhoneNotConnected`, `FormExpired`."""
        if request.method not in SAFE_METHODS:
            require_same_origin(request)
        return phone_of(request, house)


def phone_of(request: Request, house: House) -> Phone:
    """Return the phone that holds the cookie; raises `PhoneNotConnected`."""
    secret = request.cookies.get(PHONE_COOKIE)
    if not secret:
        raise PhoneNotConnected("no phone's cookie")
    with house.database.reading() as session:
        phone = phone_by_secret(session, secret, house.rights, house.clock.now())
    phone.who.require(ACTION)
    return phone


ThisPhone = Annotated[Phone, Depends(PhoneRight())]
