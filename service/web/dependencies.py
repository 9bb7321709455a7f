"""What routes ask for: a session, who is asking and what they may, a form made for them."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, model_validator
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from service.access.people import principal_of_token, touch_session
from service.access.principal import Principal
from service.access.programs import is_use_to_note, note_use
from service.access.recent import RecentPrograms
from service.access.sessions import holder_of
from service.errors import FormExpired, NotSignedIn
from service.installation import Installation
from service.settings import Settings
from service.web.quotas import require_known_parameters

COOKIE = "vaern_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_secure(settings: Settings) -> bool:
    """Tell whether people reach us by TLS: a proxy before us ends it, so only the address knows."""
    return (settings.url or "").startswith("https://")


# `async`, as it waits for nothing: FastAPI hands everything else to a thread, and each hand-over
# costs an upload as much as its hash.
async def _installation(request: Request) -> Installation:
    return installation_of(request)


def installation_of(request: Request) -> Installation:
    """Return the opened installation that this application serves."""
    installation: Installation = request.app.state.installation
    return installation


House = Annotated[Installation, Depends(_installation)]


def _reading(house: House) -> Iterator[Session]:
    with house.database.reading() as session:
        yield session


# There is none for writing: it would hold the database's turn while the route waits for a thread,
# and all threads may be waiting for that turn. Routes open `house.database.writing()` themselves.
Reading = Annotated[Session, Depends(_reading, scope="function")]


async def _now(house: House) -> datetime:
    return house.clock.now()


Now = Annotated[datetime, Depends(_now)]


def signed_in(request: Request, house: House, *, at_work: bool = False) -> Principal:
    """Return who holds the session cookie; raises `NotSignedIn`.

    Whoever is `at_work` has something under way, and so has not rested since they asked for it.
    """
    with house.database.reading() as session:
        return _holder(request, house, session, at_work=at_work)


def _holder(
    request: Request, house: Installation, session: Session, *, at_work: bool = False
) -> Principal:
    now = house.clock.now()
    settings = house.settings
    whole = timedelta(hours=settings.session_hours)
    held = holder_of(
        session,
        _cookie(request),
        house.rights,
        now,
        idle=whole if at_work else timedelta(minutes=settings.session_idle_minutes),
        whole=whole,
    )
    if now - held.last_seen_at > timedelta(minutes=1):
        house.gate.run(lambda writing: touch_session(writing, held.key, now))
    return held.who


def _cookie(request: Request) -> str:
    secret = request.cookies.get(COOKIE)
    if not secret:
        raise NotSignedIn("no session cookie")
    return secret


def by_token(house: Installation, secret: str, recent: RecentPrograms) -> Principal:
    """Return the program that holds a secret, and remember it; raises `NotSignedIn`."""
    now, changes = house.clock.now(), recent.changes()
    with house.database.reading() as session:
        who = principal_of_token(session, secret, house.rights, now)
        to_note = is_use_to_note(session, secret, now)
    if to_note:
        house.gate.run(lambda writing: note_use(writing, secret, now))
    recent.keep(secret, who, now, changes)
    return who


def _bearer(request: Request) -> str:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise NotSignedIn("no bearer token")
    return secret.strip()


class Right:
    """A route's row in the table of rights; every route has one or says that it is public."""

    def __init__(self, action: str) -> None:
        self.action = action


class PageRight(Right):
    """A right asked for by a signed-in browser."""

    def __call__(self, request: Request, house: House) -> Principal:
        """Return the person, or raise `NotSignedIn` or `NotPermitted`."""
        who = signed_in(request, house)
        if request.method not in SAFE_METHODS:
            require_same_origin(request)
        who.require(self.action)
        return who


class Entry:
    """Somebody at the door of a page, not yet looked up."""

    def __init__(self, request: Request, action: str) -> None:
        self._request = request
        self._action = action

    def admit(self, session: Session) -> Principal:
        """Return the person, or raise `NotSignedIn` or `NotPermitted`."""
        who = _holder(self._request, installation_of(self._request), session)
        who.require(self._action)
        return who


class EntryRight(Right):
    """A right to look at a page, which the route itself asks for before anything else.

    So the person is found in the same thread, and at the same look at the database, as what the
    page shows. Only for routes that change nothing: the origin of a request is not asked for.
    """

    async def __call__(self, request: Request) -> Entry:
        """Return who stands at the door; raises `NotSignedIn` for whoever shows nothing."""
        _cookie(request)
        return Entry(request, self.action)


class TokenRight(Right):
    """A right asked for by a program."""

    async def __call__(self, request: Request) -> Principal:
        """Return the program, or raise `NotSignedIn` or `NotPermitted`."""
        house, recent = installation_of(request), request.app.state.recent_programs
        secret = _bearer(request)
        who: Principal | None = recent.known(secret, house.clock.now())
        if who is None:
            who = await run_in_threadpool(by_token, house, secret, recent)
        who.require(self.action)
        require_known_parameters(request)
        return who


class Public:
    """Says that a route is open to everyone, and why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    async def __call__(self) -> None:
        """Let everyone through."""


class FormModel(BaseModel):
    """A form of ours: it carries its session's token; an unknown field is refused with 422."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nul(cls, fields: object) -> object:
        """No database keeps NUL, and no person types it."""
        if isinstance(fields, dict):
            return {
                key: value.replace("\x00", "") if isinstance(value, str) else value
                for key, value in fields.items()
            }
        return fields

    # Without a default a form that lacks it would be told of a missing field, not of its door.
    csrf_token: str = ""

    def check(self, who: Principal) -> None:
        """Raise `FormExpired` unless this form was made for this session."""
        require_form_token(who, self.csrf_token)


def require_form_token(who: Principal, given: str) -> None:
    """Raise `FormExpired` unless the token is this session's."""
    if not who.form_token or not hmac.compare_digest(given.encode(), who.form_token.encode()):
        raise FormExpired("the form was not made for this session")


def require_same_origin(request: Request) -> None:
    """Refuse a state-changing request that another site's page sent; raises `FormExpired`."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        raise FormExpired("the request comes from another site")
    origin = request.headers.get("origin")
    if site is None and origin and origin.partition("://")[2] != request.headers.get("host"):
        raise FormExpired("the request comes from another origin")
