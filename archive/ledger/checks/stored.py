"""Every sealed object as it lies in the store; with the vault key, its plain bytes too."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from archive.database import Database
from archive.errors import ObjectMissing, SealBroken
from archive.ledger.checks.findings import Findings, Kind
from archive.ledger.checks.scratch import Scratch
from archive.ledger.checks.source import Damaged, number, opened
from archive.vault.objects import Digest, Objects
from archive.vault.sealing import EvidenceKey, VaultKey, WrappedKey
from archive.vault.vault import segment_name

BATCH = 200
WORTH_A_THREAD = 1 << 20
MOST_NAMED = 100
"""Of an object that is gone altogether, so many segments are named."""

_OBJECTS = (
    "SELECT o.name, o.size, o.segments, o.sha256, o.sealed_sha256, k.key_id, k.wrapped"
    " FROM objects o LEFT JOIN wrapped_keys k ON k.evidence_id = o.evidence_id"
    " WHERE o.name > :after ORDER BY o.name LIMIT :most"
)


class _Seen:
    """What has been read of one object."""

    def __init__(self) -> None:
        self.sealed = hashlib.sha256()
        self.plain = hashlib.sha256()
        self.length = 0
        self.missing = 0
        self.opens = True

    def is_plain(self, sha256: str, size: int) -> bool:
        """Tell whether the bytes inside are those that were received."""
        return self.opens and (self.plain.hexdigest(), self.length) == (sha256, size)


@dataclass(frozen=True)
class Sample:
    """The n-th of t parts of all objects, by name; t checks in a row see each object once."""

    part: int
    parts: int

    def __post_init__(self) -> None:
        if not 1 <= self.part <= self.parts:
            raise ValueError("a sample is n of t, with 1 ≤ n ≤ t")

    def holds(self, name: str) -> bool:
        """Tell whether an object belongs to this part."""
        digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()
        return int.from_bytes(digest[:8], "big") % self.parts == self.part - 1


class ObjectCheck:
    """Goes through the objects in short reads, so that a running service is never held up."""

    def __init__(
        self,
        database: Database,
        objects: Objects,
        findings: Findings,
        *,
        vault_key: VaultKey | None = None,
        sample: Sample | None = None,
    ) -> None:
        self._database = database
        self._objects = objects
        self._findings = findings
        self._vault_key = vault_key
        self._sample = sample
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="sealed-hash")

    def run(self, scratch: Scratch) -> int:
        """Check them all, or the sample; returns how many were read."""
        checked = 0
        try:
            for row in self._rows():
                name, _, segments, *_ = row
                if not isinstance(name, str) or not isinstance(segments, int):
                    continue  # the row itself is a finding already
                scratch.know(name, segments)
                if self._sample is None or self._sample.holds(name):
                    self._check(row)
                    checked += 1
                self._findings.advance(1)
        except Damaged as damaged:
            self._findings.add(Kind.DATABASE, f"table objects: {damaged}", id="objects")
        finally:
            self._pool.shutdown()
        self._names(scratch)
        return checked

    def _rows(self) -> Iterator[Sequence[Any]]:
        after = ""
        while True:
            with opened(self._database) as source:
                batch = [
                    row
                    for rows in source.stream(_OBJECTS, BATCH, after=after, most=BATCH)
                    for row in rows
                ]
            yield from batch
            if len(batch) < BATCH:
                return
            after = str(batch[-1][0])

    def _check(self, row: Sequence[Any]) -> None:
        name, size, segments, sha256, sealed_sha256, key_id, wrapped = row
        key = self._key(name, key_id, wrapped)
        seen = _Seen()
        for place in range(segments):
            if not self._read(name, place, key, seen):
                seen.missing += 1
                if seen.missing == MOST_NAMED:
                    break
        if seen.missing:
            return
        if seen.sealed.hexdigest() != sealed_sha256:
            self._tell(name, Kind.OBJECT, "the sealed bytes are not those that were kept")
        elif key is not None and not seen.is_plain(sha256, size):
            self._tell(name, Kind.OBJECT, "the bytes inside are not those that were received")

    def _read(self, name: str, place: int, key: EvidenceKey | None, seen: _Seen) -> bool:
        """Hash one segment, and with the key what is inside; False where it cannot be read."""
        segment = segment_name(name, place)
        try:
            if key is None:
                self._objects.hash_into(segment, seen.sealed)
                return True
            data = self._objects.get(segment)
        except ObjectMissing:
            self._tell(name, Kind.OBJECT_MISSING, f"segment {segment} is missing")
            return False
        except OSError as failed:
            reason = f"segment {segment} cannot be read: {failed.strerror}"
            self._tell(name, Kind.OBJECT_MISSING, reason)
            return False
        hashing = self._hash(seen.sealed, data)
        try:
            plain = key.open(data)
            seen.plain.update(plain)
            seen.length += len(plain)
        except SealBroken:
            seen.opens = False
        finally:
            if hashing is not None:
                hashing.result()
        return True

    def _hash(self, digest: Digest, data: bytes) -> Future[None] | None:
        """Hash sealed bytes, large ones beside the opening of the same bytes."""
        if len(data) >= WORTH_A_THREAD:
            return self._pool.submit(digest.update, data)
        digest.update(data)
        return None

    def _key(self, name: str, key_id: Any, wrapped: Any) -> EvidenceKey | None:
        if self._vault_key is None:
            return None
        try:
            return self._vault_key.unwrap(WrappedKey(key_id, wrapped))
        except (SealBroken, TypeError, ValueError):
            self._tell(name, Kind.KEY, "the key of this object does not open with the vault key")
            return None

    def _tell(self, name: str, kind: Kind, message: str) -> None:
        """Note a fault, unless the object was erased while we were looking."""
        with opened(self._database) as source:
            if number(source, "SELECT count(*) FROM objects WHERE name = :name", name=name):
                self._findings.add(kind, message, id=name)

    def _names(self, scratch: Scratch) -> None:
        unknown = 0
        for stored in self._objects.names():
            name, _, place = stored.partition(".")
            segments = scratch.segments(name)
            if scratch.is_gone(stored):
                self._findings.add(
                    Kind.NOT_ERASED,
                    f"segment {stored} was to be removed and is still there",
                    id=name,
                )
            elif segments is None:
                unknown += 1
            elif not (place.isascii() and place.isdigit() and int(place) < segments):
                self._findings.add(
                    Kind.OBJECT_EXTRA, f"{stored} is no segment of this object", id=name
                )
        if unknown:
            self._findings.unchecked.append(
                f"{unknown} stored segments belong to nothing: begun and never acknowledged"
            )
