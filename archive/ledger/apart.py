"""Signed heads in a store where a name is written once: a folder elsewhere, or later S3.

Whoever rewrites the ledger then finds the earlier head standing there under
the name that the rewritten one wants.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Protocol

from archive.errors import ArchiveError, ObjectExists, ObjectMissing
from archive.ledger.outside_files import GivenHead
from archive.vault.objects import sync_folder

SUFFIX: Final = ".note"
_DIGITS: Final = 12
_MOST_TRIES: Final = 9
_MOST_BYTES: Final = 64 * 1024
_CANNOT_ASK: Final = frozenset({errno.EINVAL, errno.EBADF, errno.EACCES})
"""What some folders of other machines say to an fsync of a file that is open for reading only."""


class HeadContradicted(ArchiveError):
    """The store holds a head that the ledger should have written and did not.

    Either the ledger was rewritten or set back, or two ledgers of one name
    write to the same store. `name` is that of the object that stands there.
    """

    def __init__(self, name: str) -> None:
        super().__init__(f"another head stands in {name}")
        self.name = name


class Apart(Protocol):
    """A store that never writes a name twice; `put_new` returns when the bytes are durable."""

    def put_new(self, name: str, data: bytes) -> None:
        """Write bytes under a new name.

        Raises `ObjectExists`, once what stands there is durable: it may be what was written
        just before a crash.
        """

    def get(self, name: str) -> bytes:
        """Return what stands under a name; raises `ObjectMissing`."""

    def names(self) -> Iterator[str]:
        """Name every object."""


class FolderApart:
    """A folder, on a disk that the owner of this machine does not own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put_new(self, name: str, data: bytes) -> None:
        """Write at once under the last name: a store that locks what is written allows no other."""
        try:
            handle = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
        except FileExistsError as exists:
            self._keep_standing(name)
            raise ObjectExists(name) from exists
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        sync_folder(self._folder)

    def get(self, name: str) -> bytes:
        """Return what stands under a name, as far as a head could be long."""
        try:
            with (self._folder / name).open("rb") as file:
                return file.read(_MOST_BYTES)
        except FileNotFoundError as missing:
            raise ObjectMissing(name) from missing

    def _keep_standing(self, name: str) -> None:
        handle = os.open(self._folder / name, os.O_RDONLY)
        try:
            os.fsync(handle)
        except OSError as failed:
            if failed.errno not in _CANNOT_ASK:
                raise
        finally:
            os.close(handle)
        sync_folder(self._folder)

    def names(self) -> Iterator[str]:
        """Name every file."""
        return (entry.name for entry in os.scandir(self._folder) if entry.is_file())


def keep_apart(store: Apart, note: str, origin: str, size: int, now_at: Callable[[], int]) -> str:
    """Write a note of `size` entries under its name, once, and return the name.

    `now_at` tells how many entries the ledger has now. Raises
    `HeadContradicted` where another note of that size stands, or one of more
    entries than the ledger has; `OSError` where the store cannot be reached.
    """
    own = _own_names(origin)
    largest = max((int(one["size"]) for name in store.names() if (one := own(name))), default=0)
    if largest > now_at():
        raise HeadContradicted(name_of(origin, largest))
    data = note.encode()
    for number in range(1, _MOST_TRIES + 1):
        name = name_of(origin, size, number)
        try:
            store.put_new(name, data)
        except ObjectExists:
            standing = store.get(name)
        else:
            return name
        if standing == data:
            return name
        if not data.startswith(standing):
            raise HeadContradicted(name)
        # A beginning of it: our own write was broken off, and cannot be taken back.
    raise HeadContradicted(name)


def heads_in(store: Apart, origin: str) -> Iterator[GivenHead]:
    """Yield every head of a log that the store holds, to be compared with the ledger."""
    own = _own_names(origin)
    for name in sorted(store.names()):
        if own(name):
            note = store.get(name).decode("utf-8", "replace")
            # Else our own write was broken off, and stands under another name.
            if note.endswith("\n"):
                yield GivenHead(name, note=note)


def name_of(origin: str, size: int, number: int = 1) -> str:
    """Return the name of a head: that of the log, and the size so that names sort."""
    again = "" if number == 1 else f".{number}"
    return f"{_log(origin)}-{size:0{_DIGITS}d}{again}{SUFFIX}"


def _own_names(origin: str) -> Callable[[str], re.Match[str] | None]:
    """Return what tells the names of a log's heads, with their `size`, from all others.

    From those of a log whose name goes on where this one ends, too.
    """
    shape = rf"{re.escape(_log(origin))}-(?P<size>[0-9]{{{_DIGITS},}})(\.[2-9])?{re.escape(SUFFIX)}"
    return re.compile(shape).fullmatch


def _log(origin: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]", "_", origin)
