"""Sealing segments quickly: age v1 (https://age-encryption.org/v1) by OpenSSL's ciphers.

pyrage needs three to five times as long for a segment, and holds the interpreter meanwhile, so
that nobody else at the doors gets on. What is written here is a complete age file with one
X25519 stanza: pyrage, `age` and `archive.vault.age` open it. Before a process seals anything
this way it lets pyrage open three samples, and where that fails pyrage seals too (decision 43).
"""

from __future__ import annotations

import base64
import hmac
import os
from functools import cache
from typing import Final

import pyrage
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from archive.vault.age import CHUNK_PLAIN, LABEL, TAG, VERSION, bytes_of_bech32, derived

_FILE_KEY: Final = 16
_NONCE: Final = 16
_SAMPLES: Final = (0, CHUNK_PLAIN, CHUNK_PLAIN + 1)
"""Sizes where a chunk begins or ends: nothing, one chunk to its brim, and a byte more."""


class AgeRecipient:
    """Who may open what is sealed."""

    def __init__(self, public: str) -> None:
        """Take the public key as `age1…`, as pyrage has written it."""
        self._raw = bytes_of_bech32(public)
        self._key = X25519PublicKey.from_public_bytes(self._raw)

    def seal(self, plain: bytes | memoryview) -> bytearray:
        """Return one complete age file."""
        fresh = os.urandom(_FILE_KEY + _NONCE)  # no key lies in the block of `archive.chance`
        file_key, nonce = fresh[:_FILE_KEY], fresh[_FILE_KEY:]
        head = self._header(file_key) + nonce
        chunks = max(1, -(-len(plain) // CHUNK_PLAIN))  # even nothing has one
        sealed = bytearray(len(head) + len(plain) + TAG * chunks)
        sealed[: len(head)] = head
        cipher = ChaCha20Poly1305(derived(file_key, nonce, b"payload"))
        into, of, at = memoryview(sealed), memoryview(plain), len(head)
        for number in range(chunks):
            chunk = of[number * CHUNK_PLAIN : (number + 1) * CHUNK_PLAIN]
            last = b"\x01" if number == chunks - 1 else b"\x00"
            counted = number.to_bytes(11, "big") + last
            cipher.encrypt_into(counted, chunk, None, into[at : at + len(chunk) + TAG])
            at += len(chunk) + TAG
        return sealed

    def _header(self, file_key: bytes) -> bytes:
        """Return version, stanza and their MAC: the file key, wrapped for whoever may open it."""
        ephemeral = X25519PrivateKey.generate()
        share = ephemeral.public_key().public_bytes_raw()
        wrapping = derived(ephemeral.exchange(self._key), share + self._raw, LABEL)
        wrapped = ChaCha20Poly1305(wrapping).encrypt(bytes(12), file_key, None)
        told = VERSION + b"-> X25519 " + _encoded(share) + b"\n" + _encoded(wrapped) + b"\n---"
        mac = hmac.digest(derived(file_key, b"", b"header"), told, "sha256")
        return told + b" " + _encoded(mac) + b"\n"


@cache
def agrees_with_pyrage() -> bool:
    """Tell whether pyrage opens what is sealed here, in this process and on this machine.

    Ciphers are chosen by the processor at hand, and some of them have been wrong before.
    """
    identity = pyrage.x25519.Identity.generate()
    recipient = AgeRecipient(str(identity.to_public()))
    samples = [os.urandom(size) for size in _SAMPLES]
    try:
        return all(
            pyrage.decrypt(bytes(recipient.seal(plain)), [identity]) == plain for plain in samples
        )
    except Exception:  # noqa: BLE001 — however it fails, the other way of sealing is taken
        return False


def _encoded(raw: bytes) -> bytes:
    return base64.b64encode(raw).rstrip(b"=")
