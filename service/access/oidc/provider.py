"""The municipality's provider: where its doors are, by which keys it signs, what a code is worth.

What it says of itself is asked for once an hour (OpenID Connect Discovery §4),
its keys also when a token names one that is not known, and no oftener than
twice a minute, so that made-up tokens do not make us a burden to it. A
provider that did not answer is not asked again for some seconds: whoever
signs in meanwhile is told at once. Only so many talk with it at a time: the
threads of all others belong to whoever is signed in.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote_plus

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jwk import Key

from service.access.oidc.begun import Answer, Begun
from service.access.oidc.claims import Claims
from service.access.oidc.line import Line
from service.access.oidc.tokens import Expected, KeyUnknown, believed, read_keys
from service.errors import ProviderNotBelieved, ProviderRefused, ProviderSilent
from service.provider_settings import is_trusted_way
from service.settings import Settings

REMEMBERED: Final = timedelta(hours=1)
NEW_KEYS_AFTER: Final = timedelta(seconds=30)
SILENT_FOR: Final = timedelta(seconds=10)
AT_ONCE: Final = 8
_WELL_KNOWN: Final = "/.well-known/openid-configuration"
_DOORS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class _Known:
    said: Mapping[str, Any]
    keys: tuple[Key, ...]
    at: datetime
    keys_at: datetime


class Provider:
    """One provider, asked by many threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._issuer, self._client_id = settings.oidc_issuer or "", settings.oidc_client_id or ""
        proxy = settings.outgoing_proxy if settings.oidc_by_proxy else None
        self._line = Line(
            float(settings.oidc_seconds),
            proxy.get_secret_value() if proxy else None,
            settings.outgoing_certificates,
        )
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._turn = threading.Lock()
        self._known: _Known | None = None
        self._silent: tuple[datetime, ProviderSilent] | None = None

    def door(self, begun: Begun, back: str, now: datetime) -> str:
        """Return where a person signs in; raises `ProviderSignInFailed`.

        `back` is the address at which the provider hands them back.
        """
        with self._talking():
            said = self._at_hand(now).said
        more: dict[str, str] = {}
        if self._settings.oidc_acr:
            more["acr_values"] = " ".join(self._settings.oidc_acr)
        address: str = prepare_grant_uri(
            said["authorization_endpoint"],
            self._client_id,
            "code",
            redirect_uri=back,
            scope=" ".join(self._settings.oidc_scopes),
            state=begun.state,
            nonce=begun.nonce,
            code_challenge=create_s256_code_challenge(begun.verifier),
            code_challenge_method="S256",
            **more,
        )
        return address

    def claims(self, answer: Answer, begun: Begun, back: str, now: datetime) -> Claims:
        """Return what the provider says of whoever brings a code; raises `ProviderSignInFailed`."""
        with self._talking():
            said = self._at_hand(now).said
            named = said.get("authorization_response_iss_parameter_supported") is True
            if (answer.issuer is not None or named) and answer.issuer != self._issuer:
                raise ProviderNotBelieved("answered_by_another")
            given = self._redeem(said, answer.code, begun, back)
            access_token = given.get("access_token")
            expected = Expected(
                self._issuer,
                self._client_id,
                begun.nonce,
                now,
                access_token if isinstance(access_token, str) else None,
                self._settings.oidc_acr,
            )
            claims = self._believed(given.get("id_token"), expected, now)
            return self._completed(said, claims, expected.access_token)

    def way_out(self, back: str, now: datetime) -> str | None:
        """Return where a person signs out at the provider, if there is such a place.

        OpenID Connect RP-Initiated Logout §2, without the token as a hint: we keep none.
        """
        try:
            with self._talking():
                door = self._at_hand(now).said.get("end_session_endpoint")
        except (ProviderSilent, ProviderNotBelieved):
            return None
        if not isinstance(door, str) or not is_trusted_way(door):
            return None
        joined = "&" if "?" in door else "?"
        client, target = quote_plus(self._client_id), quote_plus(back)
        return f"{door}{joined}client_id={client}&post_logout_redirect_uri={target}"

    @contextmanager
    def _talking(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise ProviderSilent("too_many_at_once")
        try:
            yield
        finally:
            self._places.release()

    def _at_hand(self, now: datetime) -> _Known:
        known = self._known
        if known is not None and timedelta() <= now - known.at < REMEMBERED:
            return known
        with self._turn:
            known = self._known
            if known is not None and timedelta() <= now - known.at < REMEMBERED:
                return known
            try:
                return self._look_up(now)
            except ProviderSilent:
                if known is not None:  # what it said an hour ago is most likely still so
                    return known
                raise

    def _look_up(self, now: datetime) -> _Known:
        if self._silent is not None and timedelta() <= now - self._silent[0] < SILENT_FOR:
            raise ProviderSilent(self._silent[1].code)
        try:
            said = self._line.get(self._issuer.rstrip("/") + _WELL_KNOWN)
            _require_itself(said, self._issuer)
            keys = read_keys(self._line.get(said["jwks_uri"]))
        except ProviderSilent as silent:
            self._silent = now, silent
            raise
        self._silent = None
        self._known = _Known(said, keys, now, now)
        return self._known

    def _newer_keys(self, tried: tuple[Key, ...], now: datetime) -> tuple[Key, ...]:
        """Return keys other than those that were tried; raises `ProviderSignInFailed`."""
        with self._turn:
            known = self._known
            if known is not None and known.keys is not tried:
                return known.keys  # whoever had the turn before has just fetched them
            if known is None or timedelta() <= now - known.keys_at < NEW_KEYS_AFTER:
                raise KeyUnknown("key_unknown")
            # Noted before it is asked: a key set that cannot be had is not asked for each time.
            self._known = _Known(known.said, known.keys, known.at, now)
            keys = read_keys(self._line.get(known.said["jwks_uri"]))
            self._known = _Known(known.said, keys, known.at, now)
            return keys

    def _believed(self, token: object, expected: Expected, now: datetime) -> dict[str, Any]:
        known = self._at_hand(now)
        try:
            return believed(token, known.keys, expected)
        except KeyUnknown:
            return believed(token, self._newer_keys(known.keys, now), expected)

    def _redeem(
        self, said: Mapping[str, Any], code: str, begun: Begun, back: str
    ) -> dict[str, Any]:
        """Turn a code into tokens (RFC 6749 §4.1.3, RFC 7636 §4.5)."""
        body: str = prepare_token_request(
            "authorization_code",
            redirect_uri=back,
            code=code,
            code_verifier=begun.verifier,
        )
        _, headers, body = self._proof_of_us(said).prepare(
            "POST", said["token_endpoint"], {"Content-Type": _FORM}, body
        )
        status, given = self._line.post(said["token_endpoint"], body, headers)
        if status != HTTPStatus.OK:
            # `invalid_grant`: the code was used, is too old, or is not ours.
            spent = given.get("error") == "invalid_grant"
            raise ProviderRefused("code_refused") if spent else ProviderNotBelieved("we_refused")
        return given

    def _proof_of_us(self, said: Mapping[str, Any]) -> Any:
        try:
            secret = self._settings.oidc_secret()
        except (OSError, UnicodeDecodeError) as unreadable:
            raise ProviderNotBelieved("secret_unreadable") from unreadable
        if secret is None:
            return ClientAuth(self._client_id, None, "none")
        ways = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if isinstance(ways, list) and "client_secret_basic" not in ways:
            return ClientAuth(self._client_id, secret, "client_secret_post")
        # RFC 6749 §2.3.1: both are written as in a form before they are joined.
        return ClientAuth(quote_plus(self._client_id), quote_plus(secret), "client_secret_basic")

    def _completed(
        self, said: Mapping[str, Any], claims: dict[str, Any], access_token: str | None
    ) -> Claims:
        """Add what stands only in the person's own record (OpenID Connect Core §5.3)."""
        settings = self._settings
        wanted = {settings.oidc_mail_claim, settings.oidc_name_claim}
        wanted |= {settings.oidc_groups_claim} if settings.oidc_groups else set()
        door = said.get("userinfo_endpoint")
        if wanted <= claims.keys() or not isinstance(door, str):
            return Claims(claims, settings)
        if access_token is None or not access_token.isascii():
            return Claims(claims, settings)
        found = self._line.get(door, {"Authorization": f"Bearer {access_token}"})
        if found.get("sub") != claims["sub"]:
            raise ProviderNotBelieved("another_person")
        return Claims({**found, **claims}, settings)


def _require_itself(said: Mapping[str, Any], issuer: str) -> None:
    """Refuse a description of somebody else, or doors that are not guarded (Discovery §4.3)."""
    if said.get("issuer") != issuer:
        raise ProviderNotBelieved("issuer")
    for door in _DOORS:
        address = said.get(door)
        if not isinstance(address, str) or not is_trusted_way(address):
            raise ProviderNotBelieved("address_not_guarded")
