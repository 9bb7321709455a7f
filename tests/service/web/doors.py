"""The whole application on a real port, with the people and programs of a small municipality."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute, _EffectiveRouteContext
from sqlalchemy import select

from archive.records.evidence import EvidenceRecord
from archive.records.people import PersonRecord
from service.access.passwords import Passwords
from service.access.people import add_token, open_session
from service.installation import Installation
from service.jobs.engine import Engine
from service.jobs.every_kind import make_engine
from service.web.application import make_application
from service.web.dependencies import COOKIE
from tests.service.conftest import Time, Town
from tests.service.web.matrix import browsing

API = "/api/v1/evidence"
SECRET = b"s" * 32
BOUNDARY = "7d4c0a"
KIND = f"multipart/form-data; boundary={BOUNDARY}"


@dataclass(frozen=True)
class Doors:
    """An application that is served, and ways to stand before it."""

    installation: Installation
    town: Town
    time: Time
    app: FastAPI
    client: httpx.Client
    engine: Engine

    def read_everything(self) -> None:
        """Wait until what was handed in has been read."""
        self.engine.sweep()
        assert self.engine.rest(120)

    def token(
        self, role: str = "archivist", unit: UUID | None = None, *, lasts: int = 3600
    ) -> dict[str, str]:
        """Return the header of a new program; `lasts` in seconds."""
        with self.installation.database.writing() as session:
            secret = add_token(
                session,
                name="program",
                role=role,
                unit_id=unit,
                expires_at=self.time.now + timedelta(seconds=lasts),
                now=self.time.now,
                actor="system",
            )
        return {"Authorization": f"Bearer {secret}"}

    def sign_in(self, person: PersonRecord) -> tuple[dict[str, str], str]:
        """Return the cookie header of a new session, and its form token."""
        with self.installation.database.writing() as session:
            secret, form_token = open_session(session, session.merge(person), self.time.now)
        return {"Cookie": f"{COOKIE}={secret}"}, form_token

    def rows(self) -> list[EvidenceRecord]:
        """Return what is kept, in the order in which it came."""
        with self.installation.database.reading() as session:
            query = select(EvidenceRecord).order_by(EvidenceRecord.received_at, EvidenceRecord.id)
            return list(session.scalars(query))

    def nothing_kept(self) -> bool:
        """Tell whether neither a row nor a sealed byte is left."""
        return not self.rows() and not list(objects_of(self.installation))


def objects_of(installation: Installation) -> Iterator[Path]:
    """Yield every file of the store, finished or not."""
    folder = installation.data / "objects"
    yield from (path for path in folder.rglob("*") if path.is_file())


def application_of(
    installation: Installation, engine: Engine, evidence_url: str = "http://evidence.example"
) -> FastAPI:
    """Return the whole application; only a password costs next to nothing to check."""
    with _routes_known():
        app = make_application(installation, engine, evidence_url=evidence_url, secret=SECRET)
    app.state.passwords = Passwords(memory_kib=8)
    return app


_KNOWN: dict[int, tuple[APIRoute, Any]] = {}


@contextmanager
def _routes_known() -> Iterator[None]:
    """Let an application take its routes as the first one in this process found them.

    What each route's function asks for is read out of its signature for every application
    anew; a service has one for all its days, and of a test it was the tenth part of a second.
    """
    read = _EffectiveRouteContext.from_api_route

    def known(*, original_route: APIRoute, include_context: Any) -> Any:
        if id(original_route) not in _KNOWN:
            found = read(original_route=original_route, include_context=include_context)
            _KNOWN[id(original_route)] = original_route, found
        return _KNOWN[id(original_route)][1]

    with patch.object(_EffectiveRouteContext, "from_api_route", known):
        yield


@contextmanager
def open_doors(installation: Installation, town: Town, time: Time) -> Iterator[Doors]:
    """Serve the application; an upload wakes its jobs, as in the real service."""
    engine = make_engine(installation)
    app = application_of(installation, engine)
    with browsing(app) as client:
        yield Doors(installation, town, time, app, client, engine)
    engine.stop(30)


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    """Return one part of a form, its file name written as it stands."""
    shown = f'form-data; name="{name}"' + ("" if filename is None else f'; filename="{filename}"')
    return disposed(shown.encode(), content)


def disposed(disposition: bytes, content: bytes) -> bytes:
    """Return one part of a form with this Content-Disposition."""
    start = f"--{BOUNDARY}\r\n".encode()
    return start + b"Content-Disposition: " + disposition + b"\r\n\r\n" + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    """Return a whole body."""
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def digests(contents: Sequence[bytes]) -> list[str]:
    return [hashlib.sha256(one).hexdigest() for one in contents]
