"""Where a capture's files go: a folder that the caller named, or memory until they are sealed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from capture.errors import CaptureError


class FolderNotEmpty(CaptureError):
    """A capture is written to a new or empty folder only, so that it stays one capture."""

    code = "folder_not_empty"


@dataclass(frozen=True, slots=True)
class CapturedFile:
    """A file of the capture: its name within it, SHA-256 and size in bytes."""

    name: str
    sha256: str
    size: int


class Output(Protocol):
    """Takes the files of one capture. Names are ours: `page.png`, `posts/p0123456789abcdef.png`."""

    def write(self, name: str, data: bytes) -> CapturedFile:
        """Keep a file under a name that was not used before."""


class FolderOutput:
    """Writes to a folder, which is made."""

    def __init__(self, folder: Path) -> None:
        """Make the folder.

        Raises:
            FolderNotEmpty: it holds something.
            OSError: it cannot be made.
        """
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise FolderNotEmpty(f"the folder is not empty: {folder}")
        self.folder = folder

    def write(self, name: str, data: bytes) -> CapturedFile:
        """Write one file; never over another."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        with path.open("xb") as file:
            file.write(data)
        return _described(name, data)


class MemoryOutput:
    """Keeps the files in memory, so that the service can seal them: nothing reaches a disk."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def write(self, name: str, data: bytes) -> CapturedFile:
        """Keep one file; never over another."""
        if name in self.files:
            raise FileExistsError(name)
        self.files[name] = data
        return _described(name, data)


def _described(name: str, data: bytes) -> CapturedFile:
    return CapturedFile(name, hashlib.sha256(data).hexdigest(), len(data))
