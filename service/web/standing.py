"""What is under way is asked again: who has left, or lost a right, gets and gives no more.

A right is asked for when a request begins. An original of gigabytes is sent
for minutes, to a slow reader for hours; an upload lasts as long (THREATS 23).
Content that is sent asks each second; an upload of half a minute or more asks
once again, right before it is registered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final, TypeVar

from fastapi import Request

from service.access.people import principal_of_token
from service.access.principal import Principal
from service.installation import Installation
from service.web.dependencies import signed_in

T = TypeVar("T")
ASKED_EVERY: Final = timedelta(seconds=30)
"""An upload that lasted shorter than this is not asked about again."""
CONTENT_EVERY: Final = timedelta(seconds=1)
"""What is sealed off ends at once: of content, somebody still gets a second's worth."""
_PIECE: Final = 256 * 1024
"""So many bytes at most between two looks at the clock, however slowly they are taken."""


def asked_again(request: Request, house: Installation) -> Principal:
    """Return who sent a request as they stand now; raises `NotSignedIn`."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return signed_in(request, house, at_work=True)
    with house.database.reading() as session:
        return principal_of_token(session, secret.strip(), house.rights, house.clock.now())


def while_standing(
    chunks: Iterator[bytes],
    still: Callable[[], object],
    clock: Callable[[], datetime],
    every: timedelta = CONTENT_EVERY,
) -> Iterator[bytes]:
    """Yield what is sent; each second ask `still`, whose error breaks the answer off."""
    asked = clock()
    for chunk in chunks:
        view = memoryview(chunk)
        for start in range(0, len(view), _PIECE):
            if abs((now := clock()) - asked) >= every:
                still()
                asked = now
            yield bytes(view[start : start + _PIECE])


def before_keeping(
    given: T, again: Callable[[], T], clock: Callable[[], datetime]
) -> Callable[[], T]:
    """Return what says, right before an upload is registered, who it is from.

    That is `given`, who was asked for as it began; where half a minute has passed since, it is
    whom `again` returns, or its error.
    """
    began = clock()

    def standing() -> T:
        return given if abs(clock() - began) < ASKED_EVERY else again()

    return standing
