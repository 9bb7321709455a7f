"""Our scripts in a page, in a world of their own: the page cannot see or bend them."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from playwright.async_api import CDPSession, Error

from capture.errors import PageNeverStill

_TRIES = 3


class World:
    """An isolated world in the page's main frame; made anew when the page moves on.

    A page that runs in Playwright's usual world could have replaced
    `JSON.stringify` or `Array.prototype.map` under our hands.
    """

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        self._context: int | None = None

    async def run(self, source: str, *arguments: object) -> Any:
        """Call a function, given as source, with JSON values; give its plain result.

        Raises:
            PageNeverStill: the page moved to another address each time.
        """
        call = f"({source})({', '.join(json.dumps(argument) for argument in arguments)})"
        for _ in range(_TRIES):
            try:
                answer = await self._session.send(
                    "Runtime.evaluate",
                    {
                        "expression": call,
                        "contextId": await self._world(),
                        "returnByValue": True,
                        "awaitPromise": True,
                    },
                )
            except Error:
                self._context = None
                continue
            if "exceptionDetails" in answer:
                raise PageNeverStill(_told(answer["exceptionDetails"]))
            return answer["result"].get("value")
        raise PageNeverStill("the page kept moving to other addresses")

    async def _world(self) -> int:
        if self._context is None:
            tree = await self._session.send("Page.getFrameTree")
            made = await self._session.send(
                "Page.createIsolatedWorld",
                {"frameId": tree["frameTree"]["frame"]["id"], "worldName": "capture"},
            )
            self._context = int(made["executionContextId"])
        return self._context


def script(name: str) -> str:
    """The source of a script in `capture/readers`, without the remarks at its head."""
    text = files("capture.readers").joinpath(name).read_text(encoding="utf-8")
    return text[text.index("\n(") + 1 :]


def _told(details: dict[str, Any]) -> str:
    return str(details.get("exception", {}).get("description", details.get("text", "")))[:500]
