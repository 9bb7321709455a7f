"""The second step over real HTTP: no session before it, each code once, guessing slow."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from pydantic import ValidationError
from sqlalchemy import func, select

from archive.records.cases import NoticeRecord
from archive.records.people import SessionRecord
from service.access.code_apps import draft_from
from service.access.endings import end_person
from service.access.factors import Changing, add_passkey
from service.access.passkeys import Party, made, making_options
from service.access.people import open_session
from service.installation import Installation
from service.settings import Settings
from service.web.dependencies import COOKIE
from tests.service.access.authenticator import Authenticator
from tests.service.casework.cases.opened import assert_clean, kinds
from tests.service.conftest import Time, Town
from tests.service.web.at_the_door import PASSWORD, Door, at_the_door

ONCE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """On loopback a browser keeps no cookie that only TLS carries; passkeys have `localhost`."""
    return settings.model_copy(update={"url": None, "second_factor_roles": ("archivist",)})


@pytest.fixture
def door(installation: Installation, town: Town, time: Time) -> Iterator[Door]:
    with at_the_door(installation, town, time) as opened:
        yield opened


@pytest.fixture
def strict(installation: Installation, town: Town, time: Time) -> Iterator[Door]:
    with at_the_door(installation, town, time, role="archivist") as opened:
        yield opened


def test_the_right_password_alone_opens_nothing_where_a_second_step_stands(door: Door) -> None:
    door.give_app()
    before = kinds(door.installation)

    answer = door.password(next="/cases")

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/second")
    (cookie,) = answer.headers.get_list("set-cookie")
    assert cookie.startswith("vaern_half=")
    assert "httponly" in cookie.lower()
    assert "path=/sign-in" in cookie.lower()
    assert not door.is_in()
    assert door.ways() == []
    assert kinds(door.installation) == before
    assert (
        "Et trin mere" in door.client.get("/sign-in/second", headers={"Accept-Language": "da"}).text
    )

    opened = door.second(door.code())

    assert (opened.status_code, opened.headers["location"]) == (303, "/cases")
    assert door.is_in()
    assert door.ways() == ["code"]
    assert_clean(door.installation)


@ONCE
def test_a_code_that_was_seen_over_a_shoulder_opens_no_second_door(door: Door) -> None:
    door.give_app()
    seen = door.code()
    door.password()
    assert door.second(seen).status_code == 303
    with httpx.Client(base_url=door.client.base_url) as elsewhere:
        thief = replace(door, client=elsewhere)
        thief.password()
        assert thief.second(seen).status_code == 401
        assert not thief.is_in()
        door.time.pass_by(timedelta(seconds=30))
        assert thief.second(door.code()).status_code == 303, "the next one is a new one"


@ONCE
def test_half_a_sign_in_belongs_to_one_browser_for_five_minutes_and_one_use(door: Door) -> None:
    door.give_app()
    over = "/sign-in?refusal=half_over"
    assert door.second("123456").headers["location"] == over
    door.password()
    half = door.client.cookies["vaern_half"]
    with httpx.Client(base_url=door.client.base_url) as elsewhere:
        assert replace(door, client=elsewhere).second(door.code()).headers["location"] == over
    door.time.pass_by(timedelta(minutes=5, seconds=1))
    assert door.second(door.code()).headers["location"] == over

    door.password()
    assert door.client.cookies["vaern_half"] != half
    assert door.second(door.code()).status_code == 303
    door.client.cookies.delete("vaern_session")
    door.time.pass_by(timedelta(seconds=30))
    assert door.second(door.code()).headers["location"] == over
    assert not door.is_in()


def test_whoever_guesses_codes_waits_longer_each_time_wherever_they_come_from(door: Door) -> None:
    door.give_app()
    door.password()
    statuses, waited = [], []
    for _ in range(14):
        answer = door.second("000000")
        statuses.append(answer.status_code)
        wait = int(answer.headers.get("retry-after", "0"))
        waited.append(wait)
        door.time.pass_by(timedelta(seconds=wait))
        if wait > 200:
            break
        door.password()

    assert set(statuses) == {401}
    assert waited == [0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256]
    assert kinds(door.installation).count("sign_in.delayed") == 1
    with door.installation.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(NoticeRecord)) == 2, "app, guessing"
    door.password()
    door.second("000000")
    door.password()
    refused = door.second(door.code())
    assert refused.status_code == 429, "the right one waits too"
    assert door.second(door.codes[0]).status_code == 303, "a recovery code cannot be guessed"
    assert door.is_in()


@ONCE
def test_a_recovery_code_opens_once_and_is_told(door: Door) -> None:
    door.give_app()
    door.password()
    assert door.second(door.codes[0].upper().replace("-", " ")).status_code == 303
    assert door.ways() == ["recovery_code"]
    assert "factor.code_used" in kinds(door.installation)
    with door.installation.database.reading() as session:
        mails = session.scalars(select(NoticeRecord.message)).all()
    assert any("gendannelseskoder er brugt" in mail for mail in mails)
    door.client.cookies.clear()
    door.password()
    assert door.second(door.codes[0]).status_code == 401
    assert not door.is_in()


@ONCE
def test_whoever_has_left_or_was_reset_does_not_come_in_from_half_way(door: Door) -> None:
    door.give_app()
    door.password()
    with door.installation.database.writing() as session:
        end_person(session, session.merge(door.lis), door.time.now, actor="system")
    assert door.second(door.code()).headers["location"] == "/sign-in?refusal=half_over"


def test_a_role_that_needs_it_is_led_to_choose_an_app_before_anything_opens(strict: Door) -> None:
    answer = strict.password(next="/evidence")
    assert answer.headers["location"] == "/sign-in/set-up"
    assert not strict.is_in()
    assert strict.second("123456").headers["location"] == "/sign-in?refusal=half_over"
    page = strict.client.get("/sign-in/set-up").text
    kept = re.search(r'name="kept" value="([^"]+)"', page)
    assert kept is not None
    draft = draft_from(strict.installation.vault, kept[1])

    wrong = strict.post("/sign-in/set-up/app", kept=kept[1], code="000000")
    assert wrong.status_code == 422
    assert kept[1] in wrong.text, "the picture stays the one that was taken"
    assert not strict.is_in()

    done = strict.post("/sign-in/set-up/app", kept=kept[1], code=strict.code(draft))

    assert done.status_code == 200
    assert done.headers["cache-control"] == "no-store"
    codes = re.findall(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}", done.text)
    assert len(set(codes)) == 10
    assert 'href="/evidence"' in done.text
    assert strict.is_in()
    strict.client.cookies.clear()
    assert strict.password().headers["location"] == "/sign-in/second"
    assert strict.second(strict.code(draft)).status_code == 401, "the code that set it up is spent"
    assert strict.second(codes[9]).status_code == 303
    assert_clean(strict.installation)


def test_roles_that_need_it_are_a_setting_and_by_default_follow_tls() -> None:
    assert Settings(url="https://vaern.example").roles_with_second_factor == (
        "operator",
        "archivist",
        "lawyer",
    )
    assert Settings(url="http://127.0.0.1:8000").roles_with_second_factor == ()
    assert Settings(url="https://x.example", second_factor_roles="").roles_with_second_factor == ()
    named = Settings(second_factor_roles="leader, hr")
    assert named.roles_with_second_factor == ("leader", "hr")
    with pytest.raises(ValidationError):
        Settings(second_factor_roles="archivst")


@ONCE
def test_a_change_needs_a_fresh_sign_in_and_ends_the_other_sessions(door: Door) -> None:
    door.password()
    with httpx.Client(base_url=door.client.base_url) as elsewhere:
        other = replace(door, client=elsewhere)
        other.password()
        assert other.is_in()
        page = door.client.get("/my-security", headers={"Accept-Language": "da"}).text
        assert page.count("med adgangskode") == 2
        door.time.pass_by(timedelta(minutes=16))
        again = door.post("/my-security/codes")
        assert again.headers["location"] == "/sign-in?refusal=again&next=/my-security"

        door.password(next="/my-security")
        changed = door.post(
            "/my-security/password", current=PASSWORD, password="fire helt andre ord"
        )
        assert changed.headers["location"] == "/my-security?said=security_changed"
        assert door.is_in()
        assert not other.is_in()
        assert other.password().status_code == 401
        assert other.password(password="fire helt andre ord").status_code == 303
    assert "factor.password" in kinds(door.installation)
    assert_clean(door.installation)


@ONCE
def test_a_password_is_changed_only_by_who_knows_it_and_to_one_that_is_long(door: Door) -> None:
    door.password()
    wrong = door.post("/my-security/password", current="gættet", password="fire helt andre ord")
    assert wrong.status_code == 422
    short = door.post("/my-security/password", current=PASSWORD, password="elleve tegn")
    assert short.status_code == 422
    assert "elleve tegn" not in short.text
    for _ in range(5):
        last = door.post("/my-security/password", current="gættet", password="fire helt andre ord")
    assert last.status_code == 429
    assert "factor.password" not in kinds(door.installation)


@ONCE
def test_whom_the_provider_signs_in_makes_no_second_door_beside_it(door: Door, town: Town) -> None:
    with door.installation.database.writing() as session:
        anna = session.merge(town.anna)
        secret, form_token = open_session(session, anna, door.time.now, way="provider")
    door.client.cookies.set(COOKIE, secret, domain="127.0.0.1")
    page = door.client.get("/my-security", headers={"Accept-Language": "da"})
    assert page.status_code == 200
    assert "kommunens eget login" in page.text
    for path in ("/my-security/codes", "/my-security/passkey/options"):
        assert door.post(path, csrf_token=form_token).status_code == 403
    assert door.client.get("/my-security/app").status_code == 403
    assert not [one for one in kinds(door.installation) if one.startswith("factor.")]


@ONCE
def test_a_passkeys_answer_opens_one_door_in_the_browser_that_was_asked(door: Door) -> None:
    port = door.client.base_url.port
    door.device = Authenticator(f"http://localhost:{port}", "localhost")
    party, challenge = Party("localhost", door.device.origin), b"c" * 32
    making = making_options(party, door.lis, (), challenge)
    with door.installation.database.writing() as session:
        by = Changing(session.merge(door.lis), door.installation.settings, door.time.now)
        add_passkey(session, by, made(party, challenge, door.device.make(making)), "nøgle")

    refused = "/sign-in?refusal=passkey"
    with contextlib.ExitStack() as open_ones:
        asked, thief, later = (
            replace(door, client=open_ones.enter_context(httpx.Client(base_url=party.origin)))
            for _ in range(3)
        )
        answer = door.device.use(asked.options("/sign-in/passkey"))
        thief.options("/sign-in/passkey")
        stolen = thief.post("/sign-in/passkey", credential=answer)
        assert stolen.headers["location"] == refused, "another browser was asked another thing"
        kept = asked.client.cookies["vaern_passkey"]
        opened = asked.post("/sign-in/passkey", credential=answer, next="//evil.example")
        assert (opened.status_code, opened.headers["location"]) == (303, "/")
        assert asked.is_in()
        later.client.cookies.set("vaern_passkey", kept)
        again = later.post("/sign-in/passkey", credential=answer)
        assert again.headers["location"] == refused, "with all that the first one had"
        answer = door.device.use(later.options("/sign-in/passkey"))
        door.time.pass_by(timedelta(minutes=5))
        assert later.post("/sign-in/passkey", credential=answer).headers["location"] == refused
        assert not later.is_in()
        assert not thief.is_in()
    assert door.ways() == ["passkey"]
    assert_clean(door.installation)


@ONCE
def test_one_session_or_all_of_them_are_ended_by_their_owner_alone(door: Door) -> None:
    door.password()
    with httpx.Client(base_url=door.client.base_url) as elsewhere:
        other = replace(door, client=elsewhere)
        other.password()
        shown = door.client.get("/my-security").text
        (named,) = re.findall(r'name="session" value="([0-9a-f]{32})"', shown)
        with door.installation.database.reading() as session:
            keys = session.scalars(select(SessionRecord.token_sha256)).all()
        assert any(key.startswith(named) for key in keys)
        door.post("/my-security/session/end", session="0" * 32)
        assert other.is_in()
        door.post("/my-security/session/end", session=named)
        assert not other.is_in()
        assert door.is_in()

        other.password()
        out = door.post("/my-security/everywhere")
        assert out.headers["location"] == "/sign-in?refusal=signed_out"
        assert not door.is_in()
        assert not other.is_in()
    assert kinds(door.installation)[-1] == "session.ended_everywhere"


@ONCE
def test_removing_the_last_step_ends_the_recovery_codes(door: Door) -> None:
    door.give_app()
    door.password()
    door.second(door.code())
    assert door.post("/my-security/app/end").status_code == 303
    assert "factor.codes_ended" in kinds(door.installation)
    door.client.cookies.clear()
    assert door.password().headers["location"] == "/"
    assert door.is_in()
