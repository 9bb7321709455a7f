"""Signed heads of the ledger in the signed-note form of C2SP tlog-checkpoint. Pure but for keys.

A note is three lines (origin, size, root in base64), an empty line, and one
signature line `— origin base64(key hash ‖ Ed25519 signature)`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_ED25519 = b"\x01"
_KEY_HASH_SIZE = 4


class CheckpointInvalid(ValueError):
    """The text is no checkpoint, or its signature is not that of the key."""


@dataclass(frozen=True)
class Checkpoint:
    """A statement about the log: `size` entries under `root`, said by `origin`."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the signed part of the note."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


class Signer:
    """The log's own Ed25519 key, by which each head is signed as it is written."""

    def __init__(self, origin: str, key: Ed25519PrivateKey) -> None:
        if not origin or any(c.isspace() or c == "+" for c in origin):
            raise ValueError("an origin is one word")
        self.origin = origin
        self._key = key
        self.public_key = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, size: int, root: bytes) -> str:
        """Return the signed note for a head."""
        text = Checkpoint(self.origin, size, root).text()
        signature = key_hash(self.origin, self.public_key) + self._key.sign(text.encode())
        return f"{text}\n— {self.origin} {base64.b64encode(signature).decode()}\n"


def key_hash(origin: str, public_key: bytes) -> bytes:
    """Return the four bytes that name a key in a note's signature line."""
    return hashlib.sha256(origin.encode() + b"\n" + _ED25519 + public_key).digest()[:_KEY_HASH_SIZE]


def fingerprint(public_key: bytes) -> str:
    """Return the SHA-256 of a public key as hex, to compare with the municipality's website."""
    return hashlib.sha256(public_key).hexdigest()


def read_note(note: str, public_key: bytes, origin: str | None = None) -> Checkpoint:
    """Return what a note states, having checked its signature and, where given, its origin.

    Raises `CheckpointInvalid`. Further signature lines (witnesses) are passed over.
    """
    text, separator, signatures = note.partition("\n\n")
    lines = (text + "\n").split("\n")
    if not separator or len(lines) < 4:  # noqa: PLR2004 — three lines and the end of the last
        raise CheckpointInvalid("not a signed note")
    checkpoint = _statement(lines)
    if origin is not None and checkpoint.origin != origin:
        raise CheckpointInvalid(f"the note speaks of {checkpoint.origin}, not of {origin}")
    wanted = key_hash(checkpoint.origin, public_key)
    for line in signatures.split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.rpartition(" ")
        if dash != "—" or name != checkpoint.origin:
            continue
        try:
            blob = _from_base64(encoded)
        except (binascii.Error, ValueError):
            continue
        if blob[:_KEY_HASH_SIZE] == wanted and _signed(public_key, blob, text + "\n"):
            return checkpoint
    raise CheckpointInvalid("no valid signature by the log's key")


def signed_by_one(note: str) -> bool:
    """Tell whether a note ends after exactly one signature line, every byte of it accounted for."""
    _, _, signatures = note.partition("\n\n")
    line, newline, rest = signatures.partition("\n")
    return newline == "\n" and not rest and len(line.split(" ")) == 3  # noqa: PLR2004 — dash, name, blob


def _from_base64(encoded: str) -> bytes:
    """Decode the one way to write these bytes; base64 has spare bits that others could flip."""
    blob = base64.b64decode(encoded, validate=True)
    if base64.b64encode(blob).decode() != encoded:
        raise binascii.Error("not the canonical form")
    return blob


def _signed(public_key: bytes, blob: bytes, text: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(blob[_KEY_HASH_SIZE:], text.encode())
    except InvalidSignature:
        return False
    return True


def _statement(lines: list[str]) -> Checkpoint:
    origin, size, encoded = lines[:3]
    if not size.isascii() or not size.isdigit() or (len(size) > 1 and size.startswith("0")):
        raise CheckpointInvalid("the size is not a number")
    try:
        root = _from_base64(encoded)
    except (binascii.Error, ValueError) as bad:
        raise CheckpointInvalid("the root is not base64") from bad
    if len(root) != hashlib.sha256().digest_size:
        raise CheckpointInvalid("the root is not a SHA-256 hash")
    return Checkpoint(origin, int(size), root)
