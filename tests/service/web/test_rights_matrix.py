"""Every route against everyone whom the table of rights does not let in (THREATS 1, 6, 23).

The calls come from the application's own routes: one that is added tomorrow is tried tomorrow.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Match, Mount, Route

from archive.records.people import TokenRecord
from service.access.endings import end_person, end_role, revoke_token
from service.access.people import secret_hash
from service.web.application import (
    RouteWithoutRight,
    name_rights,
    require_rights,
    right_of,
    routes_of,
)
from service.web.dependencies import Public
from service.web.evidence_host import make_evidence_host
from service.web.shortcuts import Shortcut
from tests.service.casework.cases.opened import assert_clean, kinds, roles_of
from tests.service.web.matrix import PUBLIC, Call, send
from tests.service.web.world import World, faults

NO = {401, 403, 404}
ONCE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Where no database is asked, another kind would show no more."""


@ONCE
def test_a_route_without_a_row_stops_the_application_and_the_build(world: World) -> None:
    assert len(routes_of(world.app)) > 30
    assert {right_of(route) for route in routes_of(world.app)} >= {"case.see", "evidence.see"}
    known = {*world.installation.rights.actions, PUBLIC}
    assert [str(one) for one in world.calls if one.right not in known] == []

    router = APIRouter()
    router.add_api_route("/loose", lambda: "loose")
    with pytest.raises(RouteWithoutRight):
        name_rights(router)
    app = FastAPI()
    app.include_router(router)
    with pytest.raises(RouteWithoutRight):
        require_rights(app)


@ONCE
def test_whatever_is_no_route_of_ours_shows_only_files_and_the_schema(world: World) -> None:
    mounts, others = [], []
    shortcuts: list[Shortcut] = []
    for found in iter_route_contexts(world.app.routes):
        if isinstance(found.original_route, Mount):
            mounts.append(found.original_route.path)
        elif isinstance(found.original_route, Shortcut):
            shortcuts.append(found.original_route)
        elif not isinstance(found.original_route, APIRoute):
            assert isinstance(found.original_route, Route)
            others.append(found.original_route.path)

    assert others == ["/api/openapi.json"]
    # A shortcut answers for a route, and asks for the same right: the calls here go through it.
    for one in shortcuts:
        taken = [
            call
            for call in world.calls
            if one.matches(
                {"type": "http", "method": call.method, "path": call.path, "query_string": b""}
            )[0]
            is Match.FULL
        ]
        assert [call.right for call in taken] == [one.right.action]
    assert {path.split("/")[1] for path in mounts} == {"static"}


@ONCE
def test_the_schema_names_each_routes_right(world: World) -> None:
    schema = world.client.get("/api/openapi.json").json()["paths"]

    named = {
        (path, method.upper()): told["x-right"]
        for path, methods in schema.items()
        for method, told in methods.items()
    }
    listed = {
        (one.route.path, one.method): one.right
        for one in world.calls
        if one.route.include_in_schema
    }
    assert named == listed
    assert named["/api/v1/evidence/{evidence_id}", "GET"] == "evidence.see"


@ONCE
def test_only_doors_and_lamps_are_public(world: World) -> None:
    public = {str(one) for one in world.calls if one.right == PUBLIC}

    assert public == {
        "GET /healthz",
        "GET /readyz",
        "GET /sign-in",
        "POST /sign-in",
        "POST /language",
        # The provider hands people back by a link; what opens a session is what they bring.
        "GET /sign-in/provider",
        "GET /sign-in/provider/back",
        "GET /sign-in/provider/out",
        "GET /sign-in/provider/signed-out",
        # Half way in, or by a passkey alone: there is no session yet (decision 33).
        "GET /sign-in/second",
        "POST /sign-in/second",
        "POST /sign-in/passkey/options",
        "POST /sign-in/passkey",
        "GET /sign-in/set-up",
        "POST /sign-in/set-up/app",
        "POST /sign-in/set-up/passkey/options",
        "POST /sign-in/set-up/passkey",
        # Nobody is here yet, or has no password yet: the link, or the paper, is its own key.
        "GET /first-start/{secret}",
        "POST /first-start/{secret}",
        "GET /welcome/{secret}",
        "POST /welcome/{secret}",
        "GET /sign-in/sealed",
        "POST /sign-in/sealed",
        # A phone's page names nobody, and a link that connects one is its own key (decision 30).
        "GET /phone/",
        "GET /phone/share",
        "GET /phone/service-worker.js",
        "GET /phone/link/{secret}",
        "POST /phone/link/{secret}",
    }
    host = make_evidence_host(world.installation, secret=b"s" * 32, web_url="http://x.example")
    assert [(one.path, right_of(one)) for one in routes_of(host)] == [("/o/{link}", PUBLIC)]
    assert Public("why").reason == "why"


def test_nobody_is_let_in_without_signing_in(world: World) -> None:
    before = kinds(world.installation)
    guarded = [one for one in world.calls if one.right != PUBLIC]
    for how in (
        {},
        {"session": ("no-such-session", "no-such-token")},
        {"bearer": "vaern_no-such-token"},
    ):
        assert faults(world, [one for one in guarded if one.is_api], {401}, **how) == []
        assert faults(world, [one for one in guarded if not one.is_api], {303}, **how) == []
    for call in guarded:
        answer = send(world.client, call)
        if call.is_api:
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["code"] == "not-signed-in"
        else:
            assert answer.headers["location"].startswith("/sign-in?next=")
    assert kinds(world.installation) == before


