"""A person with a password at the door, over real HTTP, and the second steps that they have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from pyotp import TOTP
from sqlalchemy import select

from archive.records.people import PersonRecord, SessionRecord
from service.access.code_apps import AppDraft, draft_app
from service.access.factors import Changing, add_app
from service.access.passwords import Passwords
from service.access.people import add_person, give_role
from service.installation import Installation
from service.jobs.every_kind import make_engine
from tests.service.access.authenticator import Authenticator
from tests.service.conftest import Time, Town
from tests.service.web.doors import application_of
from tests.service.web.matrix import browsing

EMAIL, PASSWORD = "lis@kommune.example", "korrekt hest batteri"
HASH = Passwords(memory_kib=8).make(PASSWORD)


@dataclass
class Door:
    """The door, one browser before it, and Lis with her phone."""

    installation: Installation
    time: Time
    client: httpx.Client
    lis: PersonRecord
    draft: AppDraft | None = None
    codes: tuple[str, ...] = ()
    device: Authenticator = field(default_factory=Authenticator)

    def give_app(self) -> None:
        """Let Lis have an app, whose first code is spent."""
        self.draft = draft_app(self.installation.vault)
        step = int(self.time.now.timestamp()) // 30
        with self.installation.database.writing() as session:
            by = Changing(session.merge(self.lis), self.installation.settings, self.time.now)
            self.codes = add_app(session, by, self.draft, step - 2)

    def code(self, draft: AppDraft | None = None) -> str:
        """Return what the app shows now."""
        shown = draft or self.draft
        assert shown is not None
        return TOTP(shown.typed.replace(" ", "")).at(self.time.now)

    def password(self, password: str = PASSWORD, **how: str) -> httpx.Response:
        """Type the password."""
        return self.post("/sign-in", email=EMAIL, password=password, **how)

    def second(self, code: str) -> httpx.Response:
        """Type a code."""
        return self.post("/sign-in/second", code=code)

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form of the page that is open, with its session's token where there is one."""
        token = self.form_token()
        return self.client.post(path, data={**({"csrf_token": token} if token else {}), **fields})

    def options(self, path: str) -> dict[str, Any]:
        """Ask what the authenticator shall do."""
        answer = self.post(f"{path}/options")
        assert answer.status_code == 200, answer.headers
        told: dict[str, Any] = answer.json()
        return told

    def is_in(self, client: httpx.Client | None = None) -> bool:
        """Tell whether the browser is signed in."""
        return (client or self.client).get("/rights").status_code == 200

    def form_token(self) -> str:
        """Return the token that the forms of this browser's session carry."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/sign-in").text)
        return found[1] if found else ""

    def ways(self) -> list[str]:
        """Return how each session was opened, in order."""
        with self.installation.database.reading() as session:
            query = select(SessionRecord.way).order_by(SessionRecord.made_at)
            return list(session.scalars(query))


@contextmanager
def at_the_door(
    installation: Installation, town: Town, time: Time, role: str = "leader"
) -> Iterator[Door]:
    """Serve the application, with Lis who may sign in."""
    with installation.database.writing() as session:
        lis = add_person(
            session,
            name="Lis Leder",
            email=EMAIL,
            unit_id=town.library.id,
            now=time.now,
            actor="system",
            password_hash=HASH,
        )
        give_role(session, lis, role, unit_id=town.library.id, now=time.now, actor="system")
    engine = make_engine(installation)
    with browsing(application_of(installation, engine)) as client:
        # The address that the settings give: cookies that only TLS carries are none on loopback.
        yield Door(installation, time, client, lis)
    engine.stop(5)
