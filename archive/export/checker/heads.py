"""Heads of the ledger: the one all proofs lead to, and earlier ones that it grew from."""

from __future__ import annotations

import hashlib

from archive.export.checker.entries import Entry, entries_in, from_hex
from archive.export.checker.findings import Findings, Mismatch
from archive.export.checker.folder import CONTENTS, Folder, listed_in
from archive.export.checker.items import Bundle
from archive.export.checker.notes import Head, head_in
from archive.export.checker.tree import grew_from

FORMAT = "vaern-bundle-1"
EXPORT = "export.made"


def public_key_of(folder: Folder) -> bytes:
    """Return the ledger's public key as it lies in the bundle; raises `Mismatch`."""
    place = "ledger/public-key.txt"
    text = folder.read(place)
    try:
        key = from_hex(text.decode("ascii").rstrip("\n"))
    except ValueError:
        key = b""
    if len(key) != 32 or text != key.hex().encode() + b"\n":
        raise Mismatch(place, "nøglen kan ikke læses", "the key cannot be read")
    return key


def check_export(bundle: Bundle, index: dict[str, object], origin: str) -> Entry:
    """Return the entry of this hand-over: it binds every file but proofs and time-stamps."""
    place = "ledger/export.json"
    entries = entries_in(bundle.json(place), bundle.head, place)
    said = index.get("export")
    entry = entries[-1]
    if len(entries) != 1 or entry.kind != EXPORT or not isinstance(said, dict):
        raise Mismatch(place, "udleveringen står ikke i loggen", "the hand-over is not there")
    facts = entry.facts()
    if index.get("format") != FORMAT or index.get("origin") != origin:
        raise Mismatch("evidence.json", "en anden log eller udgave", "another log or format")
    if entry.details.get("subject") != "export:{}".format(said.get("id")) or any(
        facts.get(name) != said.get(name) for name in ("recipient", "purpose", "redacted")
    ):
        raise Mismatch(
            "evidence.json",
            "modtager eller formål er ikke det, som loggen siger",
            "recipient or purpose is not what the ledger says",
        )
    if hashlib.sha256(bundle.folder.read(CONTENTS)).hexdigest() != facts.get("contents_sha256"):
        raise Mismatch(
            CONTENTS,
            "indholdslisten er ikke den, som loggen bandt",
            "the list of contents is not the one that the ledger bound",
        )
    facts["export"] = said.get("id")
    return entry


def check_contents(bundle: Bundle, findings: Findings) -> None:
    """Compare the list that the ledger binds with the manifest of all files."""
    bundle.sha256(CONTENTS)
    contents = listed_in(bundle.folder, CONTENTS)
    own = ("ledger/", "timestamps/")
    for path in sorted(contents):
        if bundle.listed.get(path) != contents[path]:
            findings.mismatch(
                path,
                "filen er ikke den, som loggen bandt ved udleveringen",
                "the file is not the one that the ledger bound at the hand-over",
            )
    for path in sorted(bundle.listed):
        if path not in contents and path != CONTENTS and path not in bundle.used:
            findings.mismatch(
                path,
                "filen blev lagt til efter udleveringen"
                if not path.startswith(own)
                else "filen bruges ikke til noget",
                "the file was added after the hand-over"
                if not path.startswith(own)
                else "the file serves nothing",
            )


def check_growth(
    bundle: Bundle, origin: str, public_key: bytes, findings: Findings
) -> dict[int, Head]:
    """Return earlier heads by size, each signed and each the beginning of the one at hand."""
    place = "ledger/consistency.json"
    listed = bundle.json(place).get("proofs")
    heads: dict[int, Head] = {}
    for one in listed if isinstance(listed, list) else [None]:
        if not isinstance(one, dict) or set(one) != {"size", "path"}:
            raise Mismatch(place, "filen kan ikke forstås", "the file cannot be understood")
        where = "ledger/heads/{}.txt".format(one["size"])
        bundle.sha256(where)
        head = head_in(bundle.folder.read(where), origin, public_key, where)
        try:
            path = [from_hex(step) for step in one["path"]]
        except (TypeError, ValueError):
            path = [b""]
        new = bundle.head
        if head.size != one["size"] or not grew_from(
            head.size, head.root, new.size, new.root, path
        ):
            raise Mismatch(
                where,
                "loggen er ikke vokset ud af dette hoved: noget er skrevet om",
                "the ledger did not grow from this head: something was rewritten",
            )
        heads[head.size] = head
    if heads:
        findings.fine(
            place,
            f"loggen er vokset ud af {len(heads)} tidligere hoveder uden at blive skrevet om",
            f"the ledger grew from {len(heads)} earlier heads without being rewritten",
        )
    return heads
