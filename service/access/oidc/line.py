"""The line to the provider: short questions, short answers, and none that keeps us waiting.

Each exchange has one deadline from the first packet to the last: a timeout of
single reads would let a server that sends a byte now and then hold a thread
for ever. Redirects are not followed, nor are proxies or certificates of the
environment taken: each would lead codes and tokens to somebody who was not
configured. What is raised names what went wrong, never what was received.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import httpx

from service.errors import ProviderNotBelieved, ProviderSilent
from service.provider_settings import is_trusted_way

MOST_BYTES: Final = 512 * 1024
"""Bytes of an answer: a key set or a token with a person's groups is far below."""

_JSON: Final = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "vaern"}


@dataclass(frozen=True)
class Line:
    """How the provider is reached; `seconds` bounds one whole exchange.

    `proxy` is `http://[user:password@]host:port`; `roots` a PEM file of further
    certificates, beside the usual ones, that TLS is checked under.
    """

    seconds: float
    proxy: str | None = None
    roots: Path | None = None

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return the JSON object at an address; raises `ProviderSignInFailed`."""
        return _object(self._exchange("GET", url, None, headers), {HTTPStatus.OK})

    def post(self, url: str, body: str, headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Post a form and return status and JSON object; raises `ProviderSignInFailed`.

        400 and 401 come with an object too: they say that a code is not good (RFC 6749 §5.2).
        """
        status, content = self._exchange("POST", url, body, headers)
        known = {HTTPStatus.OK, HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}
        return status, _object((status, content), known)

    def _exchange(
        self, method: str, url: str, body: str | None, headers: Mapping[str, str] | None
    ) -> tuple[int, bytes]:
        """Ask, in a loop of its own: this thread waits, and no longer than the deadline."""
        if not is_trusted_way(url):
            raise ProviderNotBelieved("address_not_guarded")
        try:
            return asyncio.run(self._in_time(method, url, body, headers))
        except TimeoutError as late:
            raise ProviderSilent("too_slow") from late
        except httpx.TimeoutException as late:
            raise ProviderSilent("too_slow") from late
        except httpx.ConnectError as failed:
            trusted = not isinstance(_root(failed), ssl.SSLError)
            raise ProviderSilent("no_connection" if trusted else "no_trust") from failed
        except (httpx.HTTPError, httpx.InvalidURL) as failed:
            raise ProviderSilent("broken_off") from failed

    async def _in_time(
        self, method: str, url: str, body: str | None, headers: Mapping[str, str] | None
    ) -> tuple[int, bytes]:
        async with (
            asyncio.timeout(self.seconds),
            httpx.AsyncClient(
                verify=self._trust,
                proxy=self.proxy,
                trust_env=False,
                follow_redirects=False,
                timeout=self.seconds,
            ) as client,
            client.stream(
                method, url, content=body, headers={**_JSON, **(headers or {})}
            ) as response,
        ):
            content = bytearray()
            async for part in response.aiter_raw(64 * 1024):
                content += part
                if len(content) > MOST_BYTES:
                    raise ProviderNotBelieved("too_large")
            return response.status_code, bytes(content)

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.roots is not None:
            try:
                context.load_verify_locations(self.roots)
            except OSError as failed:  # it is not there, or holds no certificate
                raise ProviderSilent("no_trust") from failed
        return context


def _object(answer: tuple[int, bytes], known: set[HTTPStatus]) -> dict[str, Any]:
    status, content = answer
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        raise ProviderSilent(f"http_{status}")
    if status not in known:
        redirected = 300 <= status < 400  # noqa: PLR2004 — RFC 9110 §15.4
        raise ProviderNotBelieved("redirected" if redirected else f"http_{status}")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as bad:
        raise ProviderNotBelieved("no_json") from bad
    if not isinstance(found, dict):
        raise ProviderNotBelieved("no_json")
    return found


def _root(failed: BaseException) -> BaseException:
    while (cause := failed.__cause__ or failed.__context__) is not None:
        failed = cause
    return failed
