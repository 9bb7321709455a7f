"""Writing a bundle: into a folder, or as zip files to a stream; each original is streamed."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from archive.errors import NotEmpty
from archive.export.package import File, Package
from archive.vault.sealing import EvidenceKey, WrappedKey
from archive.vault.vault import Vault

Told = Callable[[int], None]
"""Called with the bytes written since the last call; may raise to stop the writing."""

_STORED, _SQUEEZED = 0, 6
_SQUEEZE = (".json", ".txt", ".py", ".eml")
_LARGE = 1 << 30


class Sink(Protocol):
    """What takes a zip file's bytes, in order, never going back."""

    def write(self, data: bytes, /) -> object:
        """Take more bytes."""


class _Keys:
    """Opens each piece's key once, for the files of it that follow one another."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._last: tuple[WrappedKey, EvidenceKey] | None = None

    def open(self, wrapped: WrappedKey) -> EvidenceKey:
        if self._last is None or self._last[0] is not wrapped:
            self._last = (wrapped, self._vault.unwrap(wrapped))
        return self._last[1]


def write_folder(package: Package, vault: Vault, folder: Path, told: Told) -> None:
    """Write a bundle into a new or empty folder, the manifest last; raises `NotEmpty`.

    A folder without a manifest is one whose writing was broken off.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise NotEmpty(f"{folder} is not empty")
    keys = _Keys(vault)
    made: set[Path] = {folder}
    for file in package.files:
        path = folder / file.path
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            for block in _bytes(file, vault, keys):
                _write_all(handle, block)
                told(len(block))
        finally:
            os.close(handle)


def write_zip(
    package: Package, files: Sequence[File], vault: Vault, sink: Sink, told: Told
) -> None:
    """Write files of a bundle as one zip file; the same files give the same bytes."""
    keys = _Keys(vault)
    with zipfile.ZipFile(_OneWay(sink), "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            # Stored files whose size stands behind them are refused by some readers; these are not.
            archive.compresslevel = _SQUEEZED if file.path.endswith(_SQUEEZE) else _STORED
            name = f"{package.folder}/{file.path}"
            with archive.open(name, "w", force_zip64=file.size > _LARGE) as target:
                for block in _bytes(file, vault, keys):
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


def _bytes(file: File, vault: Vault, keys: _Keys) -> Iterator[bytes]:
    if file.data is not None:
        yield file.data
    elif file.stored is not None and file.key is not None:
        yield from vault.stream(keys.open(file.key), file.stored)


def _write_all(handle: int, data: bytes) -> None:
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
