"""Sealing: age encryption under one key per piece of evidence, wrapped by the vault key.

Whoever loses the wrapped key loses the evidence: that is how an erasure
reaches every copy. Hashing stays with hashlib.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pyrage
from pyrage import x25519

from archive.errors import SealBroken
from archive.vault.age import NOT_OPENED, AgeKey
from archive.vault.age_sealing import AgeRecipient, agrees_with_pyrage


class EvidenceKey:
    """The key of one piece of evidence; everything kept of it is sealed with it."""

    def __init__(self, identity: x25519.Identity) -> None:
        self._identity = identity

    @cached_property
    def _recipient(self) -> AgeRecipient:
        return AgeRecipient(str(self._identity.to_public()))

    @cached_property
    def _quick(self) -> AgeKey:
        return AgeKey(str(self._identity))

    @classmethod
    def new(cls) -> EvidenceKey:
        """Make a fresh key."""
        return cls(x25519.Identity.generate())

    def seal(self, plain: bytes) -> bytes | bytearray:
        """Return one complete age file."""
        if agrees_with_pyrage():
            return self._recipient.seal(plain)
        sealed: bytes = pyrage.encrypt(plain, [self._identity.to_public()])
        return sealed

    def open(self, sealed: bytes) -> bytes:
        """Return the plain bytes; raises `SealBroken` where key or bytes are wrong."""
        return bytes(self.open_into(sealed, bytearray()))

    def open_into(self, sealed: bytes | memoryview, room: bytearray) -> memoryview:
        """Return the plain bytes, in `room` where they fit; raises `SealBroken`.

        For many segments one after another: the room's memory is used again.
        """
        try:
            return self._quick.open(sealed, room)
        except NOT_OPENED:
            return memoryview(self._open_slowly(bytes(sealed)))

    def _open_slowly(self, sealed: bytes) -> bytes:
        """Open what is of another form than ours, or say that it does not open."""
        try:
            plain: bytes = pyrage.decrypt(sealed, [self._identity])
        except pyrage.DecryptError as broken:
            raise SealBroken("the sealed bytes do not open") from broken
        return plain

    def derived(self, purpose: bytes) -> bytes:
        """Return 32 bytes that only this key gives, for one purpose (at most 16 bytes long)."""
        return hashlib.blake2b(self.secret(), digest_size=32, person=purpose).digest()

    def secret(self) -> bytes:
        """Return the key itself, to be wrapped and nothing else."""
        return str(self._identity).encode()


@dataclass(frozen=True)
class WrappedKey:
    """An evidence key, sealed to the vault key of that id."""

    key_id: str
    wrapped: bytes


class VaultKey:
    """The key above all evidence keys, with those that it has replaced.

    New keys are wrapped by the present one; an older one only opens what a
    rotation has not reached yet. It is in no backup of the evidence.
    """

    def __init__(self, identity: x25519.Identity, older: Iterable[VaultKey] = ()) -> None:
        self._identity = identity
        self._recipient = identity.to_public()
        self.key_id = hashlib.sha256(str(self._recipient).encode()).hexdigest()[:16]
        self.older = {key.key_id: key for key in older}

    @classmethod
    def new(cls, older: Iterable[VaultKey] = ()) -> VaultKey:
        """Make a fresh vault key, perhaps in place of others."""
        return cls(x25519.Identity.generate(), older)

    @classmethod
    def from_text(cls, text: str) -> VaultKey:
        """Read keys as `age-keygen` writes them, the present one first; raises `SealBroken`."""
        lines = [line.strip() for line in text.splitlines()]
        secrets = [line for line in lines if line and not line.startswith("#")]
        try:
            present, *older = [x25519.Identity.from_str(line) for line in secrets]
        except (ValueError, pyrage.IdentityError) as bad:
            raise SealBroken("the vault key file holds no age identity") from bad
        return cls(present, [cls(identity) for identity in older])

    def to_text(self) -> str:
        """Write the keys as `age-keygen` does."""
        present = f"# public key: {self._recipient}\n{self._identity}\n"
        return present + "".join(key.to_text() for key in self.older.values())

    def without_older(self) -> VaultKey:
        """Return the present key alone."""
        return VaultKey(self._identity)

    def wrap(self, key: EvidenceKey) -> WrappedKey:
        """Seal an evidence key to the present vault key."""
        return WrappedKey(self.key_id, pyrage.encrypt(key.secret(), [self._recipient]))

    def unwrap(self, wrapped: WrappedKey) -> EvidenceKey:
        """Open an evidence key with the vault key that wrapped it; raises `SealBroken`."""
        if wrapped.key_id in self.older:
            return self.older[wrapped.key_id].unwrap(wrapped)
        try:
            secret = self._opened(wrapped.wrapped)
            return EvidenceKey(x25519.Identity.from_str(secret.decode()))
        except (pyrage.DecryptError, pyrage.IdentityError, UnicodeDecodeError) as broken:
            raise SealBroken("the wrapped key does not open with this vault key") from broken

    def _opened(self, wrapped: bytes) -> bytes:
        try:
            return bytes(self._quick.open(wrapped, bytearray(len(wrapped))))
        except NOT_OPENED:
            secret: bytes = pyrage.decrypt(wrapped, [self._identity])
            return secret

    @cached_property
    def _quick(self) -> AgeKey:
        return AgeKey(str(self._identity))