def test_a_session_opens_no_api_and_a_token_opens_no_page(world: World) -> None:
    session = world.session_of(world.town.lawyer)
    token = world.token_of("lawyer", everywhere=True)
    guarded = [one for one in world.calls if one.right != PUBLIC]

    assert faults(world, [one for one in guarded if one.is_api], {401}, session=session) == []
    assert faults(world, [one for one in guarded if not one.is_api], {303}, bearer=token) == []


def test_another_units_leader_finds_nothing_of_the_librarys(world: World) -> None:
    before = kinds(world.installation)
    pages = [one for one in world.calls if not one.is_api and one.right != PUBLIC]
    session = world.session_of(world.town.other_leader)
    after = kinds(world.installation)
    token = world.token_of("leader")

    assert faults(world, _named(pages), NO, session=session) == []
    assert faults(world, _named([one for one in world.calls if one.is_api]), NO, bearer=token) == []
    assert kinds(world.installation) == [*before, *after[len(before) :], "token.made"]

    lists = [one for one in world.calls if one.method == "GET" and not one.named]
    for call in lists:
        answer = (
            send(world.client, call, bearer=token)
            if call.is_api
            else send(world.client, call, session=session)
        )
        assert answer.status_code in {200, 303, 403, 503}, f"{call}: {answer.status_code}"
        assert not world.tells(answer.text), f"{call} lets something out"


# Who somebody is, both databases are asked by the tests around; what a role may stands in no row.
@ONCE
def test_whoever_lacks_a_role_is_refused_on_every_route_that_asks_for_it(world: World) -> None:
    table = world.installation.rights
    employees = {one for one in table.actions if table.of(one, "employee")}
    pages = [one for one in world.calls if not one.is_api and one.right in table.actions]
    wrong: list[str] = []
    for number, role in enumerate(table.roles):
        person = world.employ(f"Rolle{number} Prøve", role, everywhere=True)
        lacking = [
            one for one in pages if one.right not in employees and not table.of(one.right, role)
        ]
        wrong += faults(world, lacking, {403}, session=world.session_of(person))
        token = world.token_of(role, everywhere=True)
        api = [one for one in world.calls if one.is_api and not table.of(one.right, role)]
        wrong += faults(world, api, {403}, bearer=token)
    assert wrong == []


def test_a_role_that_has_ended_opens_nothing_with_the_very_next_request(world: World) -> None:
    person = world.employ(
        "Enok Ended", "lawyer", "leader", "page_team", "archivist", everywhere=True
    )
    session = world.session_of(person)
    case = next(one for one in world.calls if str(one) == "GET /cases/{number}")
    assert send(world.client, case, session=session).status_code == 200

    with world.installation.database.writing() as writing:
        for held in roles_of(world.installation, person):
            end_role(writing, writing.merge(held), world.time.now, actor="system")

    pages = [one for one in world.calls if not one.is_api and one.right != PUBLIC]
    assert faults(world, _named(pages), {403, 404}, session=session) == []


def test_a_person_or_a_token_that_has_ended_is_nobody(world: World) -> None:
    session = world.session_of(world.town.leader)
    revoked = world.token_of("lawyer", everywhere=True)
    late = world.token_of("lawyer", everywhere=True)
    with world.installation.database.writing() as writing:
        end_person(writing, writing.merge(world.town.leader), world.time.now, actor="system")
        tokens = writing.query(TokenRecord).order_by(TokenRecord.made_at).all()
        row = next(one for one in tokens if one.token_sha256 == secret_hash(revoked))
        revoke_token(writing, row, world.time.now, actor="system")

    pages = [one for one in world.calls if not one.is_api and one.right != PUBLIC]
    api = [one for one in world.calls if one.is_api]
    assert faults(world, pages, {303}, session=session) == []
    assert faults(world, api, {401}, bearer=revoked) == []
    world.time.pass_by(timedelta(days=1))
    assert faults(world, api, {401}, bearer=late) == []
    assert_clean(world.installation)


def test_looking_changes_nothing_but_what_the_ledger_says_of_it(world: World) -> None:
    table = world.installation.rights
    person = world.employ("Ove Overalt", *table.roles, everywhere=True)
    session = world.session_of(person)
    token = world.token_of("lawyer", everywhere=True)
    before = kinds(world.installation)
    answers = {}
    for call in world.calls:
        if call.method == "GET":
            answer = (
                send(world.client, call, bearer=token)
                if call.is_api
                else send(world.client, call, session=session)
            )
            answers[str(call)] = answer.status_code
    assert {call: status for call, status in answers.items() if status >= 500} in (
        {},
        {"GET /readyz": 503},
    )
    assert answers["GET /cases/{number}"] == 200
    more = kinds(world.installation)[len(before) :]
    assert set(more) <= {"evidence.viewed", "evidence.fetched"}
    assert_clean(world.installation)


def _named(calls: list[Call]) -> list[Call]:
    """The routes that name a thing of the library's; a check of everything is nobody's own."""
    return [one for one in calls if one.named and one.right != "ledger.verify"]
