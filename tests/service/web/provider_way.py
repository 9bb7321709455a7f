"""An application whose people come in by a provider, and a browser before it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import select

from archive.records.people import SessionRecord
from service.installation import Installation
from service.jobs.every_kind import make_engine
from service.web.dependencies import COOKIE
from service.web.frames import LANGUAGE_COOKIE
from tests.service.provider import Town as Provider
from tests.service.web.doors import application_of
from tests.service.web.on_loopback import on_loopback

GROUPS = "chefer=leader:@own; jura=lawyer; skole=amr:Skolen; spøgelser=leader:Ingen steder"


@dataclass(frozen=True)
class Way:
    """An application whose people come by a provider, and a browser before it."""

    app: FastAPI
    client: httpx.Client
    provider: Provider
    base: str

    def brought(self, path: str = "/sign-in/provider", **query: str) -> str:
        """Go to the provider, and return the address at which it hands the person back."""
        led = self.client.get(path, params=query)
        assert led.status_code == 303, led.text
        handed: str = httpx.get(led.headers["location"]).headers["location"]
        assert handed.startswith(f"{self.base}/sign-in/provider/back?")
        return handed

    def enter(self, **query: str) -> httpx.Response:
        return self.client.get(self.brought(**query))


@contextmanager
def opened(installation: Installation, provider: Provider, **more: Any) -> Iterator[Way]:
    settings = provider.settings(installation.settings, url=None, oidc_name="Havn", **more)
    house = replace(installation, settings=settings)
    engine = make_engine(house)
    app = application_of(house, engine)
    with on_loopback(app) as base, httpx.Client(base_url=base, timeout=30) as client:
        client.headers["Accept-Language"] = "en"
        client.cookies.set(LANGUAGE_COOKIE, "en")
        yield Way(app, client, provider, base)
    engine.stop(5)


def refused(answer: httpx.Response, status: int, words: str) -> None:
    """Expect a refusal that says so in these words, opens nothing and shows the other way in."""
    assert answer.status_code == status
    assert words in answer.text
    assert COOKIE not in answer.cookies
    assert "Password" in answer.text, "the other way in stands on the page"


def sessions(installation: Installation) -> list[SessionRecord]:
    with installation.database.reading() as session:
        return list(session.scalars(select(SessionRecord).order_by(SessionRecord.made_at)))
