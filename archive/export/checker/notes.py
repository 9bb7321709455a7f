"""Signed notes (C2SP tlog-checkpoint): what the ledger's own key says its size and root are."""

from __future__ import annotations

import base64
import binascii
import hashlib

from archive.export.checker.ed25519 import ed25519_holds
from archive.export.checker.findings import Mismatch
from archive.export.checker.tree import HASH_SIZE

MOST_ENTRIES = 1 << 53


class Head:
    """A signed statement: the log of `origin` had `size` entries under `root`."""

    def __init__(self, origin: str, size: int, root: bytes) -> None:
        self.origin = origin
        self.size = size
        self.root = root


def _base64(text: str) -> bytes:
    """Decode base64 that is written in the one way it can be."""
    data = base64.b64decode(text.encode("ascii"), validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not the canonical form")
    return data


def head_in(note: bytes, origin: str, public_key: bytes, place: str) -> Head:
    """Return the head that a note states, its signature checked; raises `Mismatch`."""
    try:
        text, head, signatures = _note_parts(note)
    except (ValueError, binascii.Error):
        raise Mismatch(
            place, "hovedet er ikke en underskrevet note", "the head is no signed note"
        ) from None
    if head.origin != origin:
        raise Mismatch(place, "hovedet hører til en anden log", "the head is another log's")
    key_line = origin.encode("utf-8") + b"\n\x01" + public_key
    name = hashlib.sha256(key_line).digest()[:4]
    for signer, blob in signatures:
        if signer == origin and blob[:4] == name and ed25519_holds(public_key, text, blob[4:]):
            return head
    raise Mismatch(
        place,
        "underskriften er ikke lavet med nøglen i ledger/public-key.txt",
        "the signature is not that of the key in ledger/public-key.txt",
    )


def _note_parts(note: bytes) -> tuple[bytes, Head, list[tuple[str, bytes]]]:
    text, separator, rest = note.decode("utf-8").partition("\n\n")
    lines = text.split("\n")
    if not separator or len(lines) != 3 or not rest.endswith("\n"):
        raise ValueError("not three lines, an empty one, and signatures")
    if not lines[1].isdigit() or not lines[1].isascii() or len(lines[1]) > 16:
        raise ValueError("the size is no number")
    if str(int(lines[1])) != lines[1] or int(lines[1]) > MOST_ENTRIES:
        raise ValueError("the size is no number")
    root = _base64(lines[2])
    if len(root) != HASH_SIZE:
        raise ValueError("the root is no hash")
    signatures = []
    for line in rest[:-1].split("\n"):
        dash, name, encoded = line.split(" ")
        if dash != "—":
            raise ValueError("not a signature line")
        signatures.append((name, _base64(encoded)))
    return (text + "\n").encode("utf-8"), Head(lines[0], int(lines[1]), root), signatures
