"""Audit paths of many entries under one head: the nodes that they share are read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import reduce

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.ledger import merkle
from archive.records.ledger import LedgerEntryRecord, LedgerNodeRecord

_MANY = 400
_Node = tuple[int, int]


class Tree:
    """The ledger's tree at one size; complete subtrees are stored nodes, by level and number."""

    def __init__(self, session: Session, size: int) -> None:
        self._session = session
        self._size = size
        self._nodes: dict[_Node, bytes] = {}
        self._tails: dict[int, bytes] = {}

    def gather(
        self, positions: Sequence[int], olds: Sequence[int]
    ) -> tuple[dict[int, list[bytes]], dict[int, list[bytes]]]:
        """Return the audit path of each position, and the consistency proof from each old size."""
        siblings = {one: list(self._siblings(one)) for one in positions}
        wanted: set[_Node] = set()

        def ask(level: int, number: int) -> bytes:
            wanted.add((level, number))
            return b""

        for some in siblings.values():
            wanted.update(some)
        for start in self._cut_off(wanted):
            wanted.update(self._pieces(start))
        for old in olds:
            merkle.consistency_proof(ask, old=old, new=self._size)
        self._load(wanted)
        paths = {one: [self._hash(*node) for node in some] for one, some in siblings.items()}
        growth = {
            old: merkle.consistency_proof(self._hash, old=old, new=self._size) for old in olds
        }
        return paths, growth

    def _siblings(self, index: int) -> Iterator[_Node]:
        """Yield what stands beside a leaf and each node above it (RFC 9162 §2.1.3.1)."""
        last, level = self._size - 1, 0
        while last:
            if index & 1 or index < last:
                yield level, index ^ 1
            index, last, level = index >> 1, last >> 1, level + 1

    def _cut_off(self, nodes: set[_Node]) -> set[int]:
        """Take out the subtrees that the end of the log cuts off; return where each begins."""
        cut = {(level, number) for level, number in nodes if (number + 1) << level > self._size}
        nodes -= cut
        return {number << level for level, number in cut}

    def _pieces(self, start: int) -> Iterator[_Node]:
        """Yield the complete subtrees from a leaf to the end, the largest first."""
        while start < self._size:
            level = (self._size - start).bit_length() - 1
            yield level, start >> level
            start += 1 << level

    def _hash(self, level: int, number: int) -> bytes:
        found = self._nodes.get((level, number))
        return self._tail(number << level) if found is None else found

    def _tail(self, start: int) -> bytes:
        """Return the hash over the leaves from `start` to the end (§2.1.1)."""
        if start not in self._tails:
            *above, last = (self._nodes[one] for one in self._pieces(start))
            self._tails[start] = reduce(
                lambda right, left: merkle.node_hash(left, right), reversed(above), last
            )
        return self._tails[start]

    def _load(self, wanted: set[_Node]) -> None:
        by_level: dict[int, list[int]] = defaultdict(list)
        for level, number in sorted(wanted):
            by_level[level].append(number)
        for number, leaf in leaves_at(self._session, by_level.pop(0, [])):
            self._nodes[0, number] = merkle.leaf_hash(leaf)
        for level, numbers in by_level.items():
            for some in batches(numbers):
                query = select(LedgerNodeRecord.number, LedgerNodeRecord.hash).where(
                    LedgerNodeRecord.level == level, LedgerNodeRecord.number.in_(some)
                )
                self._nodes.update({(level, n): h for n, h in self._session.execute(query)})


def leaves_at(session: Session, positions: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Yield the stored bytes of leaves with their positions."""
    for some in batches(positions):
        query = select(LedgerEntryRecord.position, LedgerEntryRecord.leaf)
        rows = session.execute(query.where(LedgerEntryRecord.position.in_(some)))
        yield from ((position, leaf) for position, leaf in rows)


def batches(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield numbers in portions that fit in one query."""
    for start in range(0, len(numbers), _MANY):
        yield numbers[start : start + _MANY]
