"""What a bundle is made of, as frozen values: who gets it and why, its files, where each lies."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from archive.export.checker.folder import CONTENTS, MANIFEST, readable
from archive.vault.sealing import WrappedKey

PORTION: Final = 100
"""Pieces whose facts for programs stand in one file."""


NOT_TOLD = "ikke oplyst"
"""What stands for a recipient or a purpose that nobody named."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """One handing over: to whom, for what, by whom, when; of which case, if of one.

    `made_by` is the ledger's actor, `made_by_name` the name that the texts say.
    """

    id: UUID
    made_at: datetime
    made_by: str
    made_by_name: str
    recipient: str
    purpose: str
    municipality: str
    case: str | None = None
    case_id: UUID | None = None
    redacted: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A document that goes into `documents/`: a plain ASCII file name and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Paper:
    """What the recipient must know of the booklet, which people open first.

    `apart` are pieces that are handed over and stand in no annex, `numbers` how people call
    them; `unshown` numbers the pieces of which a picture could not be printed.
    """

    lacking: bool = False
    """It could not be printed at all."""

    without_pictures: bool = False
    plain_letters: bool = False
    """Uncommon letters stand in it as question marks, too."""

    apart: tuple[UUID, ...] = ()
    unshown: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """A sealed object of the vault, as a bundle's writer needs it."""

    name: str
    size: int
    segments: int
    sha256: str
    sealed_sha256: str


@dataclass(frozen=True, slots=True)
class File:
    """One file of the bundle: bytes at hand, or an object that is opened when it is written."""

    path: str
    size: int
    sha256: str
    data: bytes | None = None
    stored: Stored | None = None
    key: WrappedKey | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything but proofs and time-stamps; the ledger binds it by the digest of its list."""

    files: tuple[File, ...]
    evidence: tuple[UUID, ...]
    positions: Mapping[UUID, tuple[int, ...]]
    """Where the entries of each piece stand, its receipt first."""

    closed: frozenset[int] = frozenset()
    """Where the entries stand whose details stay here: a redacted bundle proves them closed."""

    @property
    def listing(self) -> File:
        """The list of these files, whose digest the ledger's entry carries."""
        return listing(CONTENTS, self.files)


@dataclass(frozen=True, slots=True)
class Package:
    """A whole bundle, ready to be written; the manifest is its last file."""

    folder: str
    files: tuple[File, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def at_hand(path: str, data: bytes) -> File:
    """Return a file whose bytes are at hand."""
    return File(path, len(data), hashlib.sha256(data).hexdigest(), data)


def as_json(path: str, value: Mapping[str, Any]) -> File:
    """Return a JSON file in the one form that `check.py` accepts."""
    return at_hand(path, readable(dict(value)))


def portion(at: int) -> int:
    """Return in which file the facts of a piece stand, by its place among the pieces.

    A file for each piece would cost more than all that is written in them; one for all of
    them could be larger than a part that has to fit in a mail.
    """
    return at // PORTION + 1


def listing(path: str, files: tuple[File, ...]) -> File:
    """Return a list of files in the form of `sha256sum`."""
    lines = sorted(f"{file.sha256}  {file.path}\n" for file in files)
    return at_hand(path, "".join(sorted(lines, key=lambda line: line[66:])).encode())


__all__ = [
    "CONTENTS",
    "MANIFEST",
    "Contents",
    "Document",
    "File",
    "HandOver",
    "Package",
    "Paper",
    "Stored",
    "as_json",
    "at_hand",
    "listing",
    "portion",
]
