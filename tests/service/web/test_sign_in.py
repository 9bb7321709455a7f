"""Signing in and out over real HTTP: the cookie, its ends, and what a lost role opens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from archive.records.people import PersonRecord, SessionRecord, SignInTryRecord
from service.access.endings import end_person, end_role
from service.access.passwords import Passwords
from service.access.people import add_person, give_role
from service.installation import Installation
from service.jobs.every_kind import make_engine
from service.web.dependencies import COOKIE
from tests.service.casework.cases.opened import kinds, roles_of
from tests.service.conftest import Time, Town
from tests.service.web.doors import application_of
from tests.service.web.matrix import browsing

EMAIL, PASSWORD = "lis@kommune.example", "korrekt hest batteri"
Enter = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def kept() -> str:
    return Passwords(memory_kib=8).make(PASSWORD)


@pytest.fixture
def lis(installation: Installation, town: Town, time: Time, kept: str) -> PersonRecord:
    with installation.database.writing() as session:
        person = add_person(
            session,
            name="Lis Leder",
            email=EMAIL,
            unit_id=town.library.id,
            now=time.now,
            actor="system",
            password_hash=kept,
        )
        give_role(session, person, "leader", unit_id=town.library.id, now=time.now, actor="system")
    return person


@contextmanager
def served(installation: Installation) -> Iterator[httpx.Client]:
    engine = make_engine(installation)
    with browsing(application_of(installation, engine)) as opened:
        yield opened
    engine.stop(5)


@pytest.fixture
def client(installation: Installation) -> Iterator[httpx.Client]:
    with served(installation) as opened:
        yield opened


@pytest.fixture
def enter(client: httpx.Client) -> Enter:
    def sign_in(**how: str) -> httpx.Response:
        return client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD, **how})

    return sign_in


def form_token(installation: Installation) -> str:
    with installation.database.reading() as session:
        newest = select(SessionRecord.form_token).order_by(SessionRecord.made_at.desc())
        return session.scalars(newest.limit(1)).one()


@pytest.mark.usefixtures("lis")
def test_the_sessions_cookie_is_kept_from_scripts_and_other_sites(
    installation: Installation, enter: Enter
) -> None:
    answer = enter(next="/cases")

    assert (answer.status_code, answer.headers["location"]) == (303, "/cases")
    first, device = answer.headers.get_list("set-cookie")
    assert device.startswith("vaern_device=")
    assert "; httponly" in device.lower()
    name, _, rest = first.partition("=")
    assert name == COOKIE
    assert len(rest.partition(";")[0]) >= 43, "256 bits, in base64"
    flags = {one.strip().lower() for one in rest.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/", "max-age=43200"} <= flags
    assert not any(one.startswith("domain") for one in flags)
    assert kinds(installation)[-1] == "session.opened"


@pytest.mark.usefixtures("lis")
def test_behind_https_the_cookie_never_travels_in_the_clear(
    enter: Enter, client: httpx.Client
) -> None:
    client.headers["X-Forwarded-Proto"] = "https"

    answer = enter()

    assert "; secure" in answer.headers["set-cookie"].lower()
    assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.usefixtures("lis")
def test_an_odd_name_for_us_or_for_another_site_breaks_nothing(
    enter: Enter, client: httpx.Client
) -> None:
    for host in ("[", "a[b", "x]", "a..b", f"{'a' * 64}.example", "localhost:x"):
        assert client.get("/sign-in", headers={"Host": host}).status_code == 200, host
    for origin in ("http://[", "null", "x", "://", "http://localhost.evil.example"):
        client.headers["Origin"] = origin
        assert enter().status_code == 403, origin


@pytest.mark.usefixtures("town")
def test_an_address_that_one_writes_oneself_on_a_line_of_its_own_is_not_believed(
    installation: Installation,
) -> None:
    """HAProxy adds a line of its own behind whatever lines the asker has written."""
    settings = installation.settings.model_copy(update={"proxies": ("127.0.0.0/8",)})
    lines = [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-For", "198.51.100.7:5123")]
    with served(replace(installation, settings=settings)) as client:
        client.post("/sign-in", data={"email": EMAIL, "password": "x"}, headers=lines)

    with installation.database.reading() as session:
        keys = session.scalars(select(SignInTryRecord.key)).all()
    assert [key for key in keys if key.startswith("address:")] == ["address:198.51.100.7"]


@pytest.mark.usefixtures("lis")
def test_each_sign_in_makes_a_new_session_and_ends_the_one_that_was_there(
    enter: Enter, client: httpx.Client
) -> None:
    """An id that somebody else has planted, or has seen, is worth nothing afterwards."""
    client.cookies.set(COOKIE, "planted-by-somebody-else", domain="127.0.0.1")
    first = enter().cookies[COOKIE]
    assert first != "planted-by-somebody-else"

    client.cookies.clear()
    client.cookies.set(COOKIE, first, domain="127.0.0.1")
    second = enter().cookies[COOKIE]

    assert second != first
    assert get(client, "/cases", second) == 200
    assert get(client, "/cases", first) == 303


@pytest.mark.usefixtures("lis")
def test_signing_out_ends_the_session_for_whoever_holds_its_id(
    installation: Installation, enter: Enter, client: httpx.Client
) -> None:
    secret = enter().cookies[COOKIE]
    client.cookies.clear()
    answer = client.post(
        "/sign-out",
        data={"csrf_token": form_token(installation)},
        headers={"Cookie": f"{COOKIE}={secret}"},
    )

    assert answer.status_code == 303
    assert 'vaern_session=""' in answer.headers["set-cookie"]
    assert kinds(installation)[-1] == "session.ended"
    assert get(client, "/cases", secret) == 303


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, "forkert hest batteri"),
        ("nobody@kommune.example", PASSWORD),
        ("anna@kommune.example", PASSWORD),
    ],
)
@pytest.mark.usefixtures("lis")
def test_a_wrong_try_says_the_same_whatever_was_wrong(
    installation: Installation, enter: Enter, *, email: str, password: str
) -> None:
    before = kinds(installation)
    answer = enter(email=email, password=password)

    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert password not in answer.text
    assert kinds(installation) == before
    other = enter(email="x@kommune.example", password="noget helt andet")
    assert without_chance(answer.text, email) == without_chance(other.text, "x@kommune.example")


def test_whoever_has_left_does_not_come_in_with_the_right_password(
    installation: Installation, time: Time, lis: PersonRecord, enter: Enter
) -> None:
    with installation.database.writing() as session:
        end_person(session, session.merge(lis), time.now, actor="system")

    answer = enter()

    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


@pytest.mark.usefixtures("lis")
def test_a_sign_in_leads_only_to_our_own_paths(enter: Enter) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example", "/\n/x"):
        assert enter(next=elsewhere).headers["location"] == "/"


def test_a_lost_role_is_gone_with_the_next_request(
    installation: Installation,
    time: Time,
    lis: PersonRecord,
    enter: Enter,
    client: httpx.Client,
) -> None:
    secret = enter().cookies[COOKIE]
    assert get(client, "/triage", secret) == 200

    with installation.database.writing() as session:
        for held in roles_of(installation, lis):
            end_role(session, session.merge(held), time.now, actor="system")

    assert get(client, "/triage", secret) == 403
    assert get(client, "/rights", secret) == 200


@pytest.mark.usefixtures("lis")
def test_a_session_ends_after_rest_and_in_any_case_after_its_day(
    time: Time, enter: Enter, client: httpx.Client
) -> None:
    secret = enter().cookies[COOKIE]
    for _ in range(12):
        time.pass_by(timedelta(minutes=59))
        assert get(client, "/rights", secret) == 200, "each use counts rest anew"
    time.pass_by(timedelta(minutes=13))
    assert get(client, "/rights", secret) == 303, "twelve hours are over"

    other = enter().cookies[COOKIE]
    time.pass_by(timedelta(minutes=61))
    assert get(client, "/rights", other) == 303


@pytest.mark.usefixtures("lis")
def test_whoever_guesses_is_told_how_long_to_wait_in_words_and_in_the_header(
    enter: Enter, time: Time
) -> None:
    answers = [enter(password="gættet kodeord") for _ in range(5)]

    assert [one.status_code for one in answers] == [401, 401, 401, 401, 429]
    assert answers[3].headers["retry-after"] == answers[4].headers["retry-after"] == "2"
    assert "2 sekunder" in answers[4].text
    assert enter().status_code == 429, "the right password waits as well"
    time.pass_by(timedelta(seconds=2))
    assert enter().status_code == 303


@pytest.mark.usefixtures("lis")
def test_waiting_looks_the_same_for_an_account_that_does_not_exist(
    enter: Enter, client: httpx.Client
) -> None:
    def waits(email: str) -> list[tuple[int, str | None, list[str]]]:
        answers = [enter(email=email, password="gættet kodeord") for _ in range(6)]
        return [
            (one.status_code, one.headers.get("retry-after"), without_chance(one.text, email))
            for one in answers
        ]

    client.headers["Accept-Language"] = "da"
    assert waits(EMAIL) == waits("nobody@kommune.example")


@pytest.mark.usefixtures("lis")
def test_a_browser_that_has_signed_in_before_does_not_wait_for_strangers(
    enter: Enter, client: httpx.Client
) -> None:
    mine = enter().cookies["vaern_device"]
    for _ in range(8):
        client.cookies.clear()
        enter(password="gættet kodeord")
    client.cookies.clear()
    assert enter().status_code == 429

    client.cookies.set("vaern_device", mine, domain="127.0.0.1")
    assert enter().status_code == 303


def get(client: httpx.Client, path: str, secret: str) -> int:
    client.cookies.clear()
    return client.get(path, headers={"Cookie": f"{COOKIE}={secret}"}).status_code


def without_chance(text: str, email: str) -> list[str]:
    """The page without what differs from one answer to the next: its nonce, the typed address."""
    return [line for line in text.replace(email, "").splitlines() if "nonce" not in line]
