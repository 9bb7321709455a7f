"""A provider that misbehaves lets nobody in, keeps nobody waiting, and is not asked for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import Key
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from service.access.oidc.begun import Answer, Begun, begin
from service.access.oidc.claims import Claims
from service.access.oidc.provider import AT_ONCE, Provider
from service.errors import (
    ProviderNotBelieved,
    ProviderRefused,
    ProviderSignInFailed,
    ProviderSilent,
)
from service.settings import Settings
from tests.service.conftest import Time
from tests.service.provider import Town, ec_key, open_provider, rsa_key

BACK = "https://vaern.example/sign-in/provider/back"
DESCRIPTION = "/.well-known/openid-configuration"


@pytest.fixture
def town_provider(time: Time) -> Iterator[Town]:
    with open_provider(time) as opened:
        yield opened


@pytest.fixture
def provider(town_provider: Town) -> Provider:
    return Provider(town_provider.settings(Settings()))


def asked(provider: Provider, begun: Begun, time: Time) -> dict[str, str]:
    """Go to the provider's door and return what it gives to bring back."""
    door = httpx.get(provider.door(begun, BACK, time.now))
    return {k: v[0] for k, v in parse_qs(urlsplit(door.headers["location"]).query).items()}


def come(provider: Provider, time: Time, **more: str | None) -> Claims:
    """Go the whole way once."""
    begun = begin("/")
    brought: dict[str, Any] = {**asked(provider, begun, time), **more}
    answer = Answer(brought["code"], brought.get("iss"))
    return provider.claims(answer, begun, BACK, time.now)


def failing(provider: Provider, time: Time, kind: type[ProviderSignInFailed]) -> str:
    with pytest.raises(kind) as why:
        come(provider, time)
    return why.value.code


def test_a_code_is_turned_into_what_the_provider_says(provider: Provider, time: Time) -> None:
    said = come(provider, time)

    assert (said.subject, said.verified_mail, said.name) == (
        "8f1c-anna",
        "anna@kommune.example",
        "Anna Holm",
    )
    assert said.groups == frozenset()


def test_the_secret_goes_as_the_provider_wants_it(town_provider: Town, time: Time) -> None:
    for ways in (["client_secret_post"], ["client_secret_basic", "client_secret_post"]):
        town_provider.said["token_endpoint_auth_methods_supported"] = ways
        assert come(Provider(town_provider.settings(Settings())), time).subject == "8f1c-anna"


def test_a_wrong_secret_is_our_own_fault_and_said_so(town_provider: Town, time: Time) -> None:
    wrong = Provider(town_provider.settings(Settings(), oidc_client_secret="another"))

    assert failing(wrong, time, ProviderNotBelieved) == "we_refused"


def test_a_code_is_worth_nothing_the_second_time_or_in_another_sign_in(
    provider: Provider, time: Time
) -> None:
    begun = begin("/")
    brought = asked(provider, begun, time)
    answer = Answer(brought["code"], None)
    assert provider.claims(answer, begun, BACK, time.now).subject

    with pytest.raises(ProviderRefused):
        provider.claims(answer, begun, BACK, time.now)
    stolen = Answer(asked(provider, begin("/"), time)["code"], None)
    with pytest.raises(ProviderRefused):
        provider.claims(stolen, begun, BACK, time.now)


SPOILT: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (lambda claims: claims.update(nonce="another"), "nonce"),
    (lambda claims: claims.update(iss="https://another.example"), "issuer"),
    (lambda claims: claims.update(aud="another"), "audience"),
    (lambda claims: claims.update(exp=claims["iat"] - 120), "expired"),
    (lambda claims: claims.update(at_hash="another"), "at_hash"),
]


@pytest.mark.parametrize(("spoil", "code"), SPOILT, ids=[code for _, code in SPOILT])
def test_a_token_with_a_wrong_claim_lets_nobody_in(
    town_provider: Town,
    provider: Provider,
    time: Time,
    spoil: Callable[[dict[str, Any]], None],
    code: str,
) -> None:
    town_provider.spoil = spoil

    assert failing(provider, time, ProviderNotBelieved) == code


