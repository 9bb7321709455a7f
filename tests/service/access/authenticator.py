"""An authenticator in software: a real key, real signatures, and whatever lies a test asks for."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Authenticator:
    """One passkey, and the browser around it, which says what origin it is at."""

    def __init__(self, origin: str = "https://vaern.example", name: str = "vaern.example") -> None:
        self.origin, self.name = origin, name
        self.credential_id = b"a credential of this authenticator"
        self.flags, self.counter = PRESENT | VERIFIED, 0
        self.user = b""
        self._key = generate_private_key(SECP256R1())

    def make(self, options: Mapping[str, Any]) -> str:
        """Answer `navigator.credentials.create`, as the page sends it to us."""
        self.user = plain(options["user"]["id"])
        key = cbor.encode(dict(ES256.from_cryptography_key(self._key.public_key())))
        length = len(self.credential_id).to_bytes(2, "big")
        seen = self._seen(self.flags | ATTESTED) + bytes(16) + length + self.credential_id + key
        told = {"fmt": "none", "attStmt": {}, "authData": seen}
        return self._answer(
            {
                "clientDataJSON": text(self._client("webauthn.create", options)),
                "attestationObject": text(cbor.encode(told)),
            }
        )

    def use(self, options: Mapping[str, Any], *, kind: str = "webauthn.get") -> str:
        """Answer `navigator.credentials.get`, as the page sends it to us."""
        seen, client = self._seen(self.flags), self._client(kind, options)
        signature = self._key.sign(seen + hashlib.sha256(client).digest(), ECDSA(SHA256()))
        return self._answer(
            {
                "clientDataJSON": text(client),
                "authenticatorData": text(seen),
                "signature": text(signature),
                "userHandle": text(self.user),
            }
        )

    def _seen(self, flags: int) -> bytes:
        owner = hashlib.sha256(self.name.encode()).digest()
        return owner + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client(self, kind: str, options: Mapping[str, Any]) -> bytes:
        told = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(told).encode()

    def _answer(self, response: dict[str, str]) -> str:
        key_id = text(self.credential_id)
        return json.dumps(
            {"id": key_id, "rawId": key_id, "type": "public-key", "response": response}
        )


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def plain(data: str) -> bytes:
    return urlsafe_b64decode(data + "=" * (-len(data) % 4))
