"""What an ID token must say before it is believed (OpenID Connect Core §3.1.3.7). Pure.

The algorithm is chosen by us, never by the token: only signatures by a
private key that the provider alone holds (RFC 8725 §3.1). So a token without
a signature, or one signed with the public key as if it were a secret, is
none. What is raised names the claim that is wrong and nothing of its value.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, RSAKey, import_key

from service.errors import ProviderNotBelieved

ALGORITHMS: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
)  # fmt: skip
SKEW: Final = timedelta(minutes=1)
"""How far the provider's clock and ours may be apart."""

OLDEST: Final = timedelta(minutes=10)
"""A token for a sign-in of just now was made just now."""

MOST_KEYS: Final = 50
LEAST_RSA_BITS: Final = 2048
_SHORTEST_MODULUS: Final = LEAST_RSA_BITS // 6
_LONGEST_TOKEN: Final = 256 * 1024
_LONGEST_SUBJECT: Final = 255


class KeyUnknown(ProviderNotBelieved):
    """The token names a key that is not among those at hand: there may be a newer one."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What belongs to this sign-in; `access_token` came with the ID token."""

    issuer: str
    client_id: str
    nonce: str
    now: datetime
    access_token: str | None = None
    acr: tuple[str, ...] = ()


def read_keys(key_set: Mapping[str, Any]) -> tuple[Key, ...]:
    """Return the keys by which a provider signs; raises `ProviderNotBelieved` where there is none.

    Those of other kinds are passed over (RFC 7517 §5).
    """
    listed = key_set.get("keys")
    if not isinstance(listed, list):
        raise ProviderNotBelieved("no_keys")
    found = tuple(key for one in listed[:MOST_KEYS] if (key := _signing_key(one)) is not None)
    if not found:
        raise ProviderNotBelieved("no_keys")
    return found


def believed(token: object, keys: Sequence[Key], expected: Expected) -> dict[str, Any]:
    """Return the claims of an ID token; raises `KeyUnknown` or `ProviderNotBelieved`."""
    if not isinstance(token, str) or not token.isascii() or len(token) > _LONGEST_TOKEN:
        raise ProviderNotBelieved("no_token")
    header, claims = _signed(token, keys)
    _check_parties(claims, expected)
    _check_times(claims, expected.now)
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(
        nonce.encode(), expected.nonce.encode()
    ):
        raise ProviderNotBelieved("nonce")
    if "at_hash" in claims:
        _check_access_token(claims["at_hash"], expected.access_token, header["alg"])
    if expected.acr and claims.get("acr") not in expected.acr:
        raise ProviderNotBelieved("acr")
    return claims


def _signing_key(described: object) -> Key | None:
    if not isinstance(described, dict) or described.get("use", "sig") != "sig":
        return None
    if described.get("kty") not in {"RSA", "EC"}:
        return None
    if described.get("kty") == "RSA" and len(str(described.get("n"))) < _SHORTEST_MODULUS:
        return None  # importing a short key warns, on stderr
    try:
        key = import_key(described)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    if isinstance(key, RSAKey):
        return key if key.public_key.key_size >= LEAST_RSA_BITS else None
    return key if isinstance(key, ECKey) else None


def _signed(token: str, keys: Sequence[Key]) -> tuple[dict[str, Any], dict[str, Any]]:
    registry = jws.JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
    registry.max_payload_length = registry.max_header_length = _LONGEST_TOKEN
    try:
        header = jws.extract_compact(token.encode(), registry=registry).headers()
    except (JoseError, ValueError, TypeError) as bad:
        raise ProviderNotBelieved("no_token") from bad
    if header.get("alg") not in ALGORITHMS:
        raise ProviderNotBelieved("algorithm")
    if str(header.get("typ", "JWT")).upper() != "JWT":
        raise ProviderNotBelieved("type")  # another kind of token, made for other eyes
    for key in _fitting(keys, header):
        try:
            found = jws.deserialize_compact(token, key, list(ALGORITHMS), registry)
            claims = json.loads(found.payload or b"")
        except JoseError:
            continue
        except (ValueError, TypeError, RecursionError) as bad:
            raise ProviderNotBelieved("no_token") from bad
        if not isinstance(claims, dict):
            raise ProviderNotBelieved("no_token")
        return header, claims
    raise ProviderNotBelieved("signature")


def _fitting(keys: Sequence[Key], header: Mapping[str, Any]) -> Iterator[Key]:
    named = header.get("kid")
    if named is not None and all(key.kid != named for key in keys):
        raise KeyUnknown("key_unknown")
    kind: type[Key] = ECKey if header["alg"].startswith("ES") else RSAKey
    for key in keys:
        of_it = isinstance(key, kind) and key.get("alg") in {None, header["alg"]}
        if of_it and (named is None or key.kid == named):
            yield key


def _check_parties(claims: Mapping[str, Any], expected: Expected) -> None:
    if claims.get("iss") != expected.issuer:
        raise ProviderNotBelieved("issuer")
    stated = claims.get("aud")
    audience = [stated] if isinstance(stated, str) else stated
    if not isinstance(audience, list) or expected.client_id not in audience:
        raise ProviderNotBelieved("audience")
    # With several audiences it must say that it was made for us.
    if (len(audience) > 1 or "azp" in claims) and claims.get("azp") != expected.client_id:
        raise ProviderNotBelieved("authorized_party")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise ProviderNotBelieved("subject")


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    moment = now.timestamp()
    skew = SKEW.total_seconds()
    if _seconds(claims, "exp") <= moment - skew:
        raise ProviderNotBelieved("expired")
    made = _seconds(claims, "iat")
    if not moment - OLDEST.total_seconds() - skew <= made <= moment + skew:
        raise ProviderNotBelieved("issued_at")
    if "nbf" in claims and _seconds(claims, "nbf") > moment + skew:
        raise ProviderNotBelieved("not_before")


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124 — not a number is unlike itself
        raise ProviderNotBelieved({"exp": "expired", "iat": "issued_at"}.get(name, "not_before"))
    return value


def _check_access_token(stated: object, access_token: str | None, algorithm: str) -> None:
    """Compare the half hash of the token beside it (OpenID Connect Core §3.1.3.6)."""
    if not isinstance(stated, str) or access_token is None:
        raise ProviderNotBelieved("at_hash")
    digest = hashlib.new(f"sha{algorithm[2:]}", access_token.encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).decode().rstrip("=")
    if not hmac.compare_digest(half.encode(), stated.encode()):
        raise ProviderNotBelieved("at_hash")
