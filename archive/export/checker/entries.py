"""Entries of the ledger as a bundle holds them: leaf, opened commitment, place under the head."""

from __future__ import annotations

import hashlib
import json

from archive.export.checker.findings import Mismatch
from archive.export.checker.folder import json_object
from archive.export.checker.notes import Head
from archive.export.checker.tree import hash_of_leaf, root_above

LEAF_VERSION = "vaern-ledger-leaf-1"


class Entry:
    """One entry that stands under the signed head, its details those that it was made with.

    Where it is closed there are none: its kind and moment are proven, and nothing else told.
    """

    def __init__(
        self, position: int, kind: str, at: str, details: dict[str, object], *, closed: bool
    ) -> None:
        self.position = position
        self.kind = kind
        self.at = at
        self.details = details
        self.closed = closed

    def facts(self) -> dict[str, object]:
        """Return what the entry says besides kind, time, actor and subject."""
        facts = self.details.get("facts")
        return facts if isinstance(facts, dict) else {}

    def rows(self) -> dict[str, object]:
        """Return the digests of the rows that the entry speaks for."""
        rows = self.details.get("rows")
        return rows if isinstance(rows, dict) else {}


def from_hex(text: object) -> bytes:
    """Read hexadecimal that is written in the one way it can be; raises `ValueError`."""
    data = bytes.fromhex(text) if isinstance(text, str) else b""
    if data.hex() != text:
        raise ValueError("not hexadecimal")
    return data


def canonical(value: object) -> bytes:
    """Return the one byte form of a JSON value: sorted names, no spaces, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def entries_in(
    found: dict[str, object], head: Head, place: str, *, may_close: bool = False
) -> list[Entry]:
    """Return the entries of a proof file in their order, each checked; raises `Mismatch`.

    Only where `may_close` says so may the details of one be left out.
    """
    listed = found.get("entries")
    if set(found) != {"entries"} or not isinstance(listed, list) or not listed:
        raise Mismatch(place, "der er ingen poster i filen", "there are no entries in the file")
    entries = [_entry(one, head, place, may_close=may_close) for one in listed]
    positions = [entry.position for entry in entries]
    if positions != sorted(set(positions)):
        raise Mismatch(place, "posterne står ikke i orden", "the entries are not in order")
    return entries


def _entry(one: object, head: Head, place: str, *, may_close: bool) -> Entry:
    if not isinstance(one, dict):
        raise Mismatch(place, "en post er ikke hel", "an entry is not whole")
    closed = may_close and set(one) == {"position", "leaf", "path"}
    if not closed and set(one) != {"position", "leaf", "salt", "details", "path"}:
        raise Mismatch(place, "en post er ikke hel", "an entry is not whole")
    position, leaf = one["position"], one["leaf"]
    if type(position) is not int or not isinstance(leaf, str):
        raise Mismatch(place, "en post er ikke hel", "an entry is not whole")
    where = f"{place}, post/entry {position}"
    try:
        path = [from_hex(step) for step in one["path"]]
        parts = leaf.split("\n")
        leaf_bytes = leaf.encode("utf-8")
    except (TypeError, ValueError):
        raise Mismatch(where, "posten kan ikke forstås", "the entry cannot be read") from None
    if root_above(hash_of_leaf(leaf_bytes), position, head.size, path) != head.root:
        raise Mismatch(
            where,
            "posten står ikke under loggens underskrevne hoved",
            "the entry does not stand under the ledger's signed head",
        )
    if len(parts) != 5 or parts[0] != LEAF_VERSION or parts[4]:
        raise Mismatch(where, "posten kan ikke forstås", "the entry cannot be read")
    details = {} if closed else _opened(one, parts, where)
    return Entry(position, parts[1], parts[2], details, closed=closed)


def _opened(one: dict[str, object], parts: list[str], where: str) -> dict[str, object]:
    """Return the details to which a leaf is committed; raises `Mismatch`."""
    details = one["details"]
    try:
        salt = from_hex(one["salt"])
        details_bytes = details.encode("utf-8") if isinstance(details, str) else b""
    except ValueError:
        raise Mismatch(where, "posten kan ikke forstås", "the entry cannot be read") from None
    if hashlib.sha256(salt + details_bytes).hexdigest() != parts[3]:
        raise Mismatch(
            where,
            "oplysningerne er ikke dem, som posten blev lavet med",
            "the details are not those that the entry was made with",
        )
    opened = json_object(details_bytes, where)
    if (opened.get("kind"), opened.get("at")) != (parts[1], parts[2]):
        raise Mismatch(where, "posten modsiger sig selv", "the entry contradicts itself")
    return opened
