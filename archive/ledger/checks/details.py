"""The details of each entry against its leaf, and what they say of rows and erasures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from archive.ledger.checks.findings import Findings, Kind
from archive.ledger.checks.scratch import Scratch
from archive.ledger.checks.source import Cells, Garbled, Source
from archive.ledger.entries import ERASED, Leaf, commitment
from archive.records.columns import timestamp
from archive.records.ledger import LedgerDetailRecord
from archive.vault.vault import segment_name

_COLUMNS = ("position", "kind", "at", "subject", "case_id", "actor", "salt", "details")


def check_details(source: Source, findings: Findings, scratch: Scratch) -> int:
    """Check every entry's details; returns how many entries there are."""
    cells = Cells(source, LedgerDetailRecord.__table__, _COLUMNS)
    columns = ", ".join(f"d.{name}" for name in cells.sql.split(", "))
    query = (
        f"SELECT e.position, e.leaf, {columns} FROM ledger_entries e"  # noqa: S608 — our own names
        " LEFT JOIN ledger_details d ON d.position = e.position ORDER BY e.position"
    )
    entries = 0
    for rows in source.stream(query):
        spoken: list[tuple[str, int, str | None]] = []
        for position, leaf, *row in rows:
            if row[0] is None:
                scratch.lack([position])
                continue
            try:
                facts = _facts(leaf, cells.read(row))
                spoken.extend((str(k), position, digest) for k, digest in facts["rows"].items())
                if facts["kind"] == ERASED:
                    _note_erasure(scratch, position, facts["facts"])
            except _Wrong as wrong:
                findings.add(wrong.kind, str(wrong), position=position)
            except Garbled as garbled:
                findings.add(Kind.DETAILS, str(garbled), position=position)
            except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
                findings.add(Kind.DETAILS, "the details cannot be read", position=position)
        scratch.say(spoken)
        entries += len(rows)
        findings.advance(len(rows))
    _without_leaf(source, findings)
    _erasures(findings, scratch)
    return entries


class _Wrong(Exception):
    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def _facts(leaf: Any, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the details that a leaf binds; raises `_Wrong`."""
    try:
        standing = Leaf.from_bytes(leaf)
    except (ValueError, AttributeError) as bad:
        raise _Wrong(Kind.LEAF, "the leaf is not one of this ledger") from bad
    text: str = values["details"]
    if commitment(values["salt"], text.encode()) != standing.commitment:
        raise _Wrong(Kind.DETAILS, "the details are not those of the leaf")
    facts: Mapping[str, Any] = json.loads(text)
    if not _agrees(values, facts, standing):
        raise _Wrong(Kind.DETAILS, "the columns say something else than the details")
    return facts


def _note_erasure(scratch: Scratch, position: int, erased: Mapping[str, Any]) -> None:
    scratch.erase(
        position,
        [f"evidence:{one}" for one in erased["evidence"]],
        erased["positions"],
        [segment_name(name, n) for name, count in erased["objects"] for n in range(count)],
    )


def _agrees(values: Mapping[str, Any], facts: Mapping[str, Any], leaf: Leaf) -> bool:
    """Tell whether the columns that can be searched repeat what the details say."""
    case = values["case_id"]
    said = (facts["kind"], facts["at"], facts["actor"], facts["subject"], facts["case"])
    shown = (
        values["kind"],
        timestamp(values["at"]),
        values["actor"],
        values["subject"],
        None if case is None else str(case),
    )
    return said == shown and (leaf.kind, leaf.at) == shown[:2]


def _without_leaf(source: Source, findings: Findings) -> None:
    query = (
        "SELECT position FROM ledger_details"
        " WHERE position NOT IN (SELECT position FROM ledger_entries)"
    )
    for rows in source.stream(query):
        for (position,) in rows:
            findings.add(Kind.DETAILS, "there are details but no entry", position=position)


def _erasures(findings: Findings, scratch: Scratch) -> None:
    for position in scratch.unexplained():
        findings.add(
            Kind.DETAILS_MISSING, "the details are gone and no entry says why", position=position
        )
    for position, by in scratch.still_there():
        findings.add(
            Kind.NOT_ERASED, f"entry {by} says that these details were erased", position=position
        )
