"""An ID token is believed only if all of it fits: signature, parties, times, nonce."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import Key, RSAKey

from service.access.oidc.tokens import Expected, KeyUnknown, believed, read_keys
from service.errors import ProviderNotBelieved
from tests.service.conftest import MONDAY
from tests.service.provider import CLIENT, ec_key, half_hash, rsa_key, signed

ISSUER, NONCE, ACCESS = "https://login.example", "n-1", "access-1"
NOW = int(MONDAY.timestamp())
EXPECTED = Expected(ISSUER, CLIENT, NONCE, MONDAY, ACCESS)
RIGHT: dict[str, Any] = {
    "iss": ISSUER,
    "aud": CLIENT,
    "sub": "anna",
    "iat": NOW,
    "exp": NOW + 300,
    "nonce": NONCE,
    "at_hash": half_hash(ACCESS),
}


def keys_of(*keys: Key) -> tuple[Key, ...]:
    return read_keys({"keys": [key.as_dict(private=False) for key in keys]})


def made(key: Key | None = None, algorithm: str = "RS256", **claims: Any) -> str:
    key = key or rsa_key("first")
    whole = {name: value for name, value in {**RIGHT, **claims}.items() if value is not None}
    return signed({"alg": algorithm, "kid": key.kid}, whole, key)


def refused(token: object, *keys: Key, expected: Expected = EXPECTED) -> str:
    with pytest.raises(ProviderNotBelieved) as why:
        believed(token, keys_of(*(keys or (rsa_key("first"),))), expected)
    return why.value.code


@pytest.mark.parametrize("algorithm", ["RS256", "RS512", "PS256", "ES256"])
def test_a_right_token_is_believed_by_any_algorithm_that_is_accepted(algorithm: str) -> None:
    key: Key = ec_key("curve") if algorithm == "ES256" else rsa_key("first")
    told = {"at_hash": None} if algorithm == "RS512" else {}

    claims = believed(made(key, algorithm, **told), keys_of(rsa_key("other"), key), EXPECTED)

    assert claims["sub"] == "anna"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"iss": "https://login.example/"}, "issuer"),
    ({"iss": None}, "issuer"),
    ({"aud": "another"}, "audience"),
    ({"aud": []}, "audience"),
    ({"aud": 7}, "audience"),
    ({"aud": {CLIENT: 1}}, "audience"),
    ({"aud": [CLIENT, "another"]}, "authorized_party"),
    ({"aud": [CLIENT, "another"], "azp": "another"}, "authorized_party"),
    ({"azp": "another"}, "authorized_party"),
    ({"sub": ""}, "subject"),
    ({"sub": None}, "subject"),
    ({"sub": 7}, "subject"),
    ({"sub": "x" * 256}, "subject"),
    ({"exp": NOW - 61}, "expired"),
    ({"exp": None}, "expired"),
    ({"exp": True}, "expired"),
    ({"exp": str(NOW + 300)}, "expired"),
    ({"exp": float("nan")}, "expired"),
    ({"iat": NOW + 61}, "issued_at"),
    ({"iat": NOW - 3600}, "issued_at"),
    ({"iat": None}, "issued_at"),
    ({"nbf": NOW + 61}, "not_before"),
    ({"nonce": "n-2"}, "nonce"),
    ({"nonce": None}, "nonce"),
    ({"nonce": [NONCE]}, "nonce"),
    ({"at_hash": half_hash("access-2")}, "at_hash"),
    ({"at_hash": 7}, "at_hash"),
]


@pytest.mark.parametrize(("claims", "code"), WRONG, ids=str)
def test_one_wrong_claim_is_enough_to_believe_nothing(claims: dict[str, Any], code: str) -> None:
    assert refused(made(**claims)) == code


def test_clocks_may_be_a_minute_apart() -> None:
    token = made(exp=NOW - 59, iat=NOW + 59, nbf=NOW + 59)

    assert believed(token, keys_of(rsa_key("first")), EXPECTED)["sub"] == "anna"


def test_several_audiences_are_believed_where_it_was_made_for_us() -> None:
    token = made(aud=[CLIENT, "another"], azp=CLIENT, at_hash=None)

    assert believed(token, keys_of(rsa_key("first")), EXPECTED)["azp"] == CLIENT


def test_a_level_of_assurance_that_was_asked_for_is_required() -> None:
    asks = Expected(ISSUER, CLIENT, NONCE, MONDAY, ACCESS, ("substantial", "high"))

    assert believed(made(acr="high"), keys_of(rsa_key("first")), asks)["acr"] == "high"
    assert refused(made(acr="low"), expected=asks) == "acr"
    assert refused(made(), expected=asks) == "acr"
    assert refused(made(acr=["high"]), expected=asks) == "acr"


def _unsigned(header: dict[str, Any], signature: str = "") -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part(header)}.{part(RIGHT)}.{signature}"


def test_a_token_without_a_signature_is_none() -> None:
    for name in ("none", "None", "NONE", "", None, 7):
        assert refused(_unsigned({"alg": name, "kid": "first"})) in {"algorithm", "no_token"}


def test_a_public_key_is_no_secret_to_sign_with() -> None:
    public = rsa_key("first")
    for secret in (public.as_pem(private=False), public.as_bytes(encoding="DER", private=False)):
        body = _unsigned({"alg": "HS256", "kid": "first"}).rstrip(".")
        signature = base64.urlsafe_b64encode(hmac.digest(secret, body.encode(), "sha256"))
        token = f"{body}.{signature.decode().rstrip('=')}"
        assert refused(token) == "algorithm"


def test_the_token_does_not_bring_its_own_key() -> None:
    theirs = rsa_key("theirs")
    own = theirs.as_dict(private=False)
    for header in (
        {"jwk": own},
        {"jku": "https://evil.example/jwks"},
        {"x5u": "https://e.example"},
    ):
        token = jwt.encode({"alg": "RS256", "kid": "first", **header}, RIGHT, theirs)
        assert refused(token) == "signature"


def test_a_signature_by_another_key_of_the_same_name_is_none() -> None:
    other = RSAKey.import_key(rsa_key("theirs").as_dict(private=True), {"kid": "first"})
    forged = signed({"alg": "RS256", "kid": "first"}, RIGHT, other)

    assert refused(forged) == "signature"


def test_a_name_that_no_key_has_may_mean_a_newer_key() -> None:
    with pytest.raises(KeyUnknown):
        believed(made(rsa_key("second")), keys_of(rsa_key("first")), EXPECTED)


def test_a_token_that_names_no_key_is_tried_with_each() -> None:
    token = signed({"alg": "RS256"}, RIGHT, rsa_key("second"))

    keys = keys_of(rsa_key("first"), ec_key("curve"), rsa_key("second"))
    assert believed(token, keys, EXPECTED)["sub"] == "anna"


def test_a_key_signs_only_by_the_algorithm_that_it_is_for() -> None:
    described = {**rsa_key("first").as_dict(private=False), "alg": "PS256"}

    with pytest.raises(ProviderNotBelieved):
        believed(made(), read_keys({"keys": [described]}), EXPECTED)


def test_another_kind_of_token_is_not_taken_for_one_of_these() -> None:
    for kind in ("at+jwt", "logout+jwt", 7):
        token = jwt.encode({"alg": "RS256", "kid": "first", "typ": "x"}, RIGHT, rsa_key("first"))
        head = json.loads(base64.urlsafe_b64decode(token.partition(".")[0] + "=="))
        assert head["typ"] == "x"
        assert refused(_typed(kind)) in {"type", "no_token"}


def _typed(kind: object) -> str:
    return _unsigned({"alg": "RS256", "kid": "first", "typ": kind}, "c2ln")


def test_a_critical_header_that_we_do_not_know_is_refused() -> None:
    assert refused(_unsigned({"alg": "RS256", "kid": "first", "crit": ["exp"]}, "c2ln"))


@pytest.mark.parametrize(
    "token",
    ["", "a.b", "a.b.c.d.e", "....", "é.é.é", "a" * 300_000, None, 7, ["a"], "e30.e30.e30"],
    ids=lambda one: str(one)[:12],
)
def test_what_is_no_token_is_refused_and_breaks_nothing(token: object) -> None:
    assert refused(token) in {"no_token", "algorithm"}


def _bent(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    described: dict[str, Any] = dict(rsa_key("first").as_dict(private=False))
    change(described)
    return described


@pytest.mark.parametrize(
    "described",
    [
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "EC", "crv": "P-256"},
        {"kty": "??"},
        "a key",
        None,
        _bent(lambda key: key.update(use="enc")),
        _bent(lambda key: key.update(n="AQAB")),
        _bent(lambda key: key.update(n=7)),
        _bent(lambda key: key.pop("e")),
    ],
    ids=["secret", "half", "unknown", "text", "nothing", "to_encrypt", "small", "number", "no_e"],
)
def test_what_is_no_key_to_sign_by_is_passed_over(described: object) -> None:
    good = rsa_key("first").as_dict(private=False)

    assert len(read_keys({"keys": [described, good]})) == 1
    with pytest.raises(ProviderNotBelieved):
        read_keys({"keys": [described]})


@pytest.mark.parametrize("key_set", [{}, {"keys": None}, {"keys": {}}, {"keys": []}], ids=str)
def test_a_set_without_keys_is_none(key_set: dict[str, Any]) -> None:
    with pytest.raises(ProviderNotBelieved):
        read_keys(key_set)
