"""The web application: routes, static files, headers, and one answer for every error."""

from __future__ import annotations

import random
import secrets
from http import HTTPStatus
from pathlib import Path

import anyio
from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.access.challenges import Challenges
from service.access.oidc.asked import provider_of
from service.access.oidc.begun import Seals
from service.access.passwords import Passwords
from service.access.recent import RecentPrograms
from service.installation import Installation
from service.jobs.engine import Engine
from service.web import problems
from service.web.capability import Capabilities
from service.web.dependencies import Public, Right, is_secure
from service.web.phone_uploads import PhoneUploads
from service.web.quotas import UploadQuota
from service.web.rendering import Templates, front_end_mounts
from service.web.routes import every_router
from service.web.shortcuts import SHORTCUTS

NODE_MODULES = Path(__file__).resolve().parents[2] / "node_modules"
UPLOADS_AT_ONCE = 8
_YEAR_OF_TLS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_UNKEPT = (b"cache-control", b"no-store")
_EVERYWHERE = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; sandbox"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)


class RouteWithoutRight(RuntimeError):
    """A route has no row in the table of rights and does not say that it is public."""


def make_application(
    installation: Installation, engine: Engine, *, evidence_url: str, secret: bytes
) -> FastAPI:
    """Return the application for an opened installation."""
    app = Application(
        title="Værn",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,
    )
    app.state.installation = installation
    app.state.engine = engine
    app.state.templates = Templates(evidence_url)
    app.state.passwords = Passwords()
    app.state.provider = provider_of(installation.settings)
    app.state.begun_seals = Seals(secret)
    app.state.recent_programs = RecentPrograms()
    app.state.capabilities = Capabilities(secret)
    app.state.challenges = Challenges(secret)
    app.state.evidence_url = evidence_url
    app.state.upload_quota = UploadQuota(installation.settings)
    app.state.phone_uploads = PhoneUploads(installation.intake, installation.clock.now)
    app.state.upload_turns = anyio.CapacityLimiter(UPLOADS_AT_ONCE)
    app.router.routes.extend(SHORTCUTS)
    for router in every_router():
        name_rights(router)
        app.include_router(router)
    for path, folder in front_end_mounts(NODE_MODULES).items():
        app.mount(path, StaticFiles(directory=folder), name=path)
    problems.install(app)
    app.secure = is_secure(installation.settings)
    require_rights(app)
    return app


def name_rights(router: APIRouter) -> None:
    """Write each route's right into the API's schema, before the router is included.

    Raises `RouteWithoutRight`.
    """
    for route in router.routes:
        if isinstance(route, APIRoute):
            route.openapi_extra = {**(route.openapi_extra or {}), "x-right": _required(route)}


def require_rights(app: FastAPI) -> None:
    """Raise `RouteWithoutRight` where a route, wherever it came from, names no right."""
    for route in routes_of(app):
        _required(route)


def routes_of(app: FastAPI) -> list[APIRoute]:
    """Return every route of ours: an included router stands in `app.routes` as one thing."""
    originals = (found.original_route for found in iter_route_contexts(app.routes))
    return [route for route in originals if isinstance(route, APIRoute)]


def _required(route: APIRoute) -> str:
    found = right_of(route)
    if found is None:
        raise RouteWithoutRight(f"{sorted(route.methods or ())} {route.path}")
    return found


def right_of(route: APIRoute) -> str | None:
    """Return the action that a route asks for, `public`, or None where it says nothing."""
    return _right_in(route.dependant)


def _right_in(dependant: Dependant) -> str | None:
    asks: object = dependant.call
    if isinstance(asks, Right):
        return asks.action
    if isinstance(asks, Public):
        return "public"
    for inner in dependant.dependencies:
        if (found := _right_in(inner)) is not None:
            return found
    return None


class Application(FastAPI):
    """An application all of whose answers carry our headers, those to failures too.

    As ordinary middleware they would stand inside the handler of unforeseen errors.
    """

    secure = False

    def build_middleware_stack(self) -> ASGIApp:
        """Put our headers around everything else."""
        return Headers(super().build_middleware_stack(), secure=self.secure)


class Headers:
    """Give every answer its id and the headers that hold for all of them.

    Plain ASGI: a wrapper around the request would stand between an upload and the vault.
    """

    def __init__(self, app: ASGIApp, *, secure: bool = False) -> None:
        self._app = app
        self._secure = secure
        # No secret, only a name to find an answer by: the system's own chance would cost each
        # request its turn in the interpreter.
        self._ids = random.Random(secrets.randbits(64))  # noqa: S311 - see above

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add headers as its answer begins."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})["id"] = f"{self._ids.getrandbits(64):016x}"
        if "\x00" in scope["path"]:  # no id of ours holds it, and no database takes it
            scope["path"], scope["raw_path"] = "/no-such-place", b"/no-such-place"

        answered = False

        async def with_headers(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                _complete(message, scope, secure=self._secure)
            await send(message)
            answered = message["type"] == "http.response.body" and not message.get("more_body")

        try:
            await self._app(scope, receive, with_headers)
        except Exception:
            # Told and logged already (`problems`); raised on, it would cut the connection under
            # the sender's next request.
            if not answered:
                raise


def _complete(message: Message, scope: Scope, *, secure: bool) -> None:
    """Add to an answer the headers that it lacks."""
    headers: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
    there = {name.lower() for name, _ in headers}
    headers += [one for one in _EVERYWHERE if one[0] not in there]
    changes = message["status"] != HTTPStatus.OK or not scope["path"].startswith("/static/")
    if changes and _UNKEPT[0] not in there:
        headers.append(_UNKEPT)
    if secure and _YEAR_OF_TLS[0] not in there:
        headers.append(_YEAR_OF_TLS)
    headers.append((b"x-request-id", scope["state"]["id"].encode()))
    message["headers"] = headers
