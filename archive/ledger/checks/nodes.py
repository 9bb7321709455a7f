"""The stored inner nodes, compared a level at a time with those that the leaves make."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from archive.ledger.checks.findings import Findings, Kind
from archive.ledger.checks.source import Source, number, one

_RANGE = (
    "SELECT number, hash FROM ledger_nodes"
    " WHERE level = :level AND number >= :first AND number < :end ORDER BY number"
)
# ruff: noqa: S608 — the two queries are made of our own words
_JOINED = {
    "sqlite": "SELECT group_concat(hex(hash), ''), sum(number = CAST(number AS INTEGER))"
    f" FROM ({_RANGE})",
    "postgresql": "SELECT upper(string_agg(encode(hash, 'hex'), '' ORDER BY number)), count(*)"
    f" FROM ({_RANGE}) AS nodes",
}
"""All hashes of a range as one text, put together by the database: a row each takes longer."""


class StoredNodes:
    """Names each stored node that is not what it should be."""

    def __init__(self, source: Source, findings: Findings) -> None:
        self._source = source
        self._findings = findings
        self._joined = _JOINED[source.dialect.name]

    def compare(self, levels: list[list[bytes]], start: int) -> None:
        """Compare the levels above some leaves with what is stored."""
        wrong: set[int] = set()
        for level, due in enumerate(levels[1:], 1):
            first = start >> level
            stored = one(self._source, self._joined, level=level, first=first, end=first + len(due))
            if stored and tuple(stored) == (b"".join(due).hex().upper(), len(due)):
                wrong = set()
            else:
                wrong = self._name(due, level, first, wrong)

    def compare_one(self, level: int, place: int, value: bytes) -> None:
        """Compare one node high up."""
        self._name([value], level, place, frozenset())

    def _name(self, due: list[bytes], level: int, first: int, below: AbstractSet[int]) -> set[int]:
        """Name the nodes of a level that differ; returns their numbers.

        A node above one that differs already is not named again: the leaf below
        both is what was changed.
        """
        bounds = {"level": level, "first": first, "end": first + len(due)}
        standing = {
            place: value
            for rows in self._source.stream(_RANGE, len(due), **bounds)
            for place, value in rows
        }
        wrong = {place for place, value in enumerate(due, first) if standing.get(place) != value}
        for place in wrong:
            if not below & {2 * place, 2 * place + 1}:
                state = "does not fit the entries below it" if place in standing else "is missing"
                self._findings.add(
                    Kind.NODE,
                    f"inner node {place} of level {level} {state}",
                    id=f"ledger_nodes:{level}:{place}",
                    position=place << level,
                )
        return wrong

    def find_extra(self, size: int) -> None:
        """Name nodes that no entries stand below; those that are due were all compared."""
        highest = size.bit_length()
        due = sum(size >> level for level in range(1, highest + 1))
        counted = number(self._source, "SELECT count(*) FROM ledger_nodes")
        if counted <= due and not self._findings.found:
            return
        for rows in self._source.stream("SELECT level, number FROM ledger_nodes"):
            for level, place in rows:
                known = isinstance(level, int) and isinstance(place, int) and 0 < level <= highest
                if not known or not 0 <= place < size >> level:
                    self._findings.add(
                        Kind.NODE,
                        f"inner node {place} of level {level} stands above no entries",
                        id=f"ledger_nodes:{level}:{place}",
                    )
