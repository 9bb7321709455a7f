"""A small file that is read at once: it stays in memory, and no disk holds it unsealed."""

from __future__ import annotations

import hashlib

from archive.intake.receive import Receiving
from archive.intake.values import Held
from archive.vault.sealing import WrappedKey
from archive.vault.vault import Sealed


class Whole(Receiving):
    """One file on its way; how large it may be, the upload's limits say."""

    def __init__(self) -> None:
        self.content = bytearray()

    @property
    def size(self) -> int:
        """Bytes so far."""
        return len(self.content)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take more of it."""
        self.content += data

    def finish(self) -> Held:
        """Return its digest where a receipt has its own; there is no object behind it."""
        digest = hashlib.sha256(self.content).hexdigest()
        return Held(Sealed("", len(self.content), 0, digest, ""), WrappedKey("", b""), b"")

    def abandon(self) -> None:
        """Forget what came."""
        self.content.clear()


class WholeDoor:
    """The door for one such file."""

    def __init__(self) -> None:
        self._whole = Whole()

    @property
    def content(self) -> bytes:
        """What came."""
        return bytes(self._whole.content)

    def begin(self) -> Whole:
        """Begin a file; there is only one."""
        self._whole = Whole()
        return self._whole