def test_a_token_of_another_sign_in_lets_nobody_in(
    town_provider: Town, provider: Provider, time: Time
) -> None:
    caught: list[str] = []
    usual = town_provider.sign

    def keep(header: dict[str, Any], claims: dict[str, Any], key: Key) -> str:
        caught.append(usual(header, claims, key))
        return caught[0]

    town_provider.sign = keep
    assert come(provider, time).subject
    assert failing(provider, time, ProviderNotBelieved) == "nonce"


def test_a_new_key_is_fetched_when_a_token_names_it(
    town_provider: Town, provider: Provider, time: Time
) -> None:
    come(provider, time)
    time.pass_by(timedelta(minutes=1))
    town_provider.keys.append(ec_key("curve"))
    town_provider.algorithm = "ES256"

    assert come(provider, time).subject == "8f1c-anna"
    assert town_provider.visits.count("/jwks") == 2


def test_whoever_waited_while_another_fetched_the_new_key_has_it_too(
    town_provider: Town, provider: Provider, time: Time
) -> None:
    tried = provider._at_hand(time.now).keys
    time.pass_by(timedelta(minutes=1))
    town_provider.keys.append(rsa_key("second"))
    come(provider, time)

    assert {key.kid for key in provider._newer_keys(tried, time.now)} == {"first", "second"}
    assert town_provider.visits.count("/jwks") == 2


def test_made_up_keys_do_not_make_us_a_burden(
    town_provider: Town, provider: Provider, time: Time
) -> None:
    come(provider, time)
    time.pass_by(timedelta(minutes=1))
    town_provider.sign = _by_unknown_key
    for _ in range(5):
        assert failing(provider, time, ProviderNotBelieved) == "key_unknown"

    assert town_provider.visits.count("/jwks") == 2
    assert town_provider.visits.count(DESCRIPTION) == 1


def test_the_answer_at_the_door_is_of_the_provider_that_was_asked(
    town_provider: Town, provider: Provider, time: Time
) -> None:
    town_provider.at_the_door = {"iss": "https://another.example"}
    assert failing(provider, time, ProviderNotBelieved) == "answered_by_another"

    town_provider.at_the_door = {}
    town_provider.said["authorization_response_iss_parameter_supported"] = True
    strict = Provider(town_provider.settings(Settings()))
    assert failing(strict, time, ProviderNotBelieved) == "answered_by_another"
    town_provider.at_the_door = {"iss": town_provider.issuer}
    assert come(strict, time).subject


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"issuer": "https://another.example"}, "issuer"),
        ({"token_endpoint": "http://10.0.0.1/token"}, "address_not_guarded"),
        ({"jwks_uri": "file:///etc/passwd"}, "address_not_guarded"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "address_not_guarded"),
        ({"token_endpoint": None}, "address_not_guarded"),
        ({"jwks_uri": "https://a:b@login.example/"}, "address_not_guarded"),
    ],
    ids=str,
)
def test_a_description_that_leads_elsewhere_is_not_followed(
    town_provider: Town, provider: Provider, time: Time, said: dict[str, Any], code: str
) -> None:
    town_provider.said = said

    with pytest.raises(ProviderNotBelieved) as why:
        provider.door(begin("/"), BACK, time.now)
    assert why.value.code == code


def test_what_stands_only_in_the_persons_own_record_is_asked_for(
    town_provider: Town, provider: Provider, time: Time
) -> None:
    town_provider.only_in_userinfo = frozenset({"email", "email_verified", "name"})
    assert come(provider, time).verified_mail == "anna@kommune.example"

    town_provider.instead["/userinfo"] = lambda _: JSONResponse({"sub": "another"})
    assert failing(provider, time, ProviderNotBelieved) == "another_person"


async def _drip() -> AsyncIterator[bytes]:
    for _ in range(600):
        yield b" "
        await asyncio.sleep(0.05)


async def _flood() -> AsyncIterator[bytes]:
    for _ in range(200):
        yield b" " * 64_000


