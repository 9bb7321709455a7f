"""Where sealed segments lie: files or, later, S3; created once, never overwritten.

The store knows names and bytes, nothing of evidence or keys.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from archive.chance import random_hex
from archive.errors import ObjectExists, ObjectMissing, StorageFull

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_TEMPORARY = ".part-"


_CHUNK = 1 << 18


class Digest(Protocol):
    """What takes bytes: a hash of `hashlib`."""

    def update(self, data: bytes | bytearray | memoryview, /) -> None:
        """Take more bytes."""


class Objects(Protocol):
    """A create-only store; `put` returns only when the bytes would survive a power cut."""

    def put(self, name: str, data: bytes | bytearray) -> None:
        """Keep bytes under a new name; raises `ObjectExists` or `StorageFull`."""

    def get(self, name: str) -> bytes:
        """Return the bytes; raises `ObjectMissing`."""

    def get_into(self, name: str, room: bytearray) -> memoryview:
        """Return the bytes, in `room` where they fit; raises `ObjectMissing`."""

    def hash_into(self, name: str, digest: Digest) -> None:
        """Give an object's bytes to a hash, in little memory; raises `ObjectMissing`."""

    def delete(self, name: str) -> None:
        """Remove a name; quiet where it is gone already."""

    def names(self) -> Iterator[str]:
        """Name every object, in no particular order."""

    def made_at(self, name: str) -> datetime:
        """Return when an object was stored; raises `ObjectMissing`."""


class LocalObjects:
    """Objects as files below one folder, spread over 256 folders made at the start.

    A file is written under a temporary name, fsynced, linked to its name, and
    the folder fsynced: a crash leaves all of it or nothing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self) -> None:
        """Make the folders durably; several processes may do so at once."""
        if (self._folder / "ff").is_dir():
            return  # the last one stands, so all do
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for number in range(255):
            (self._folder / f"{number:02x}").mkdir(exist_ok=True, mode=0o700)
        sync_folder(self._folder)
        (self._folder / "ff").mkdir(exist_ok=True, mode=0o700)
        sync_folder(self._folder)
        sync_folder(self._folder.parent)

    def sweep(self) -> None:
        """Remove temporary names that a crash left; only for the one that serves alone."""
        for left in self._folder.glob(f"??/{_TEMPORARY}*"):
            left.unlink(missing_ok=True)

    def put(self, name: str, data: bytes | bytearray) -> None:
        """Keep bytes durably under a new name."""
        target = self.path(name)
        part = target.parent / f"{_TEMPORARY}{random_hex(8)}"
        try:
            try:
                _write_through(part, data)
                os.link(part, target)
            except FileExistsError as exists:
                raise ObjectExists(name) from exists
            finally:
                part.unlink(missing_ok=True)
            sync_folder(target.parent)
        except OSError as failed:
            if failed.errno in _NO_ROOM:
                raise StorageFull("no room left for evidence") from failed
            raise

    def get(self, name: str) -> bytes:
        """Return the bytes of one object."""
        try:
            return self.path(name).read_bytes()
        except FileNotFoundError as missing:
            raise ObjectMissing(name) from missing

    def get_into(self, name: str, room: bytearray) -> memoryview:
        """Return the bytes of one object in memory that is used again, where they fit."""
        try:
            handle = os.open(self._where(name), os.O_RDONLY)
        except FileNotFoundError as missing:
            raise ObjectMissing(name) from missing
        try:
            size = os.fstat(handle).st_size
            found = memoryview(room if size <= len(room) else bytearray(size))[:size]
            at = 0
            while count := os.readv(handle, [found[at:]]):
                at += count
            return found[:at]
        finally:
            os.close(handle)

    def hash_into(self, name: str, digest: Digest) -> None:
        """Give the bytes of one object to a hash."""
        try:
            with self.path(name).open("rb", buffering=0) as file:
                buffer = memoryview(bytearray(_CHUNK))
                while count := file.readinto(buffer):
                    digest.update(buffer[:count])
        except FileNotFoundError as missing:
            raise ObjectMissing(name) from missing

    def delete(self, name: str) -> None:
        """Remove one object durably."""
        path = self.path(name)
        path.unlink(missing_ok=True)
        sync_folder(path.parent)

    def names(self) -> Iterator[str]:
        """Name every finished object."""
        for path in self._folder.glob("??/*"):
            if not path.name.startswith(_TEMPORARY):
                yield path.name

    def made_at(self, name: str) -> datetime:
        """Return when an object was stored."""
        try:
            return datetime.fromtimestamp(self.path(name).stat().st_mtime, UTC)
        except FileNotFoundError as missing:
            raise ObjectMissing(name) from missing

    def size(self, name: str) -> int:
        """Return the bytes an object takes; raises `ObjectMissing`."""
        try:
            return self.path(name).stat().st_size
        except FileNotFoundError as missing:
            raise ObjectMissing(name) from missing

    def path(self, name: str) -> Path:
        """Return where an object lies; raises `ObjectMissing` for what is no name."""
        return Path(self._where(name))

    def _where(self, name: str) -> str:
        """Return the same as text: a path of parts is dear where thousands are opened."""
        if not name[:2].isalnum() or "/" in name or name.startswith("."):
            raise ObjectMissing(name)
        return f"{self._folder}/{name[:2]}/{name}"


def write_durably(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace a small file whole: temporary name, fsync, rename, folder fsync."""
    part = path.parent / f"{_TEMPORARY}{random_hex(8)}"
    try:
        _write_through(part, data, mode)
        part.replace(path)
        sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make a folder's names durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_through(path: Path, data: bytes | bytearray, mode: int = 0o600) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)
