"""Passwords: argon2id, one check at a time, twenty may wait; the next is told to come again.

Checking costs much memory and time by intent; without a queue a flood of
sign-ins would stop everything else.
"""

from __future__ import annotations

import threading

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from service.errors import TooManySignIns

MOST_WAITING = 20
SHORTEST = 12
MEMORY_KIB = 65536


class PasswordTooShort(ValueError):
    """A password has at least twelve characters."""


class Passwords:
    """The one place where passwords are hashed and checked.

    `memory_kib` is what making a hash takes; a kept hash is checked at the cost it was made with.
    """

    def __init__(self, memory_kib: int = MEMORY_KIB) -> None:
        self._hash = PasswordHash(
            (Argon2Hasher(time_cost=3, memory_cost=memory_kib, parallelism=1),)
        )
        self._turn = threading.Lock()
        self._places = threading.BoundedSemaphore(MOST_WAITING + 1)
        self._nobody: str | None = None

    def make(self, password: str) -> str:
        """Return the hash to keep; raises `PasswordTooShort`."""
        if len(password) < SHORTEST:
            raise PasswordTooShort(f"a password has at least {SHORTEST} characters")
        with self._turn:
            return self._hash.hash(password)

    def fits(self, password: str, kept: str | None) -> bool:
        """Check a password; takes as long where there is nobody. May raise `TooManySignIns`."""
        if not self._places.acquire(blocking=False):
            raise TooManySignIns("too many sign-ins are waiting")
        try:
            with self._turn:
                # Made at the first check, whomever it is for: no answer tells who exists.
                if self._nobody is None:
                    self._nobody = self._hash.hash("a password that nobody has")
                right = self._hash.verify(password, kept or self._nobody)
        finally:
            self._places.release()
        return right and kept is not None
