"""The leaves in their order, every stored inner node, and the roots that stand on them.

Leaves are taken in complete subtrees of 2**14, so that whole levels are
hashed and compared at once, in constant memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from archive.ledger import merkle
from archive.ledger.checks.findings import Findings, Kind
from archive.ledger.checks.source import Source, number

CHUNK_LEVEL = 14
CHUNK = 1 << CHUNK_LEVEL
_NODES = (
    "SELECT number, hash FROM ledger_nodes"
    " WHERE level = :level AND number >= :first AND number < :end ORDER BY number"
)


@dataclass
class Tree:
    """The tree as recomputed from the stored leaves; `whole` is False where a leaf is missing."""

    size: int = 0
    edge: bytes = b""
    root: bytes = merkle.EMPTY_ROOT
    whole: bool = True
    roots: dict[int, bytes] = field(default_factory=dict)
    """Roots at the earlier sizes that were asked for."""


def check_tree(source: Source, findings: Findings, sizes: Iterable[int] = ()) -> Tree:
    """Recompute the tree from the leaf bytes and compare every stored node with it."""
    tree, upper = Tree(), merkle.Edge()
    wanted = sorted({size for size in sizes if size > 0}, reverse=True)
    tree.roots[0] = merkle.EMPTY_ROOT
    start = 0
    for batch in source.stream(
        "SELECT position, leaf FROM ledger_entries ORDER BY position", CHUNK
    ):
        hashes = _leaf_hashes(batch, start, findings)
        if hashes is None:
            tree.whole = False
            break
        levels = _levels(hashes)
        _compare(source, findings, levels, start)
        while wanted and wanted[-1] <= start + len(hashes):
            size = wanted.pop()
            tree.roots[size] = _root_at(upper, levels, start, size).root()
        edge = _root_at(upper, levels, start, start + len(hashes))
        tree.size, tree.edge, tree.root = edge.size, edge.to_bytes(), edge.root()
        start += len(hashes)
        findings.advance(len(hashes))
        if len(hashes) < CHUNK:
            continue
        for level, place, value in upper.append(levels[CHUNK_LEVEL][0]):
            _compare_level(source, findings, [value], level=level + CHUNK_LEVEL, first=place)
    if tree.whole:
        _extra_nodes(source, findings, tree.size)
    return tree


def _leaf_hashes(batch: Sequence[Any], start: int, findings: Findings) -> list[bytes] | None:
    """Hash a batch of leaves; None where the positions do not go on without a hole."""
    positions = [row[0] for row in batch]
    if positions != list(range(start, start + len(batch))):
        due = next(d for d, (p, _) in enumerate(batch, start) if p != d)
        found = positions[due - start]
        findings.add(
            Kind.LEAF_MISSING, f"entry {due} is missing; {found} stands there", position=due
        )
        return None
    sha256 = hashlib.sha256
    try:
        return [sha256(b"\x00" + leaf).digest() for _, leaf in batch]
    except TypeError:
        for position, leaf in batch:
            if not isinstance(leaf, bytes):
                findings.add(Kind.LEAF, "the leaf is no bytes", position=position)
        return None


def _levels(hashes: list[bytes]) -> list[list[bytes]]:
    sha256 = hashlib.sha256
    levels = [hashes]
    while len(below := levels[-1]) > 1:
        pairs = zip(below[::2], below[1::2], strict=False)  # an odd last one waits for its sibling
        levels.append([sha256(b"\x01" + left + right).digest() for left, right in pairs])
    return levels


def _root_at(upper: merkle.Edge, levels: list[list[bytes]], start: int, size: int) -> merkle.Edge:
    """Return the edge of the tree at a size that lies within the present chunk."""
    hashes, offset, rest = list(upper.hashes), 0, size - start
    for level in reversed(range(len(levels))):
        if rest >> level & 1:
            hashes.append(levels[level][offset >> level])
            offset += 1 << level
    return merkle.Edge(size, hashes)


def _compare(source: Source, findings: Findings, levels: list[list[bytes]], start: int) -> None:
    wrong: set[int] = set()
    for level, due in enumerate(levels[1:], 1):
        wrong = _compare_level(
            source, findings, due, level=level, first=start >> level, below=wrong
        )


def _compare_level(
    source: Source,
    findings: Findings,
    due: list[bytes],
    *,
    level: int,
    first: int,
    below: AbstractSet[int] = frozenset(),
) -> set[int]:
    """Compare one level; returns the numbers that differ.

    A node above one that differs already is not named again: the leaf below
    both is what was changed.
    """
    stored = [
        (row[0], row[1])
        for rows in source.stream(_NODES, CHUNK, level=level, first=first, end=first + len(due))
        for row in rows
    ]
    if [value for _, value in stored] == due and all(
        later == earlier + 1 for (earlier, _), (later, _) in pairwise(stored)
    ):
        return set()
    standing = dict(stored)
    wrong = {place for place, value in enumerate(due, first) if standing.get(place) != value}
    for place in wrong:
        if not below & {2 * place, 2 * place + 1}:
            state = "does not fit the entries below it" if place in standing else "is missing"
            findings.add(
                Kind.NODE,
                f"inner node {place} of level {level} {state}",
                id=f"ledger_nodes:{level}:{place}",
                position=place << level,
            )
    return wrong


def _extra_nodes(source: Source, findings: Findings, size: int) -> None:
    """Name stored nodes that no entries stand below; those that are due were all compared."""
    highest = size.bit_length()
    due = sum(size >> level for level in range(1, highest + 1))
    if number(source, "SELECT count(*) FROM ledger_nodes") <= due and not findings.found:
        return
    for rows in source.stream("SELECT level, number FROM ledger_nodes"):
        for level, place in rows:
            known = isinstance(level, int) and isinstance(place, int) and 0 < level <= highest
            if not known or not 0 <= place < size >> level:
                findings.add(
                    Kind.NODE,
                    f"inner node {place} of level {level} stands above no entries",
                    id=f"ledger_nodes:{level}:{place}",
                )
