"""Signing in by a real provider over real HTTP: which answers open the door, and which do not."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from starlette.responses import Response

from archive.ledger.log import record
from archive.records.identities import IdentityRecord, UsedStateRecord
from archive.records.people import CredentialRecord
from service.access.oidc.begun import COOKIE as BEGUN
from service.access.passwords import Passwords
from service.access.people import give_role
from service.installation import Installation
from service.jobs.every_kind import make_engine
from service.jobs.housekeeping import tidy
from service.web.dependencies import COOKIE
from service.web.frames import LANGUAGE_COOKIE
from tests.service.casework.cases.opened import kinds
from tests.service.conftest import Time, Town
from tests.service.web.doors import application_of
from tests.service.web.on_loopback import on_loopback
from tests.service.web.provider_way import Way, refused, sessions

PASSWORD = "korrekt hest batteri"


def test_a_new_session_takes_the_place_of_the_one_that_was_there(
    way: Way, installation: Installation
) -> None:
    way.enter()
    first = way.client.cookies[COOKIE]
    way.enter()

    assert way.client.cookies[COOKIE] != first
    assert [one.ended_at is None for one in sessions(installation)].count(True) == 1


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
