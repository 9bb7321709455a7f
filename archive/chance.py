"""Random bytes, asked of the system by the block.

Each call of the system lets go of the interpreter; with eight uploads at the door a thread
waits longer to have it back than the call lasts, and an upload needs five such: the names of
its object and of the part, its own id and its delivery's, the salt of its entry. What is handed
out comes from the system's own generator, each byte once, and a forked child begins afresh.
"""

from __future__ import annotations

import os
import threading
from typing import Final
from uuid import UUID

BLOCK: Final = 4096


class _Block:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bytes = b""
        self._given = 0

    def take(self, size: int) -> bytes:
        with self._lock:
            if len(self._bytes) - self._given < size:
                self._bytes, self._given = os.urandom(max(BLOCK, size)), 0
            start, self._given = self._given, self._given + size
            return self._bytes[start : self._given]


class _Chance:
    block = _Block()

    @classmethod
    def begin_afresh(cls) -> None:
        """Share nothing with the process that this one was forked from, its locks included."""
        cls.block = _Block()


os.register_at_fork(after_in_child=_Chance.begin_afresh)


def random_bytes(size: int) -> bytes:
    """Return `size` bytes that nobody can guess and nobody else has been given."""
    return _Chance.block.take(size)


def random_hex(size: int) -> str:
    """Return `size` random bytes as hex."""
    return random_bytes(size).hex()


def random_id() -> UUID:
    """Return a fresh id (RFC 9562 §5.4)."""
    return UUID(bytes=random_bytes(16), version=4)
