"""Opening sealed segments quickly: age v1 (https://age-encryption.org/v1) by OpenSSL's ciphers.

pyrage's cipher needs ten times as long to open, and a bundle opens
every original of a case at once. Header and chunks are authenticated here as
there, and whatever is not of the one plain form that we write is left to
pyrage, so this can be slow but not wrong.
"""

from __future__ import annotations

import base64
import hmac
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION: Final = b"age-encryption.org/v1\n"
LABEL: Final = b"age-encryption.org/v1/X25519"
CHUNK_PLAIN: Final = 64 * 1024
TAG: Final = 16
_CHUNK: Final = CHUNK_PLAIN + TAG
_BECH32: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_CHECKSUM: Final = 6
_LONGEST_HEADER: Final = 4096
NOT_OPENED: Final = (ValueError, InvalidTag)
"""Key or bytes are wrong, or of another form than ours: pyrage is to say which."""


class OtherForm(ValueError):
    """The sealed bytes are not of the form that we write."""


class AgeKey:
    """An age identity, for opening many sealed segments."""

    def __init__(self, secret: str) -> None:
        """Take the key as `AGE-SECRET-KEY-1…`, whose checksum somebody has read before."""
        self._identity = X25519PrivateKey.from_private_bytes(bytes_of_bech32(secret))
        self._recipient = self._identity.public_key().public_bytes_raw()

    def open(self, sealed: bytes | memoryview, room: bytearray) -> memoryview:
        """Return the plain bytes; raises what is in `NOT_OPENED`.

        They lie in `room` where they fit, which so is touched once for a whole bundle:
        to get fresh memory for each segment costs as much as opening it.
        """
        header = bytes(sealed[:_LONGEST_HEADER])
        end = header.index(b"\n--- ") + 5
        close = header.index(b"\n", end)
        file_key = self._file_key(header[: end - 5])
        mac = hmac.digest(derived(file_key, b"", b"header"), header[: end - 1], "sha256")
        if not hmac.compare_digest(mac, _plain(header[end:close])):
            raise OtherForm("the header")
        payload = memoryview(sealed)[close + 17 :]
        nonce = header[close + 1 : close + 17]
        cipher = ChaCha20Poly1305(derived(file_key, nonce, b"payload"))
        chunks = range(0, len(payload), _CHUNK)
        if not chunks:
            raise OtherForm("no chunk at all: even nothing has one")
        size = len(payload) - TAG * len(chunks)
        if size < 0:
            raise OtherForm("the last chunk has no tag")
        plain = memoryview(room if size <= len(room) else bytearray(size))[:size]
        last = len(chunks) - 1
        for number, start in enumerate(chunks):
            counted = number.to_bytes(11, "big") + (b"\x01" if number == last else b"\x00")
            chunk = payload[start : start + _CHUNK]
            into = plain[number * CHUNK_PLAIN : number * CHUNK_PLAIN + len(chunk) - TAG]
            cipher.decrypt_into(counted, chunk, None, into)
        return plain

    def _file_key(self, header: bytes) -> bytes:
        """Return the key that the one stanza for us wraps; others are grease."""
        if not header.startswith(VERSION):
            raise OtherForm("the version")
        lines = header[len(VERSION) :].split(b"\n")
        for at, line in enumerate(lines):
            if line.startswith(b"-> X25519 "):
                share = _plain(line[10:])
                wrapped = _plain(lines[at + 1])
                shared = self._identity.exchange(X25519PublicKey.from_public_bytes(share))
                wrapping = derived(shared, share + self._recipient, LABEL)
                return ChaCha20Poly1305(wrapping).decrypt(bytes(12), wrapped, None)
        raise OtherForm("no stanza for us")


def derived(secret: bytes, salt: bytes, info: bytes) -> bytes:
    """Return a key of 32 bytes by HKDF-SHA-256 (RFC 5869), as age asks for."""
    return HKDF(SHA256(), 32, salt, info).derive(secret)


def _plain(encoded: bytes) -> bytes:
    return base64.b64decode(encoded + b"=" * (-len(encoded) % 4), validate=True)


def bytes_of_bech32(key: str) -> bytes:
    """Return the 32 bytes of an `AGE-SECRET-KEY-1…` or `age1…` (BIP 173).

    Its checksum was written or read by pyrage.
    """
    data = key.lower().rpartition("1")[2][:-_CHECKSUM]
    number = 0
    for letter in data:
        number = number << 5 | _BECH32.index(letter)
    spare = len(data) * 5 % 8
    return (number >> spare).to_bytes(len(data) * 5 // 8, "big")
