"""Files that come from phones in pieces: what is here of each, so that a broken line goes on.

A file that is under way lives in this process only, sealed as it comes, like any upload; nothing
of it is acknowledged until it is whole and registered. A restart forgets it, and the phone, which
still has it, begins anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from archive.intake.receive import Held, Receiving
from service.casework.phones import Shared
from service.errors import UploadElsewhere, UploadGone, UploadInvalid
from service.web.streaming import Door

Key = tuple[UUID, UUID]
"""The phone, and its own name for the file."""

MOST_OF_A_PHONE: Final = 2
MOST: Final = 32
"""Each holds one segment in memory (8 MiB)."""

LASTS: Final = timedelta(days=2)
"""So long from its first byte a file may be under way; its segments are swept after seven days."""


@dataclass
class Underway:
    """One file on its way: what was said of it, and what is here."""

    shared: Shared
    size: int
    receiving: Receiving | None = None
    began: datetime | None = None
    turn: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def offset(self) -> int:
        """Bytes that are here."""
        return self.receiving.size if self.receiving is not None else 0


class PhoneUploads:
    """Every file that is under way from a phone, the longest untouched first."""

    def __init__(self, door: Door, clock: Callable[[], datetime]) -> None:
        self._door = door
        self._clock = clock
        self._lock = threading.Lock()
        self._all: dict[Key, Underway] = {}

    def begin(self, key: Key, shared: Shared, size: int) -> int:
        """Expect a file of `size` bytes, or go on with it; returns how many bytes are here.

        What has been under way for too long, or under this name with another size, is dropped.
        """
        with self._lock:
            dropped = list(self._ended())
            found = self._all.pop(key, None)
            if found is not None and found.size != size:
                dropped.append(found)
                found = None
            if found is None:
                found = Underway(shared, size)
            self._all[key] = found
            dropped += self._crowded_out(key)
        for one in dropped:
            _drop(one)
        return found.offset

    def turn(self, key: Key, offset: int) -> Turn:
        """Take the next piece in hand; whoever sent the one before it sends no more.

        Raises `UploadElsewhere` where it does not follow what is here.
        """
        with self._lock:
            found = self._all.get(key)
            if found is None:
                raise UploadElsewhere(0)
        with found.lock:
            if found.offset != offset:
                raise UploadElsewhere(found.offset)
            found.turn += 1
            return Turn(self, key, found)

    def receive(self, one: Underway) -> Receiving:
        """Open the door for a file's first byte, from which its time is counted."""
        one.began = self._clock()
        return self._door.begin()

    def is_over(self, one: Underway) -> bool:
        """Tell whether a file has been under way for too long; a clock set back ends it too."""
        return one.began is not None and abs(self._clock() - one.began) >= LASTS

    def end(self, key: Key, one: Underway) -> None:
        """Forget a file that is whole, or that could not be kept."""
        with self._lock:
            if self._all.get(key) is one:
                del self._all[key]

    def __len__(self) -> int:
        return len(self._all)

    def _ended(self) -> Iterator[Underway]:
        for key in [key for key, one in self._all.items() if self.is_over(one)]:
            yield self._all.pop(key)

    def _crowded_out(self, kept: Key) -> Iterator[Underway]:
        own = [key for key in self._all if key[0] == kept[0] and key != kept]
        for key in own[: max(0, len(own) + 1 - MOST_OF_A_PHONE)]:
            yield self._all.pop(key)
        others = [key for key in self._all if key != kept]
        for key in others[: max(0, len(others) + 1 - MOST)]:
            yield self._all.pop(key)


class Turn:
    """One piece on its way in. A later piece of the same file ends it."""

    def __init__(self, uploads: PhoneUploads, key: Key, one: Underway) -> None:
        self._uploads = uploads
        self._key = key
        self._one = one
        self._number = one.turn

    @property
    def shared(self) -> Shared:
        """What the phone said of the file."""
        return self._one.shared

    @property
    def offset(self) -> int:
        """Bytes that are here."""
        return self._one.offset

    def write(self, data: bytes) -> None:
        """Take bytes.

        Raises `StorageFull`, `UploadElsewhere`, `UploadGone`, `UploadInvalid` for too many.
        """
        with self._one.lock:
            self._require()
            if self._one.offset + len(data) > self._one.size:
                self._forget()
                raise UploadInvalid("more bytes came than the file has", "size")
            if self._one.receiving is None:
                self._one.receiving = self._uploads.receive(self._one)
            try:
                self._one.receiving.write(data)
            except BaseException:
                self._forget()
                raise

    def whole(self) -> Held | None:
        """Return the file, durable, where all of it is here; None where more is to come.

        Raises `StorageFull`, `UploadElsewhere`, `UploadGone`.
        """
        with self._one.lock:
            self._require()
            if self._one.offset < self._one.size:
                return None
            receiving = self._one.receiving or self._uploads.receive(self._one)
            self._one.receiving = None
            self._one.turn += 1
            self._uploads.end(self._key, self._one)
            try:
                return receiving.finish()
            except BaseException:
                receiving.abandon()
                raise

    def _require(self) -> None:
        if self._one.turn != self._number:
            raise UploadElsewhere(self._one.offset)
        if self._uploads.is_over(self._one):
            self._forget()
            raise UploadGone

    def _forget(self) -> None:
        self._one.turn += 1
        self._uploads.end(self._key, self._one)
        receiving, self._one.receiving = self._one.receiving, None
        if receiving is not None:
            receiving.abandon()


def _drop(one: Underway) -> None:
    with one.lock:
        one.turn += 1
        if one.receiving is not None:
            one.receiving.abandon()
            one.receiving = None
