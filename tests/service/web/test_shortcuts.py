"""A shortcut leads where its route leads: same right, same answer, and nothing else beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Match

from service.installation import Installation
from service.web.application import right_of
from service.web.routes import every_router
from service.web.shortcuts import SHORTCUTS, Shortcut
from tests.service.conftest import Time, Town
from tests.service.web.doors import API, KIND, Doors, form, open_doors, part

PATHS = {"POST": API, "GET": f"/evidence/{uuid4()}"}


@pytest.fixture
def doors(installation: Installation, town: Town, time: Time) -> Iterator[Doors]:
    with open_doors(installation, town, time) as opened:
        yield opened


def _asked(method: str, path: str, query: bytes = b"") -> dict[str, object]:
    return {"type": "http", "method": method, "path": path, "query_string": query}


def _route(method: str, path: str) -> APIRoute:
    """Return the one route that answers when no shortcut does."""
    scope = {**_asked(method, path), "root_path": "", "headers": []}
    found = [
        route
        for router in every_router()
        for route in router.routes
        if isinstance(route, APIRoute) and route.matches(scope)[0] is Match.FULL
    ]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("shortcut", SHORTCUTS, ids=lambda one: one.right.action)
def test_a_shortcut_asks_for_the_right_of_the_route_behind_it(shortcut: Shortcut) -> None:
    method = next(m for m, p in PATHS.items() if shortcut.matches(_asked(m, p))[0] is Match.FULL)

    assert right_of(_route(method, PATHS[method])) == shortcut.right.action


@pytest.mark.parametrize("shortcut", SHORTCUTS, ids=lambda one: one.right.action)
def test_only_the_plainest_form_takes_a_shortcut(shortcut: Shortcut) -> None:
    plain = [(m, p) for m, p in PATHS.items() if shortcut.matches(_asked(m, p))[0] is Match.FULL]
    assert len(plain) == 1
    ((method, path),) = plain

    for other in (
        _asked("DELETE", path),
        _asked("HEAD", path),
        _asked(method, path + "/"),
        _asked(method, path + "\n"),
        _asked(method, "/" + path),
        _asked(method, path.upper()),
        _asked(method, path, b"acts=1"),
        {**_asked(method, path), "type": "websocket"},
    ):
        assert shortcut.matches(other)[0] is Match.NONE


def test_whoever_may_not_is_refused_alike_on_both_ways(doors: Doors) -> None:
    body = form(part("files", b"x", "a.txt"))
    for sender in ({}, {"Authorization": "Bearer vaern_none"}, doors.token("operator")):
        headers = {**sender, "Content-Type": KIND}
        answers = [
            doors.client.post(path, content=body, headers=headers) for path in (API, f"{API}?a=1")
        ]
        assert len({one.status_code for one in answers}) == 1
        assert answers[0].status_code in {401, 403}
        assert len({one.json()["code"] for one in answers}) == 1
        assert len({one.headers.get("WWW-Authenticate") for one in answers}) == 1


def test_the_page_is_the_same_by_the_shortcut_and_by_the_route(doors: Doors) -> None:
    sent = doors.client.post(
        API,
        content=form(part("files", b"ord", "a.txt")),
        headers={**doors.token(), "Content-Type": KIND},
    )
    (kept,) = sent.json()["evidence"]
    doors.read_everything()
    page = f"/evidence/{kept['id']}"
    cookie, _ = doors.sign_in(doors.town.archivist)

    short, long = (doors.client.get(path, headers=cookie) for path in (page, f"{page}?acts=-1"))

    assert (short.status_code, long.status_code) == (200, 200)
    plain = [re.sub(r'nonce="[^"]+"|\?acts=-1', "", one.text) for one in (short, long)]
    assert plain[0] == plain[1]
    assert kept["sha256"] in plain[0]
    assert set(short.headers) == set(long.headers)
    for path in (page, f"{page}?acts=-1"):
        away = doors.client.get(path)
        assert (away.status_code, away.headers["location"]) == (303, f"/sign-in?next={page}")
    for path in (f"/evidence/{uuid4()}", f"/evidence/{uuid4()}?acts=-1"):
        assert doors.client.get(path, headers=cookie).status_code == 404
