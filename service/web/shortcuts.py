"""Shortcuts: what is asked for most, called without the framework's machinery in between.

The framework looks for a route twice, opens three stacks for what dependencies may leave open,
and solves them by a plan that it reads anew for each request. A flood of uploads spends as much
on that as on hashing. A shortcut stands before the routes and leads to the function of one of
them, for requests of the plainest form only: the path alone, no query. Whatever is written
otherwise goes by the route itself, which has the same right, and checks and explains it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from service.web.dependencies import Entry, EntryRight, TokenRight
from service.web.routes.api_evidence import HAND_IN, hand_in
from service.web.routes.evidence import SEE_ONE, show

_ID: Final = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class Shortcut(BaseRoute):
    """One method and one form of path; asks for the right of the route that it leads to."""

    def __init__(
        self,
        method: str,
        path: str,
        right: TokenRight | EntryRight,
        call: Callable[[Request, Any, re.Match[str]], Awaitable[Response]],
    ) -> None:
        self.right = right
        self.call = call
        self._method = method
        self._path = re.compile(path)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Hold a request against method and path; one with a query is not for a shortcut."""
        if scope["type"] != "http" or scope["method"] != self._method or scope["query_string"]:
            return Match.NONE, {}
        found = self._path.fullmatch(scope["path"])
        return (Match.FULL, {"shortcut": found}) if found else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask for the right, call, answer."""
        request = Request(scope, receive, send)
        who = await self.right(request)
        answer = await self.call(request, who, scope["shortcut"])
        await answer(scope, receive, send)


async def _hand_in(request: Request, who: Any, _path: re.Match[str]) -> Response:
    return await hand_in(request, who)


async def _show_evidence(request: Request, entry: Entry, path: re.Match[str]) -> Response:
    return await run_in_threadpool(show, request, UUID(path[1]), entry)


SHORTCUTS: Final = (
    Shortcut("POST", "/api/v1/evidence", HAND_IN, _hand_in),
    Shortcut("GET", f"/evidence/({_ID})", SEE_ONE, _show_evidence),
)
