"""What is under way is asked again: who has left, or lost a right, gets no more than half a minute.

A right is asked for when a request begins. An original of gigabytes is sent
for minutes, to a slow reader for hours; an upload lasts as long (THREATS 23).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from fastapi import Request

from service.access.people import principal_of_token
from service.access.principal import Principal
from service.installation import Installation
from service.web.dependencies import signed_in

ASKED_EVERY: Final = timedelta(seconds=30)
CONTENT_EVERY: Final = timedelta(seconds=1)
"""What is sealed off ends at once: of content, somebody still gets a second's worth."""
_PIECE: Final = 256 * 1024
"""So many bytes at most between two looks at the clock, however slowly they are taken."""


def asked_again(request: Request, house: Installation) -> Principal:
    """Return who sent a request as they stand now; raises `NotSignedIn`."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return signed_in(request, house)
    with house.database.reading() as session:
        return principal_of_token(session, secret.strip(), house.rights, house.clock.now())


def while_standing(
    chunks: Iterator[bytes],
    still: Callable[[], object],
    clock: Callable[[], datetime],
    every: timedelta = ASKED_EVERY,
) -> Iterator[bytes]:
    """Yield what is sent; every half minute ask `still`, whose error breaks the answer off."""
    asked = clock()
    for chunk in chunks:
        view = memoryview(chunk)
        for start in range(0, len(view), _PIECE):
            if abs((now := clock()) - asked) >= every:
                still()
                asked = now
            yield bytes(view[start : start + _PIECE])
