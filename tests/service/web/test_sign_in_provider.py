"""Signing in by a real provider over real HTTP: who comes in, with which roles, who does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from starlette.responses import Response

from archive.ledger.log import record
from archive.records.identities import IdentityRecord, UsedStateRecord
from archive.records.people import CredentialRecord, PersonRecord, SessionRecord
from service.access.endings import end_person
from service.access.identities import signed_in_person, unlink
from service.access.oidc.begun import COOKIE as BEGUN
from service.access.oidc.claims import Claims
from service.access.passwords import Passwords
from service.access.people import give_role
from service.errors import PersonNotEntered
from service.installation import Installation
from service.jobs.every_kind import make_engine
from service.jobs.housekeeping import tidy
from service.web.dependencies import COOKIE
from service.web.frames import LANGUAGE_COOKIE
from tests.service.casework.cases.opened import assert_clean, kinds, roles_of
from tests.service.conftest import Time, Town
from tests.service.provider import Town as Provider
from tests.service.provider import open_provider
from tests.service.web.doors import application_of
from tests.service.web.on_loopback import on_loopback
from tests.service.web.provider_way import Way, opened

PASSWORD = "korrekt hest batteri"
GROUPS = "chefer=leader:@own; jura=lawyer; skole=amr:Skolen; spøgelser=leader:Ingen steder"


@pytest.fixture
def provider(time: Time) -> Iterator[Provider]:
    with open_provider(time) as standing:
        yield standing


@pytest.fixture
def way(installation: Installation, provider: Provider, town: Town) -> Iterator[Way]:
    del town
    with opened(installation, provider, oidc_groups=GROUPS) as standing:
        yield standing


def sessions(installation: Installation) -> list[SessionRecord]:
    with installation.database.reading() as session:
        return list(session.scalars(select(SessionRecord).order_by(SessionRecord.made_at)))


def held(installation: Installation, person: PersonRecord, time: Time) -> set[tuple[str, bool]]:
    live = [one for one in roles_of(installation, person) if not one.until or one.until > time.now]
    return {(one.role, one.unit_id is not None) for one in live}


def refused(answer: httpx.Response, status: int, words: str) -> None:
    assert answer.status_code == status
    assert words in answer.text
    assert COOKIE not in answer.cookies
    assert "Password" in answer.text, "the other way in stands on the page"


def test_a_person_comes_in_by_the_providers_word_and_is_known_from_then_on(
    way: Way, installation: Installation, town: Town, time: Time
) -> None:
    way.provider.person |= {"acr": "substantial", "amr": ["pwd", "otp"]}

    answer = way.enter(next="/my-case")

    assert (answer.status_code, answer.headers["location"]) == (303, "/my-case")
    (session,) = sessions(installation)
    assert (session.person_id, session.way) == (town.anna.id, "provider")
    assert (session.acr, session.amr) == ("substantial", "pwd otp")
    assert way.client.get("/my-case").status_code == 200
    assert {"identity.linked", "session.opened"} <= set(kinds(installation))

    way.provider.person["email"] = "bent@kommune.example"
    time.pass_by(timedelta(seconds=1))
    assert way.enter().status_code == 303
    assert sessions(installation)[-1].person_id == town.anna.id, "the subject counts, not the mail"
    assert kinds(installation).count("identity.linked") == 1
    assert_clean(installation)


def test_a_new_session_takes_the_place_of_the_one_that_was_there(
    way: Way, installation: Installation
) -> None:
    way.enter()
    first = way.client.cookies[COOKIE]
    way.enter()

    assert way.client.cookies[COOKIE] != first
    assert [one.ended_at is None for one in sessions(installation)].count(True) == 1


def test_roles_follow_from_groups_and_end_with_them(
    way: Way, installation: Installation, town: Town, time: Time
) -> None:
    with installation.database.writing() as session:
        anna = session.merge(town.anna)
        give_role(session, anna, "page_team", unit_id=None, now=time.now, actor="system")
    way.provider.person["groups"] = ["chefer", "skole", "andre", "spøgelser"]
    way.enter()
    assert held(installation, town.anna, time) == {
        ("leader", True),
        ("amr", True),
        ("page_team", False),
    }

    time.pass_by(timedelta(hours=1))
    way.provider.person["groups"] = ["skole", "jura"]
    way.enter()
    assert held(installation, town.anna, time) == {
        ("lawyer", False),
        ("amr", True),
        ("page_team", False),
    }
    time.pass_by(timedelta(hours=1))
    del way.provider.person["groups"]
    way.enter()
    assert held(installation, town.anna, time) == {("page_team", False)}, "given by hand, it stays"
    assert kinds(installation).count("role.ended") == 3
    assert_clean(installation)


def test_groups_that_are_too_many_to_be_told_end_nothing(
    way: Way, installation: Installation, town: Town, time: Time
) -> None:
    way.provider.person["groups"] = ["jura"]
    way.enter()
    del way.provider.person["groups"]
    way.provider.person |= {"_claim_names": {"groups": "src1"}}

    refused(way.enter(), 502, "does not accept")

    assert held(installation, town.anna, time) == {("lawyer", False)}


def test_groups_that_give_nothing_any_more_are_not_asked_for_and_their_roles_end(
    installation: Installation, provider: Provider, town: Town, time: Time
) -> None:
    provider.person["groups"] = ["jura"]
    with opened(installation, provider, oidc_groups=GROUPS) as way:
        way.enter()
    assert held(installation, town.anna, time) == {("lawyer", False)}

    del provider.person["groups"]
    provider.person |= {"_claim_names": {"groups": "src1"}}
    time.pass_by(timedelta(hours=1))
    with opened(installation, provider) as way:
        assert way.enter().status_code == 303
    assert held(installation, town.anna, time) == set()
    assert_clean(installation)


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "nobody@kommune.example"},
        {"email_verified": False},
        {"email_verified": "false"},
        {"email_verified": None},
        {"email": None},
        {"email": "anna@kommune.example bent@kommune.example"},
        {"email": ["anna@kommune.example"]},
    ],
    ids=str,
)
def test_whoever_was_not_entered_or_has_no_sure_address_stays_outside(
    way: Way, installation: Installation, claims: dict[str, Any]
) -> None:
    way.provider.person |= claims
    people = set(kinds(installation))

    refused(way.enter(), 403, "do not have a place")

    assert sessions(installation) == []
    assert set(kinds(installation)) == people


def test_an_address_that_passed_to_somebody_new_does_not_open_the_old_account(
    way: Way, installation: Installation, town: Town, time: Time
) -> None:
    way.enter()
    way.provider.person["sub"] = "another-anna"
    refused(way.enter(), 403, "do not have a place")

    with installation.database.writing() as session:
        anna = session.get_one(PersonRecord, town.anna.id)
        assert unlink(session, anna, time.now, actor="system") == 1
    assert way.enter().status_code == 303
    assert_clean(installation)


def test_of_two_accounts_with_one_address_that_come_at_once_one_is_linked(
    installation: Installation, town: Town, provider: Provider, time: Time
) -> None:
    settings = provider.settings(installation.settings)
    together = Barrier(8)

    def come(number: int) -> bool:
        said = Claims({**provider.person, "sub": f"anna-{number}"}, settings)
        together.wait(10)
        with suppress(PersonNotEntered), installation.database.writing() as session:
            return signed_in_person(session, said, settings, time.now).id == town.anna.id
        return False

    with ThreadPoolExecutor(8) as many:
        assert sum(many.map(come, range(8))) == 1
    assert kinds(installation).count("identity.linked") == 1


def test_whoever_has_left_stays_outside_whatever_the_provider_says(
    way: Way, installation: Installation, town: Town, time: Time
) -> None:
    way.enter()
    with installation.database.writing() as session:
        end_person(session, session.merge(town.anna), time.now, actor="system")

    refused(way.enter(), 403, "do not have a place")


def test_nobody_is_invented_unless_it_is_set(
    installation: Installation, provider: Provider, town: Town, time: Time
) -> None:
    del town
    provider.person |= {"sub": "new", "email": "Ny@kommune.example", "name": "Ny Nysen"}
    with opened(installation, provider, oidc_groups=GROUPS, oidc_make_people=True) as way:
        provider.person["groups"] = ["chefer", "jura"]
        assert way.enter().status_code == 303

    with installation.database.reading() as session:
        made = session.scalars(select(PersonRecord).where(PersonRecord.name == "Ny Nysen")).one()
        assert (made.email, made.unit_id) == ("ny@kommune.example", None)
        assert session.get(CredentialRecord, made.id) is None
    assert held(installation, made, time) == {("lawyer", False)}, "no place of work, no unit's role"


def test_an_answer_opens_nothing_in_another_browser_twice_or_too_late(
    way: Way, installation: Installation, time: Time
) -> None:
    back = way.brought()
    begun = {name: value for name, value in way.client.cookies.items() if name.startswith(BEGUN)}
    way.client.cookies.clear()
    refused(way.client.get(back), 400, "another browser")

    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in begun.items())}
    assert httpx.get(back, headers=cookie).status_code == 303
    refused(httpx.get(back, headers={**cookie, "Accept-Language": "en"}), 400, "another browser")

    late = way.brought()
    time.pass_by(timedelta(minutes=10))
    refused(way.client.get(late), 400, "too long")
    assert len(sessions(installation)) == 1


def test_a_forged_or_swapped_cookie_is_none(way: Way) -> None:
    back = way.brought()
    (name,) = [one for one in way.client.cookies if one.startswith(BEGUN)]
    value = way.client.cookies[name]
    body, _, signature = value.rpartition(".")
    for forged in (f"{body}x.{signature}", f"{body}.{'0' * 64}", "x", f".{signature}", body):
        answer = httpx.get(back, headers={"Cookie": f"{name}={forged}", "Accept-Language": "en"})
        refused(answer, 400, "another browser")
    state = parse_qs(urlsplit(back).query)["state"][0]
    refused(way.client.get(back.replace(state, "another-state")), 400, "another browser")
    assert way.client.get(back).status_code == 303, "the true one still opens"


def test_two_tabs_are_two_sign_ins(way: Way) -> None:
    first, second = way.brought(next="/my-case"), way.brought(next="/rights")

    assert way.client.get(first).headers["location"] == "/my-case"
    assert way.client.get(second).headers["location"] == "/rights"


def test_a_sign_in_leads_only_to_our_own_paths(way: Way) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        assert way.enter(next=elsewhere).headers["location"] == "/"


def test_whoever_goes_back_at_the_provider_is_told_calmly(way: Way) -> None:
    for error in ("access_denied", "login_required", "<script>"):
        state = parse_qs(urlsplit(way.brought()).query)["state"][0]
        answer = way.client.get(
            "/sign-in/provider/back", params={"error": error, "state": state, "x": "y"}
        )
        refused(answer, 403, "You were not signed in")
        assert state not in answer.text, "nothing of the answer stands on the page"
        assert "refusal=provider_refused" in answer.text, "another language is the same page"


def test_a_provider_that_is_down_leaves_the_password_and_says_so(
    way: Way, installation: Installation, time: Time, town: Town
) -> None:
    with installation.database.writing() as session:
        kept = Passwords(memory_kib=8).make(PASSWORD)
        anna = session.merge(town.anna)
        session.add(CredentialRecord(person_id=anna.id, password_hash=kept, changed_at=time.now))
        record(session, "credential.made", at=time.now, actor="system", subject=anna)
        give_role(session, anna, "operator", unit_id=None, now=time.now, actor="system")
    for door in ("/.well-known/openid-configuration", "/token"):
        way.provider.instead[door] = lambda _: Response(status_code=503)

    refused(way.client.get("/sign-in/provider"), 503, "does not answer right now")

    answer = way.client.post("/sign-in", data={"email": town.anna.email, "password": PASSWORD})
    assert answer.status_code == 303
    assert "sign_in.local" in kinds(installation)
    told = way.client.get("/operations").text
    assert "signed in with a password of Værn" in told


def test_sign_out_offers_to_sign_out_at_the_provider_too(
    way: Way, installation: Installation
) -> None:
    way.enter()
    token = sessions(installation)[0].form_token
    out = way.client.post("/sign-out", data={"csrf_token": token})
    assert out.headers["location"] == "/sign-in/provider/out"
    assert way.client.get("/my-case").status_code == 303, "here it is over already"

    page = way.client.get("/sign-in/provider/out").text
    door = page.partition(f'href="{way.provider.issuer}/out?')[2].partition('"')[0]
    there = httpx.get(f"{way.provider.issuer}/out?{door.replace('&amp;', '&')}")
    assert there.headers["location"] == f"{way.base}/sign-in/provider/signed-out"
    back = way.client.get(there.headers["location"])
    assert back.headers["location"] == "/sign-in?refusal=signed_out"


def test_neither_codes_nor_names_nor_addresses_stand_in_the_log(
    way: Way, capsys: pytest.CaptureFixture[str]
) -> None:
    way.provider.spoil = lambda claims: claims.update(nonce="another")
    back = way.brought()
    way.client.get(back)

    lines = [one for one in capsys.readouterr().err.splitlines() if "provider_failed" in one]
    written = "\n".join(lines)
    query = parse_qs(urlsplit(back).query)
    for told in (query["code"][0], query["state"][0], "8f1c-anna", "kommune.example", "Anna Holm"):
        assert told not in written
    assert [json.loads(one)["code"] for one in lines if one.startswith("{")] in ([], ["nonce"])


def test_used_answers_are_forgotten_when_they_could_not_come_back(
    way: Way, installation: Installation, time: Time
) -> None:
    way.enter()
    time.pass_by(timedelta(minutes=21))
    tidy(installation)

    with installation.database.reading() as session:
        assert session.scalars(select(UsedStateRecord)).all() == []
        assert len(session.scalars(select(IdentityRecord)).all()) == 1


def test_without_a_provider_its_places_lead_to_the_other_ways_in(
    installation: Installation,
) -> None:
    engine = make_engine(installation)
    with on_loopback(application_of(installation, engine)) as base:
        for path in ("", "/back", "/out"):
            answer = httpx.get(f"{base}/sign-in/provider{path}")
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        assert "/sign-in/provider" not in httpx.get(f"{base}/sign-in").text
    engine.stop(5)


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_real_browser_goes_the_whole_way_in_and_out(browser: Browser, way: Way) -> None:
    context = browser.new_context(base_url=way.base)
    context.add_cookies([{"name": LANGUAGE_COOKIE, "value": "en", "url": way.base}])
    page = context.new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto("/my-case")
    page.get_by_role("link", name="Sign in with Havn").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{way.base}/my-case")
    expect(page.get_by_text("Anna Holm").first).to_be_attached()
    cookies = {one["name"]: one for one in context.cookies()}
    assert cookies[COOKIE]["httpOnly"]
    assert cookies[COOKIE]["sameSite"] == "Lax"
    assert not [name for name in cookies if name.startswith(BEGUN)], "what was begun is over"

    page.locator("summary", has_text="Anna Holm").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign out of Havn").click()
    expect(page.get_by_text("You have signed out.")).to_be_visible()
    page.goto("/my-case")
    expect(page.get_by_role("link", name="Sign in with Havn")).to_be_visible()
    assert complaints == []
    context.close()
