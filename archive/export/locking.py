"""The key of a package: it opens only with the keys of every piece that the package holds.

So an erasure of one piece ends every package it is in, in whatever copy of the
disk one may lie, and nobody has to find them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pyrage import IdentityError, x25519

from archive.errors import SealBroken
from archive.vault.sealing import EvidenceKey


def locked_by_all(keys: Iterable[EvidenceKey]) -> tuple[EvidenceKey, bytes]:
    """Return a fresh key, and it wrapped by each of these in turn."""
    fresh = EvidenceKey.new()
    wrapped = fresh.secret()
    for key in keys:
        wrapped = bytes(key.seal(wrapped))
    return fresh, wrapped


def opened_by_all(keys: Sequence[EvidenceKey], wrapped: bytes) -> EvidenceKey:
    """Return the key again, from all keys in the same order; raises `SealBroken`."""
    for key in reversed(keys):
        wrapped = key.open(wrapped)
    try:
        return EvidenceKey(x25519.Identity.from_str(wrapped.decode()))
    except (IdentityError, ValueError) as broken:
        raise SealBroken("the package's key does not open") from broken
