"""Sealing: age encryption (pyrage) under one key per piece of evidence, wrapped by the vault key.

Whoever loses the wrapped key loses the evidence: that is how an erasure
reaches every copy. Hashing stays with hashlib.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pyrage
from pyrage import x25519

from archive.errors import SealBroken


class EvidenceKey:
    """The key of one piece of evidence; everything kept of it is sealed with it."""

    def __init__(self, identity: x25519.Identity) -> None:
        self._identity = identity
        self._recipient = identity.to_public()

    @classmethod
    def new(cls) -> EvidenceKey:
        """Make a fresh key."""
        return cls(x25519.Identity.generate())

    def seal(self, plain: bytes) -> bytes:
        """Return one complete age file."""
        sealed: bytes = pyrage.encrypt(plain, [self._recipient])
        return sealed

    def open(self, sealed: bytes) -> bytes:
        """Return the plain bytes; raises `SealBroken` where key or bytes are wrong."""
        try:
            plain: bytes = pyrage.decrypt(sealed, [self._identity])
        except pyrage.DecryptError as broken:
            raise SealBroken("the sealed bytes do not open") from broken
        return plain

    def secret(self) -> bytes:
        """Return the key itself, to be wrapped and nothing else."""
        return str(self._identity).encode()


@dataclass(frozen=True)
class WrappedKey:
    """An evidence key, sealed to the vault key of that id."""

    key_id: str
    wrapped: bytes


class VaultKey:
    """The key above all evidence keys. It is on no disk that holds the evidence in a backup."""

    def __init__(self, identity: x25519.Identity) -> None:
        self._identity = identity
        self._recipient = identity.to_public()
        self.key_id = hashlib.sha256(str(self._recipient).encode()).hexdigest()[:16]

    @classmethod
    def new(cls) -> VaultKey:
        """Make a fresh vault key."""
        return cls(x25519.Identity.generate())

    @classmethod
    def from_text(cls, text: str) -> VaultKey:
        """Read a key as `age-keygen` writes it; raises `SealBroken` where it is none."""
        lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
        try:
            return cls(x25519.Identity.from_str(lines[0].strip()))
        except (IndexError, pyrage.IdentityError) as bad:
            raise SealBroken("the vault key file holds no age identity") from bad

    def to_text(self) -> str:
        """Write the key as `age-keygen` does."""
        return f"# public key: {self._recipient}\n{self._identity}\n"

    def wrap(self, key: EvidenceKey) -> WrappedKey:
        """Seal an evidence key to this vault key."""
        return WrappedKey(self.key_id, pyrage.encrypt(key.secret(), [self._recipient]))

    def unwrap(self, wrapped: WrappedKey) -> EvidenceKey:
        """Open an evidence key; raises `SealBroken`."""
        try:
            secret = pyrage.decrypt(wrapped.wrapped, [self._identity])
            return EvidenceKey(x25519.Identity.from_str(secret.decode()))
        except (pyrage.DecryptError, pyrage.IdentityError, UnicodeDecodeError) as broken:
            raise SealBroken("the wrapped key does not open with this vault key") from broken
