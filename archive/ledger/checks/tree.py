"""The leaves in their order, every stored inner node, and the roots that stand on them.

Leaves are taken in complete subtrees of 2**11, so that whole levels are
hashed and compared at once, in constant memory.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from archive.ledger import merkle
from archive.ledger.checks.findings import Findings, Kind
from archive.ledger.checks.nodes import StoredNodes
from archive.ledger.checks.source import Source, one

CHUNK_LEVEL = 11
CHUNK = 1 << CHUNK_LEVEL


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
    nodes = StoredNodes(source, findings)
    tree, upper = Tree(), merkle.Edge()
    wanted = sorted({size for size in sizes if size > 0}, reverse=True)
    tree.roots[0] = merkle.EMPTY_ROOT
    start = 0
    tree.whole = _without_a_hole(source, findings)
    if not tree.whole:
        return tree
    for batch in source.stream("SELECT leaf FROM ledger_entries ORDER BY position", CHUNK):
        hashes = _leaf_hashes(batch, start, findings)
        if hashes is None:
            tree.whole = False
            break
        levels = _levels(hashes)
        nodes.compare(levels, start)
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
            nodes.compare_one(level + CHUNK_LEVEL, place, value)
    if tree.whole:
        nodes.find_extra(tree.size)
    return tree


def _without_a_hole(source: Source, findings: Findings) -> bool:
    """Tell whether the positions go from nought without a hole; they are numbers, each once."""
    query = "SELECT count(*), min(position), max(position) FROM ledger_entries"
    count, lowest, highest = one(source, query) or (0, None, None)
    if not count or (lowest == 0 and highest == count - 1):
        return True
    due = 0
    for rows in source.stream("SELECT position FROM ledger_entries ORDER BY position"):
        for (position,) in rows:
            if position != due:
                findings.add(
                    Kind.LEAF_MISSING,
                    f"entry {due} is missing; {position} stands there",
                    position=due,
                )
                return False
            due += 1
    return False


def _leaf_hashes(batch: Sequence[Any], start: int, findings: Findings) -> list[bytes] | None:
    """Hash a batch of leaves; None where one is no bytes."""
    sha256 = hashlib.sha256
    try:
        return [sha256(b"\x00" + leaf).digest() for (leaf,) in batch]
    except TypeError:
        for position, (leaf,) in enumerate(batch, start):
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
    rest, offset = size - start, 0
    if rest == CHUNK:  # the chunk is complete and joins those before it
        edge = merkle.Edge(upper.size, upper.hashes)
        deque(edge.append(levels[CHUNK_LEVEL][0]), maxlen=0)
        return merkle.Edge(size, edge.hashes)
    hashes = list(upper.hashes)
    for level in reversed(range(len(levels))):
        if rest >> level & 1:
            hashes.append(levels[level][offset >> level])
            offset += 1 << level
    return merkle.Edge(size, hashes)
