"""Every route against everyone whom the table of rights does not let in (THREATS 1, 6, 23).

The calls come from the application's own routes: one that is added tomorrow is tried tomorrow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount, Route

from archive.intake.receive import About, Envelope
from archive.records.cases import CaseRecord
from archive.records.evidence import EvidenceRecord
from archive.records.pages import PostRecord, SampleRecord
from archive.records.people import PersonRecord, TokenRecord
from service.access.endings import end_person, end_role, revoke_token
from service.access.people import add_token, open_session, principal_of, secret_hash
from service.access.principal import Principal
from service.access.rights import Right
from service.casework.cases.opening import join_evidence
from service.casework.moderation.sampling import draw_samples
from service.casework.operations.verifications import start_verification
from service.installation import Installation
from service.jobs.every_kind import make_engine
from service.web.application import (
    RouteWithoutRight,
    make_application,
    name_rights,
    require_rights,
    right_of,
    routes_of,
)
from service.web.dependencies import Public
from service.web.evidence_host import make_evidence_host
from tests.service.casework.cases.opened import assert_clean, employ, kinds, open_one, roles_of
from tests.service.casework.exporting.asked import asked_for
from tests.service.casework.moderation.kept import ADVERT, THREAT, decided, keep_page
from tests.service.conftest import Time, Town
from tests.service.web.matrix import PUBLIC, Call, browsing, every_call, send

SECRET_NAME = "hemmeligt-bilag.txt"
NO = {401, 403, 404}


@dataclass(frozen=True)
class World:
    """The library's case with everything in it, and the application that serves it."""

    installation: Installation
    town: Town
    time: Time
    app: FastAPI
    client: httpx.Client
    calls: list[Call]
    number: str

    def session_of(self, person: PersonRecord) -> tuple[str, str]:
        with self.installation.database.writing() as session:
            return open_session(session, session.merge(person), self.time.now)

    def token_of(self, role: str, *, everywhere: bool = False) -> str:
        """Return a token of the school's, or of the whole municipality."""
        with self.installation.database.writing() as session:
            return add_token(
                session,
                name="program",
                role=role,
                unit_id=None if everywhere else self.town.school.id,
                expires_at=self.time.now + timedelta(days=1),
                now=self.time.now,
                actor="system",
            )

    def employ(self, name: str, *roles: str, everywhere: bool = False) -> PersonRecord:
        return employ(
            self.installation,
            self.time,
            name,
            *roles,
            unit=self.town.school,
            everywhere=everywhere,
        )

    def tells(self, text: str) -> bool:
        """Tell whether an answer lets anything of the library's case out."""
        return any(one in text for one in (self.number, SECRET_NAME, "Anna Holm", THREAT))


@pytest.fixture
def world(installation: Installation, town: Town, time: Time) -> Iterator[World]:
    rights = installation.rights
    with installation.database.reading() as session:
        leader = principal_of(session, town.leader, rights, time.now)
        lawyer = principal_of(session, town.lawyer, rights, time.now)
    number = open_one(installation, town, time)
    evidence = _hand_in(installation, town, time, number)
    post = keep_page(installation, time, leader, [THREAT], case=number)[THREAT]
    with installation.database.writing() as session:
        run = start_verification(session, lawyer, time.now).id
    with installation.database.reading() as session:
        visit = session.get_one(PostRecord, post).visit_id
    ids = {
        "number": number,
        "step_id": "12.1",
        "evidence_id": str(evidence),
        "id": str(evidence),
        "visit_id": str(visit),
        "post_id": str(post),
        "run_id": str(run),
        "export_id": str(asked_for(installation, leader, number, time)),
        "part": "1",
        "sample_id": str(_drawn_sample(installation, time, town, leader, number)),
    }
    engine = make_engine(installation)
    app = make_application(
        installation, engine, evidence_url="http://evidence.example", secret=b"s" * 32
    )
    with browsing(app) as client:
        yield World(installation, town, time, app, client, every_call(app, ids), number)
    engine.stop(5)


def _drawn_sample(
    installation: Installation, time: Time, town: Town, leader: Principal, number: str
) -> object:
    """Let one person delete an advertisement in the library's case, and the week end."""
    sanne = employ(installation, time, "Sanne Side", "page_team", unit=town.centre, everywhere=True)
    with installation.database.reading() as session:
        who = principal_of(session, sanne, installation.rights, time.now)
    advert = keep_page(
        installation, time, leader, [ADVERT], url="https://advert.example/", case=number
    )[ADVERT]
    decided(installation, who, advert, time, "delete", clause="irrelevant")
    time.pass_by(timedelta(days=7))
    with installation.database.writing() as session:
        draw_samples(session, time.now)
        return session.query(SampleRecord).one().id