DOORS = (DESCRIPTION, "/jwks", "/token")
ODD: dict[str, tuple[Callable[[Request], Response], str]] = {
    "broken": (lambda _: Response(status_code=500), "http_500"),
    "overloaded": (lambda _: Response(status_code=429), "http_429"),
    "huge": (lambda _: StreamingResponse(_flood()), "too_large"),
    "redirects": (lambda _: RedirectResponse("http://127.0.0.1:1/", 307), "redirected"),
    "text": (lambda _: Response("<html>Sign in to the wireless network</html>"), "no_json"),
    "list": (lambda _: JSONResponse([]), "no_json"),
    "deep": (lambda _: Response("[" * 200_000), "no_json"),
    "bomb": (
        lambda _: Response(b"\x1f\x8b\x08\x00", headers={"Content-Encoding": "gzip"}),
        "no_json",
    ),
    "not_found": (lambda _: Response("{}", 404), "http_404"),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("how", ODD)
def test_an_odd_answer_at_any_door_has_its_own_code(
    town_provider: Town, provider: Provider, time: Time, door: str, how: str
) -> None:
    town_provider.instead[door], code = ODD[how]

    assert failing(provider, time, ProviderSignInFailed) == code


def test_a_provider_that_drips_is_cut_off_as_a_whole(town_provider: Town, time: Time) -> None:
    hasty = Provider(town_provider.settings(Settings(), oidc_seconds=1))
    town_provider.instead["/token"] = lambda _: StreamingResponse(_drip())

    assert failing(hasty, time, ProviderSilent) == "too_slow"


def test_a_provider_that_is_down_is_not_asked_by_everybody(
    town_provider: Town, provider: Provider, time: Time
) -> None:
    town_provider.instead[DESCRIPTION] = lambda _: Response(status_code=503)
    for _ in range(5):
        with pytest.raises(ProviderSilent):
            provider.door(begin("/"), BACK, time.now)
    assert town_provider.visits == [DESCRIPTION]

    town_provider.instead.clear()
    time.pass_by(timedelta(seconds=10))
    assert come(provider, time).subject, "it is asked again a little later"


def test_what_it_said_an_hour_ago_holds_while_it_is_down(
    town_provider: Town, provider: Provider, time: Time
) -> None:
    come(provider, time)
    time.pass_by(timedelta(hours=2))
    town_provider.instead[DESCRIPTION] = lambda _: Response(status_code=503)

    assert come(provider, time).subject


def test_nobody_there_is_told_as_silence(time: Time) -> None:
    nobody = Settings(oidc_issuer="http://127.0.0.1:1", oidc_client_id="vaern", oidc_seconds=1)

    with pytest.raises(ProviderSilent) as why:
        Provider(nobody).door(begin("/"), BACK, time.now)
    assert why.value.code == "no_connection"
    assert Provider(nobody).way_out(BACK, time.now) is None


def test_only_so_many_talk_with_it_at_a_time(provider: Provider, time: Time) -> None:
    provider.door(begin("/"), BACK, time.now)
    for _ in range(AT_ONCE):
        provider._places.acquire()

    with pytest.raises(ProviderSilent) as why:
        provider.door(begin("/"), BACK, time.now)
    assert why.value.code == "too_many_at_once"
    for _ in range(AT_ONCE):
        provider._places.release()
    assert provider.door(begin("/"), BACK, time.now)


def test_the_way_out_names_us_and_where_to_come_back(
    town_provider: Town, provider: Provider, time: Time
) -> None:
    back = "https://vaern.example/sign-in/provider/signed-out"
    found = urlsplit(provider.way_out(back, time.now) or "")
    assert parse_qs(found.query) == {"client_id": ["vaern"], "post_logout_redirect_uri": [back]}
    assert f"{found.scheme}://{found.netloc}" == town_provider.issuer

    town_provider.said["end_session_endpoint"] = "javascript:alert(1)"
    assert Provider(town_provider.settings(Settings())).way_out(back, time.now) is None


def _by_unknown_key(header: dict[str, Any], claims: dict[str, Any], key: Key) -> str:
    del key
    from tests.service.provider import signed

    return signed({**header, "kid": "unheard-of"}, claims, rsa_key("first"))
