"""The vault: plain bytes in, numbered sealed segments out, in constant memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from archive.chance import random_hex
from archive.errors import SealBroken
from archive.vault.objects import Objects
from archive.vault.sealing import EvidenceKey, VaultKey, WrappedKey

SEGMENT_SIZE = 8 * 1024 * 1024
"""Plain bytes per segment: each is a complete age file, so ranges need no more than one."""


@dataclass(frozen=True)
class Sealed:
    """One object as it lies in the store: two digests, of the plain and of the sealed bytes."""

    name: str
    size: int
    segments: int
    sha256: str
    sealed_sha256: str


class StoredObject(Protocol):
    """What the vault needs to know of an object's row."""

    @property
    def name(self) -> str:
        """The object's random name."""

    @property
    def size(self) -> int:
        """Plain bytes."""

    @property
    def segments(self) -> int:
        """How many sealed files."""

    @property
    def sha256(self) -> str:
        """Digest of the plain bytes, hex."""

    @property
    def sealed_sha256(self) -> str:
        """Digest of the sealed segments in order, hex."""


def segment_name(name: str, number: int) -> str:
    """Name one segment of an object."""
    return f"{name}.{number:06d}"


class Vault:
    """Objects and the vault key, joined."""

    def __init__(self, objects: Objects, key: VaultKey) -> None:
        self.objects = objects
        self._key = key

    @property
    def key_id(self) -> str:
        """The id of the vault key in use."""
        return self._key.key_id

    def over(self, objects: Objects) -> Vault:
        """Return a vault of the same key over another store."""
        return Vault(objects, self._key)

    def new_key(self) -> tuple[EvidenceKey, WrappedKey]:
        """Make a key for a new piece of evidence, and its wrapped form for the database."""
        key = EvidenceKey.new()
        return key, self._key.wrap(key)

    def unwrap(self, wrapped: WrappedKey) -> EvidenceKey:
        """Open an evidence key; raises `SealBroken`."""
        return self._key.unwrap(wrapped)

    def writer(self, key: EvidenceKey) -> SealedWriter:
        """Begin an object."""
        return SealedWriter(self.objects, key)

    def keep(self, key: EvidenceKey, plain: bytes) -> Sealed:
        """Seal and store bytes that are in memory already."""
        writer = self.writer(key)
        writer.write(plain)
        return writer.finish()

    def read(self, key: EvidenceKey, stored: StoredObject) -> bytes:
        """Return a small object whole, its digest checked; raises `SealBroken`."""
        return b"".join(self.stream(key, stored))

    def stream(self, key: EvidenceKey, stored: StoredObject) -> Iterator[bytes]:
        """Yield an object segment by segment; raises `SealBroken` at the end if it is not whole."""
        digest = hashlib.sha256()
        for number in range(stored.segments):
            plain = self.segment(key, stored.name, number)
            digest.update(plain)
            yield plain
        if digest.hexdigest() != stored.sha256:
            raise SealBroken(f"object {stored.name} is not what was received")

    def part(self, key: EvidenceKey, stored: StoredObject, first: int, end: int) -> Iterator[bytes]:
        """Yield the plain bytes from `first` up to `end`; only the segments they lie in are opened.

        Each segment is authentic by itself (age); that all stand in their order is what the
        digest says, and `verify` and a whole reading look at that.
        """
        for number in range(first // SEGMENT_SIZE, -(-end // SEGMENT_SIZE)):
            start = number * SEGMENT_SIZE
            plain = self.segment(key, stored.name, number)
            yield plain[max(0, first - start) : end - start]

    def segment(self, key: EvidenceKey, name: str, number: int) -> bytes:
        """Return the plain bytes of one segment."""
        return key.open(self.objects.get(segment_name(name, number)))

    def require_all(self, sealed: Sealed) -> None:
        """Raise `ObjectMissing` unless each segment of an object still lies in the store."""
        for number in range(sealed.segments):
            self.objects.made_at(segment_name(sealed.name, number))

    def discard(self, name: str, segments: int) -> None:
        """Remove an object that no row names; what cannot be removed now, the sweep removes."""
        _remove(self.objects, name, segments)


class SealedWriter:
    """An object being written: hashed as it comes, sealed and stored a segment at a time."""

    def __init__(self, objects: Objects, key: EvidenceKey) -> None:
        self.name = random_hex(16)
        self.size = 0
        self.segments = 0
        self._objects = objects
        self._key = key
        self._plain = hashlib.sha256()
        self._sealed = hashlib.sha256()
        self._waiting = bytearray()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take more plain bytes; stores a segment whenever one is full."""
        self._plain.update(data)
        self.size += len(data)
        self._waiting += data
        while len(self._waiting) >= SEGMENT_SIZE:
            full = bytes(memoryview(self._waiting)[:SEGMENT_SIZE])
            del self._waiting[:SEGMENT_SIZE]
            self._store(full)

    def finish(self) -> Sealed:
        """Store the rest; what is returned is durable."""
        if self._waiting or not self.segments:
            self._store(bytes(self._waiting))
            self._waiting.clear()
        return Sealed(
            self.name,
            self.size,
            self.segments,
            self._plain.hexdigest(),
            self._sealed.hexdigest(),
        )

    def abandon(self) -> None:
        """Remove what was stored of an object that will not be finished.

        The last segment may stand although storing it has failed.
        """
        self._waiting.clear()
        _remove(self._objects, self.name, self.segments + 1)

    def _store(self, plain: bytes) -> None:
        sealed = self._key.seal(plain)
        self._sealed.update(sealed)
        self._objects.put(segment_name(self.name, self.segments), sealed)
        self.segments += 1


def _remove(objects: Objects, name: str, segments: int) -> None:
    for number in range(segments):
        with suppress(OSError):
            objects.delete(segment_name(name, number))
