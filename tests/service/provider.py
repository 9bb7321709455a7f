"""An OpenID provider of our own, on loopback: real keys, real HTTP, real checks of codes and PKCE.

It signs in whoever `person` says, without asking, and can misbehave in every way that a test
wants: `spoil` changes what it says, `instead` what it answers at one of its doors.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import unquote_plus, urlencode

from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from service.settings import Settings
from tests.service.conftest import Time
from tests.service.web.on_loopback import on_loopback

CLIENT, SECRET = "vaern", "a secret: with + and % in it"
KIND = "RS256"
Claims = dict[str, Any]


@cache
def rsa_key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@cache
def ec_key(name: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": name, "use": "sig"})


def half_hash(token: str) -> str:
    digest = hashlib.sha256(token.encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def signed(header: dict[str, Any], claims: Claims, key: Key) -> str:
    return jwt.encode(header, claims, key, algorithms=[str(header["alg"])])


@dataclass
class Town:
    """The provider of a municipality."""

    time: Time
    issuer: str = ""
    keys: list[Key] = field(default_factory=lambda: [rsa_key("first")])
    person: Claims = field(default_factory=dict)
    algorithm: str = KIND
    spoil: Callable[[Claims], None] = lambda _: None
    sign: Callable[[dict[str, Any], Claims, Key], str] = signed
    instead: dict[str, Callable[[Request], Response]] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    """What stands in the description besides, or otherwise."""
    only_in_userinfo: frozenset[str] = frozenset()
    at_the_door: dict[str, str] = field(default_factory=dict)
    """What the answer at the door carries besides, or otherwise."""
    visits: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _tokens: dict[str, Claims] = field(default_factory=dict)

    def settings(self, settings: Settings, **more: Any) -> Settings:
        """Return settings that name this provider."""
        own = {"oidc_issuer": self.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
        kept = {name: getattr(settings, name) for name in settings.model_fields_set}
        return Settings(**{**kept, **own, "oidc_seconds": 2, **more})

    def app(self) -> Starlette:
        doors = {
            "/.well-known/openid-configuration": self._description,
            "/authorize": self._authorize,
            "/token": self._token,
            "/jwks": self._jwks,
            "/userinfo": self._userinfo,
            "/out": self._out,
        }
        return Starlette(
            routes=[
                Route(path, self._door(path, usual), methods=["GET", "POST"])
                for path, usual in doors.items()
            ]
        )

    def _door(self, path: str, usual: Callable[..., Any]) -> Callable[..., Any]:
        async def answer(request: Request) -> Response:
            self.visits.append(path)
            if path in self.instead:
                return self.instead[path](request)
            found: Response = await usual(request)
            return found

        return answer

    async def _description(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "end_session_endpoint": f"{self.issuer}/out",
                **self.said,
            }
        )

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        back = {"code": code, "state": asked["state"], **self.at_the_door}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 303)

    async def _token(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        if _client(request, form) != (CLIENT, SECRET):
            return JSONResponse({"error": "invalid_client"}, 401)
        asked = self._codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            asked is None
            or asked["code_challenge"] != challenge
            or asked["redirect_uri"] != form["redirect_uri"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        access_token = secrets.token_urlsafe(16)
        self._tokens[access_token] = self.person
        told = {k: v for k, v in self.person.items() if k not in self.only_in_userinfo}
        now = int(self.time.now.timestamp())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "at_hash": half_hash(access_token),
            **told,
        }
        self.spoil(claims)
        key = self.keys[-1]
        token = self.sign({"alg": self.algorithm, "kid": key.kid}, claims, key)
        return JSONResponse(
            {"access_token": access_token, "token_type": "Bearer", "id_token": token}
        )

    async def _jwks(self, _: Request) -> Response:
        return JSONResponse({"keys": [key.as_dict(private=False) for key in self.keys]})

    async def _userinfo(self, request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        return JSONResponse(self._tokens[token])

    async def _out(self, request: Request) -> Response:
        return RedirectResponse(request.query_params["post_logout_redirect_uri"], 303)


@contextlib.contextmanager
def open_provider(time: Time) -> Iterator[Town]:
    """Serve a provider that knows Anna."""
    town = Town(time)
    with on_loopback(town.app()) as address:
        town.issuer = address
        town.person = {
            "sub": "8f1c-anna",
            "email": "Anna@kommune.example",
            "email_verified": True,
            "name": "Anna Holm",
        }
        yield town


def _client(request: Request, form: dict[str, str]) -> tuple[str, str]:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme == "Basic":
        name, _, secret = base64.b64decode(given).decode().partition(":")
        return unquote_plus(name), unquote_plus(secret)
    return form.get("client_id", ""), form.get("client_secret", "")
