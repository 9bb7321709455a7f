"""The bundle's folder: read without trust. No link is followed, no name is believed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from pathlib import Path
from typing import IO

from archive.export.checker.findings import Findings, Mismatch

MANIFEST = "manifest-sha256.txt"
CONTENTS = "contents-sha256.txt"
MOST_TEXT = 256 * 1024 * 1024
MOST_FILES = 2000000
LEFT_BY_SYSTEMS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})

_BLOCK = 1 << 20
_LINE = re.compile(
    r"([0-9a-f]{64})  ([A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)"
)


class Folder:
    """A folder of plain files, each found by walking, never by a name that a file gives."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.sizes: dict[str, int] = {}

    def walk(self, findings: Findings) -> None:
        """Find every plain file; links, pipes and devices are named and left alone."""
        waiting = [("", self.root)]
        while waiting:
            prefix, folder = waiting.pop()
            try:
                with os.scandir(folder) as entries:
                    listed = sorted(entries, key=lambda one: one.name)
            except OSError as failed:
                findings.mismatch(prefix or ".", "mappen kan ikke læses", _why(failed))
                continue
            for entry in listed:
                path = prefix + entry.name
                if not self._one(entry, path, findings):
                    waiting.append((path + "/", entry.path))
                if len(self.sizes) > MOST_FILES:
                    raise Mismatch(
                        ".", "der er alt for mange filer", "there are far too many files"
                    )

    def _one(self, entry: os.DirEntry[str], path: str, findings: Findings) -> bool:
        """Note one entry; False where it is a folder to be walked."""
        try:
            facts = entry.stat(follow_symlinks=False)
        except OSError as failed:
            findings.mismatch(path, "kan ikke læses", _why(failed))
            return True
        if stat.S_ISDIR(facts.st_mode):
            return False
        if stat.S_ISREG(facts.st_mode):
            self.sizes[path] = facts.st_size
        else:
            findings.mismatch(
                path,
                "er ikke en almindelig fil (et link eller en enhed)",
                "is no plain file (a link or a device)",
            )
        return True

    def sha256(self, path: str) -> str:
        """Return the digest of a file, read in little memory; raises `Mismatch`."""
        digest = hashlib.sha256()
        try:
            with self._open(path) as file:
                for block in iter(lambda: file.read(_BLOCK), b""):
                    digest.update(block)
        except OSError as failed:
            raise Mismatch(path, "filen kan ikke læses", _why(failed)) from None
        return digest.hexdigest()

    def read(self, path: str) -> bytes:
        """Return a small file whole; raises `Mismatch`."""
        if path not in self.sizes:
            raise Mismatch(path, "filen mangler", "the file is missing")
        if self.sizes[path] > MOST_TEXT:
            raise Mismatch(path, "filen er alt for stor", "the file is far too large")
        try:
            with self._open(path) as file:
                return file.read(MOST_TEXT)
        except OSError as failed:
            raise Mismatch(path, "filen kan ikke læses", _why(failed)) from None

    def _open(self, path: str) -> IO[bytes]:
        flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        where = Path(self.root, *path.split("/"))
        return os.fdopen(os.open(where, flags | getattr(os, "O_NONBLOCK", 0)), "rb")

    def json(self, path: str) -> dict[str, object]:
        """Return the object that a JSON file of ours holds; raises `Mismatch`."""
        data = self.read(path)
        found = json_object(data, path)
        if readable(found) != data:
            raise Mismatch(path, "filen er skrevet om", "the file was written anew")
        return found


def readable(value: dict[str, object]) -> bytes:
    """Return JSON as the files of a bundle have it: sorted names, a line for each thing listed."""
    lines = [f" {_compact(name)}: {_unfolded(value[name])}" for name in sorted(value)]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode("utf-8", "backslashreplace")


def _unfolded(value: object) -> str:
    if isinstance(value, list) and value:
        return "[\n  " + ",\n  ".join(map(_compact, value)) + "\n ]"
    if isinstance(value, dict) and value:
        pairs = (f"{_compact(name)}: {_compact(value[name])}" for name in sorted(value))
        return "{\n  " + ",\n  ".join(pairs) + "\n }"
    return _compact(value)


_compact = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode


def json_object(data: bytes, place: str) -> dict[str, object]:
    """Read JSON strictly: an object, no name twice, no number beyond all measure."""
    try:
        found = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_once,
            parse_int=_number,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Mismatch(place, "filen kan ikke forstås", "the file cannot be understood")
    return found


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _number(text: str) -> int:
    if len(text) > 20:
        raise ValueError("a number beyond all measure")
    return int(text)


def _no_constant(text: str) -> object:
    raise ValueError(text)


def _why(failed: OSError) -> str:
    return f"cannot be read: {failed.strerror or type(failed).__name__}"


def listed_in(folder: Folder, path: str) -> dict[str, str]:
    """Return digest by path as a list in the form of `sha256sum` has them; raises `Mismatch`."""
    found: dict[str, str] = {}
    try:
        lines = folder.read(path).decode("ascii").split("\n")
    except ValueError:
        raise Mismatch(path, "listen er ikke ren tekst", "the list is no plain text") from None
    if lines.pop() != "":
        raise Mismatch(path, "den sidste linje er ikke hel", "the last line is not whole")
    for line in lines:
        parts = _LINE.fullmatch(line)
        if parts is None or parts.group(2) in found:
            raise Mismatch(
                path,
                "en linje i listen er forkert: " + line[:100],
                "a line of the list is wrong",
            )
        found[parts.group(2)] = parts.group(1)
    return found


def check_files(folder: Folder, findings: Findings) -> dict[str, str]:
    """Compare every file with the manifest: none changed, none missing, none more."""
    listed = listed_in(folder, MANIFEST)
    right = 0
    for path in sorted(listed):
        if path not in folder.sizes:
            findings.mismatch(path, "filen mangler", "the file is missing")
        else:
            right += _check_file(folder, path, listed[path], findings)
    for path in sorted(set(folder.sizes) - set(listed) - {MANIFEST}):
        if path.rpartition("/")[2] in LEFT_BY_SYSTEMS:
            findings.left(
                path,
                "filen er lagt der af styresystemet og hører ikke til bevispakken",
                "the operating system put the file there; it is no part of the bundle",
            )
        else:
            findings.mismatch(
                path,
                "filen hører ikke til bevispakken",
                "the file is more than belongs to the bundle",
            )
    if right == len(listed):
        findings.fine(
            MANIFEST,
            f"{right} filer er som på listen, ingen mangler",
            f"{right} files are as listed, none is missing",
        )
    return listed


def _check_file(folder: Folder, path: str, sha256: str, findings: Findings) -> int:
    try:
        same = folder.sha256(path) == sha256
    except Mismatch as unread:
        findings.wrong.append(unread)
        return 0
    if not same:
        findings.mismatch(path, "indholdet er ændret", "the content has changed")
    return int(same)