def _hand_in(installation: Installation, town: Town, time: Time, number: str) -> object:
    receiving = installation.intake.begin()
    receiving.write(memoryview(b"what was written to Anna"))
    kept = installation.intake.register(
        receiving.finish(),
        About(kind="upload", filename=SECRET_NAME, unit_id=town.library.id),
        Envelope("web", actor=f"person:{town.anna.id}"),
        time.now,
    )
    with installation.database.writing() as session:
        case = session.query(CaseRecord).filter_by(number=number).one()
        row = session.get_one(EvidenceRecord, kept.id)
        join_evidence(session, case, row, time.now, "system")
    return kept.id


def faults(world: World, calls: list[Call], allowed: set[int], **how: object) -> list[str]:
    """Return which of these calls were answered otherwise, or told something."""
    found = []
    for call in calls:
        answer = send(world.client, call, **how)  # type: ignore[arg-type]  # passed on as given
        # The address that was asked for may stand in the answer: who asks knows it already.
        told = answer.text.replace(call.path, "")
        if answer.status_code not in allowed or world.tells(told):
            found.append(f"{call}: {answer.status_code} {re.findall('<title>.*|<h1.*', told)}")
    return found


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


def test_whatever_is_no_route_of_ours_shows_only_files_and_the_schema(world: World) -> None:
    mounts, others = [], []
    for found in iter_route_contexts(world.app.routes):
        if isinstance(found.original_route, Mount):
            mounts.append(found.original_route.path)
        elif not isinstance(found.original_route, APIRoute):
            assert isinstance(found.original_route, Route)
            others.append(found.original_route.path)

    assert others == ["/api/openapi.json"]
    assert {path.split("/")[1] for path in mounts} == {"static"}


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


def test_only_doors_and_lamps_are_public(world: World) -> None:
    public = {str(one) for one in world.calls if one.right == PUBLIC}

    assert public == {
        "GET /healthz",
        "GET /readyz",
        "GET /sign-in",
        "POST /sign-in",
        "POST /language",
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


def test_an_unknown_field_is_refused_on_every_form(world: World) -> None:
    table = world.installation.rights
    sessions: dict[str, tuple[str, str]] = {}
    posts = [one for one in world.calls if one.method == "POST"]
    assert len(posts) > 10
    for call in posts:
        role = PUBLIC if call.right == PUBLIC else _role_for(table.actions[call.right])
        if role not in sessions:
            person = (
                world.employ(f"Ulla{len(sessions)} Udfylder", everywhere=True)
                if (role == PUBLIC)
                else world.employ(f"Ulla{len(sessions)} Udfylder", role, everywhere=True)
            )
            sessions[role] = world.session_of(person)
        before = kinds(world.installation)
        more = {"approved_by": str(world.town.anna.id)}
        if call.is_api:
            made = world.token_of(role, everywhere=True)
            before = kinds(world.installation)
            answer = send(world.client, call, bearer=made, more=more)
        else:
            answer = send(world.client, call, session=sessions[role], more=more)
        assert answer.status_code == 422, f"{call}: {answer.status_code} {answer.text[:300]}"
        assert kinds(world.installation) == before, f"{call} did something all the same"


def test_a_form_of_another_session_or_another_site_is_refused(world: World) -> None:
    table = world.installation.rights
    posts = [one for one in world.calls if one.method == "POST" and not one.is_api]
    person = world.employ("Otto Offer", *table.roles, everywhere=True)
    session, other = world.session_of(person), world.session_of(person)
    before = kinds(world.installation)
    foreign: list[dict[str, str]] = [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ]
    for headers in foreign:
        assert faults(world, posts, {403}, session=session, headers=headers) == []
    guarded = [one for one in posts if one.right != PUBLIC]
    assert faults(world, guarded, {403}, session=session, token=False) == []
    assert faults(world, guarded, {403}, session=(session[0], other[1])) == []
    assert faults(world, guarded, {403}, session=(session[0], "")) == []
    assert kinds(world.installation) == before


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


def _role_for(row: Mapping[str, tuple[Right, ...]]) -> str:
    preferred = ("leader", "page_team", "archivist", "lawyer", "operator")
    return next(one for one in (*preferred, *row) if one in row)
