"""Every route of the application with a way to call it: ids of the library's things, filled forms.

Generated from the routes themselves. A path parameter or a field that stands in no table here
is an error: whoever adds a route says how it is tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal, get_args, get_origin
from uuid import UUID

import httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel

from service.web.application import right_of, routes_of
from service.web.dependencies import COOKIE
from tests.service.web.on_loopback import on_loopback

PUBLIC = "public"
TYPED = {
    "outcome": "waived",
    "reason": "Efter aftale med Anna.",
    "answer": "not_ours",
    "part": "text",
    "text": "Han skrev igen.",
    "wish": "Ring til mig.",
    "why": "Hun kender sagen.",
    "whom": f"{UUID(int=1)}:key_person",
    "email": "anna@kommune.example",
    "password": "not the right password",
    "current": "not the right password either",
    "code": "000000",
    "credential": "{}",
    "kept": "0.AA",
    "session": "0" * 32,
    "secret": "aaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaa",
    "address": "https://www.facebook.example/havn",
    "q": "trussel",
    "of": "1",
    "size": "4",
    "language": "da",
    "name": "Nye Nanna",
    "role": "leader",
    "where": "everywhere",
    "first": "2027-02-02",
    "begins": "16:00",
    "ends": "08:00",
    "plan": "0" * 16,
}
"""What is typed into the text fields that a form cannot do without."""

UPLOADS = {
    "/organisation/import",
    "/roster/import",
    "/hand-in",
    "/unchanged",
    "/api/v1/evidence",
    "/posts/{post_id}/capture-screenshot",
    "/typed-posts",
    "/phone/share",
}
"""Routes that read their body themselves, as a multipart form."""


@dataclass(frozen=True)
class Call:
    """One method of one route."""

    method: str
    route: APIRoute
    path: str
    right: str
    named: bool
    """Whether the path names a thing of the library's."""
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def is_upload(self) -> bool:
        return self.method == "POST" and self.route.path in UPLOADS

    @property
    def form(self) -> dict[str, str]:
        """A form that the route accepts, without its token."""
        fields: dict[str, str] = {}
        for body in self.route.dependant.body_params:
            model = body.field_info.annotation
            assert isinstance(model, type), f"{self}: its body is not one form"
            assert issubclass(model, BaseModel), f"{self}: its body is not one form"
            for name, told in model.model_fields.items():
                if told.is_required():
                    fields[name] = _typed(name, told.annotation)
        return fields

    def __str__(self) -> str:
        return f"{self.method} {self.route.path}"


def every_call(app: FastAPI, ids: Mapping[str, str]) -> list[Call]:
    """Return every route and method of the application, its path filled with these ids."""
    calls = []
    for route in routes_of(app):
        right = right_of(route)
        assert right is not None, f"{route.path} has no row in the table of rights"
        path = route.path.format_map(ids)
        query = {one.name: ids[one.name] for one in route.dependant.query_params if _needed(one)}
        calls += [
            Call(
                method, route, path, right, named=bool(route.param_convertors or query), query=query
            )
            for method in sorted(route.methods or ())
        ]
    return calls


def send(
    client: httpx.Client,
    call: Call,
    *,
    session: tuple[str, str] | None = None,
    bearer: str | None = None,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, str] | None = None,
    token: bool = True,
) -> httpx.Response:
    """Send a call as a browser with this session (secret, form token), or a program, would."""
    sent = dict(headers or {})
    if session is not None:
        sent["Cookie"] = f"{COOKIE}={session[0]}"
    if bearer is not None:
        sent["Authorization"] = f"Bearer {bearer}"
    fields = call.form if call.method == "POST" else {}
    if session is not None and token:
        fields["csrf_token"] = session[1]
    fields.update(more or {})
    body: dict[str, Any] = {}
    if call.is_upload:
        # Fields stand before the files, as in the page's own form.
        parts = [(name, (None, value)) for name, value in fields.items()]
        body["files"] = [*parts, ("files", ("note.txt", b"what was said", "text/plain"))]
    elif call.method == "POST":
        body["data"] = fields
    return client.request(call.method, call.path, params=dict(call.query), headers=sent, **body)


@contextmanager
def browsing(app: FastAPI) -> Iterator[httpx.Client]:
    """Serve an application on loopback, and yield a client that follows nothing by itself."""
    with on_loopback(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def _needed(parameter: Any) -> bool:
    return bool(parameter.field_info.is_required())


def _typed(name: str, annotation: Any) -> str:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return str(TYPED.get(name, next(iter(annotation)).value))
    if get_origin(annotation) is Literal:
        typed = TYPED.get(name)
        return str(typed if typed in get_args(annotation) else get_args(annotation)[0])
    if annotation is UUID:
        return str(UUID(int=1))
    return TYPED[name]
