"""Writing a bundle: into a folder, or as zip files to a stream; each original is streamed."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from archive.errors import NotEmpty, SealBroken
from archive.export.package import File, Package, Stored
from archive.vault.sealing import EvidenceKey, WrappedKey
from archive.vault.vault import SEGMENT_SIZE, Vault, segment_name

Told = Callable[[int], None]
"""Called with the bytes written since the last call; may raise to stop the writing."""

_STORED, _SQUEEZED = 0, 6
_SQUEEZE = (".json", ".txt", ".py", ".eml")
_LARGE = 1 << 30
_SEALING, _SHARE_OF_SEALING = 4096, 4096
"""A sealed segment is longer than its plain bytes by a header, and 16 bytes for each 64 KiB."""

_AHEAD = 3
"""So many opened segments may wait to be written; one more is being opened."""


class Sink(Protocol):
    """What takes a zip file's bytes, in order, never going back."""

    def write(self, data: bytes, /) -> object:
        """Take more bytes."""


class _Keys:
    """Opens each piece's key once, for the files of it that follow one another."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._sealed = bytearray()
        self._last: tuple[WrappedKey, EvidenceKey] | None = None

    def _key(self, wrapped: WrappedKey) -> EvidenceKey:
        if self._last is None or self._last[0] is not wrapped:
            self._last = (wrapped, self._vault.unwrap(wrapped))
        return self._last[1]

    def segment(self, stored: Stored, key: WrappedKey, number: int, room: bytearray) -> memoryview:
        """Open one segment of an original into `room`; whoever takes them compares the digest."""
        if len(self._sealed) < len(room):
            self._sealed = bytearray(len(room) + len(room) // _SHARE_OF_SEALING + _SEALING)
        sealed = self._vault.objects.get_into(segment_name(stored.name, number), self._sealed)
        return self._key(key).open_into(sealed, room)


def write_folder(package: Package, vault: Vault, folder: Path, told: Told) -> None:
    """Write a bundle into a new or empty folder; raises `NotEmpty`, `SealBroken`.

    The manifest comes last: a folder without one was broken off. While one
    segment is opened here, the one before is hashed and written by a thread;
    another writes the small files meanwhile, whose making is mostly waiting.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise NotEmpty(f"{folder} is not empty")
    for parent in sorted({file.path.rpartition("/")[0] for file in package.files}):
        (folder / parent).mkdir(parents=True, exist_ok=True)
    *contents, manifest = package.files
    at_hand = [file for file in contents if file.data is not None]
    with ThreadPoolExecutor(1, thread_name_prefix="bundle-small") as beside:
        small = beside.submit(_write_at_hand, at_hand, folder)
        _write_originals(contents, vault, folder, told)
        small.result()
    told(sum(file.size for file in at_hand))
    _write_at_hand([manifest], folder)
    told(manifest.size)


def _write_originals(files: Sequence[File], vault: Vault, folder: Path, told: Told) -> None:
    keys = _Keys(vault)
    rooms = deque(_room_for(files) for _ in range(_AHEAD + 1))
    waiting: deque[tuple[Future[None], bytearray]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="bundle") as pool:
        for file in files:
            if file.stored is None or file.key is None:
                continue
            target = _Target(f"{folder}/{file.path}", file)
            for number in range(file.stored.segments):
                if not rooms:
                    taken, room = waiting.popleft()
                    taken.result()
                    rooms.append(room)
                room = rooms.popleft()
                plain = keys.segment(file.stored, file.key, number, room)
                last = number == file.stored.segments - 1
                waiting.append((pool.submit(target.take, plain, last=last), room))
                told(len(plain))
        for taken, _room in waiting:
            taken.result()


def _room_for(files: Sequence[File]) -> bytearray:
    """Return room for any one segment of these, and no more."""
    return bytearray(min(SEGMENT_SIZE, max((file.size for file in files), default=0)))


def _write_at_hand(files: Sequence[File], folder: Path) -> None:
    for file in files:
        handle = _opened(f"{folder}/{file.path}")
        try:
            _write_all(handle, file.data or b"")
        finally:
            os.close(handle)


class _Target:
    """One original on its way into a folder, hashed as it is written."""

    def __init__(self, path: str, file: File) -> None:
        self._path = path
        self._file = file
        self._digest = hashlib.sha256()
        self._handle: int | None = None

    def take(self, plain: memoryview, *, last: bool) -> None:
        """Write a segment; after the last one the digest must be what was received."""
        if self._handle is None:
            self._handle = _opened(self._path)
        try:
            self._digest.update(plain)
            _write_all(self._handle, plain)
        except BaseException:
            last = True
            raise
        finally:
            if last:
                os.close(self._handle)
        if last and self._digest.hexdigest() != self._file.sha256:
            raise SealBroken(f"{self._file.path} is not what was received")


def _opened(path: str) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def write_zip(
    package: Package, files: Sequence[File], vault: Vault, sink: Sink, told: Told
) -> None:
    """Write files of a bundle as one zip file; the same files give the same bytes."""
    keys, room = _Keys(vault), _room_for(files)
    with zipfile.ZipFile(_OneWay(sink), "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            # Stored files whose size stands behind them are refused by some readers; these are not.
            archive.compresslevel = _SQUEEZED if file.path.endswith(_SQUEEZE) else _STORED
            name = f"{package.folder}/{file.path}"
            with archive.open(name, "w", force_zip64=file.size > _LARGE) as target:
                for block in _bytes(file, keys, room):
                    target.write(block)
                    told(len(block))


def parts_of(package: Package, most: int) -> list[tuple[File, ...]]:
    """Divide a bundle so that each part stays below `most` bytes; unpacked, they are one folder.

    A single file that is larger has a part of its own.
    """
    parts: list[list[File]] = [[]]
    size = 0
    for file in package.files:
        whole = file.size + 2 * len(file.path) + 200
        if parts[-1] and size + whole > most:
            parts.append([])
            size = 0
        parts[-1].append(file)
        size += whole
    return [tuple(part) for part in parts]


def _bytes(file: File, keys: _Keys, room: bytearray) -> Iterator[bytes | memoryview]:
    """Yield a file's bytes; raises `SealBroken` at the end if it is not what was received.

    What is yielded lies in `room`, and holds until the next is asked for.
    """
    if file.stored is None or file.key is None:
        yield file.data or b""
        return
    digest = hashlib.sha256()
    for number in range(file.stored.segments):
        plain = keys.segment(file.stored, file.key, number, room)
        digest.update(plain)
        yield plain
    if digest.hexdigest() != file.sha256:
        raise SealBroken(f"{file.path} is not what was received")


def _write_all(handle: int, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


class _OneWay:
    """A stream that only goes forwards, as `zipfile` expects one."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def write(self, data: bytes) -> int:
        self._sink.write(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Whoever gave the sink ends it."""
