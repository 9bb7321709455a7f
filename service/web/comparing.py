"""A file that somebody only asks about: hashed as it comes, and let go; no byte of it is kept."""

from __future__ import annotations

import hashlib

from archive.intake.receive import Receiving
from archive.intake.values import Held
from archive.vault.sealing import WrappedKey
from archive.vault.vault import Sealed


class Asked(Receiving):
    """One file on its way through the hash."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self._size

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Hash bytes, and forget them."""
        self._digest.update(data)
        self._size += len(data)

    def finish(self) -> Held:
        """Return the digest where a receipt has its own; there is no object behind it."""
        sealed = Sealed("", self._size, 0, self._digest.hexdigest(), "")
        return Held(sealed, WrappedKey("", b""), b"")

    def abandon(self) -> None:
        """Nothing was kept, so nothing is left to remove."""


class AskingDoor:
    """The door for a file that is only asked about."""

    def begin(self) -> Asked:
        """Begin to hash one file."""
        return Asked()
