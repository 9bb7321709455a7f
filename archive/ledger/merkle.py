"""The Merkle tree of RFC 9162 §2.1: hashes, inclusion and consistency proofs. Pure.

A tree is reached through a function `node(level, index)` that returns the hash
of the complete subtree over the leaves `index * 2**level` up to
`(index + 1) * 2**level`; so a proof reads O(log n) of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

NodeReader = Callable[[int, int], bytes]


def leaf_hash(leaf: bytes) -> bytes:
    """Hash one leaf (RFC 9162 §2.1.1): a leading zero byte keeps it apart from inner nodes."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two neighbours into their parent (RFC 9162 §2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Edge:
    """The right edge of a growing tree: the roots of its complete subtrees, largest first.

    It is all that appending needs; at most 64 hashes for any tree.
    """

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if len(hashes) != size.bit_count():
            raise ValueError("an edge holds one hash for each one-bit of the size")
        self.size = size
        self.hashes = list(hashes)

    def append(self, leaf: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Add a leaf hash; yield each inner node that it completes: level, index, hash."""
        index, level, current = self.size, 0, leaf
        while index & 1:
            current = node_hash(self.hashes.pop(), current)
            index >>= 1
            level += 1
            yield level, index, current
        self.hashes.append(current)
        self.size += 1

    def root(self) -> bytes:
        """Return the tree's root hash; the empty tree's is SHA-256 of nothing."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root

    def to_bytes(self) -> bytes:
        """Pack the hashes one after the other."""
        return b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, size: int, packed: bytes) -> Edge:
        """Unpack an edge that `to_bytes` packed; raises `ValueError` on a wrong length."""
        if len(packed) % HASH_SIZE:
            raise ValueError("a packed edge is a whole number of hashes")
        return cls(size, [packed[i : i + HASH_SIZE] for i in range(0, len(packed), HASH_SIZE)])


def root_of(leaves: Iterable[bytes]) -> tuple[int, bytes]:
    """Return size and root over leaf bytes in order, in constant memory.

    The loop is written out flat: a check of a million entries spends its time here.
    """
    sha256 = hashlib.sha256
    stack: list[bytes] = []
    size = 0
    for leaf in leaves:
        current = sha256(b"\x00" + leaf).digest()
        rest = size
        while rest & 1:
            current = sha256(b"\x01" + stack.pop() + current).digest()
            rest >>= 1
        stack.append(current)
        size += 1
    return size, Edge(size, stack).root()


def inclusion_proof(node: NodeReader, index: int, size: int) -> list[bytes]:
    """Return the audit path of a leaf, from the leaf up (RFC 9162 §2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError("the leaf is not in the tree")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _largest_power_below(end - start)
        if index < middle:
            path.append(_range(node, middle, end))
            end = middle
        else:
            path.append(_range(node, start, middle))
            start = middle
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root that proof and leaf hash lead to, or None where the proof is malformed.

    The caller compares it with a root that it trusts (RFC 9162 §2.1.3.2).
    """
    if not 0 <= index < size:
        return None
    position, last, current = index, size - 1, leaf
    for part in proof:
        if last == 0 or len(part) != HASH_SIZE:
            return None
        if position & 1 or position == last:
            current = node_hash(part, current)
            while position and not position & 1:
                position >>= 1
                last >>= 1
        else:
            current = node_hash(current, part)
        position >>= 1
        last >>= 1
    return current if last == 0 else None


def consistency_proof(node: NodeReader, old: int, new: int) -> list[bytes]:
    """Return the proof that the tree of `new` leaves begins with that of `old` (§2.1.4.1)."""
    if not 0 < old <= new:
        raise ValueError("a consistency proof goes from a smaller tree to a larger one")
    path: list[bytes] = []
    start, end, whole = 0, new, True
    while end != old:
        middle = start + _largest_power_below(end - start)
        if old <= middle:
            path.append(_range(node, middle, end))
            end = middle
        else:
            path.append(_range(node, start, middle))
            start, whole = middle, False
    if not whole:
        path.append(_range(node, start, end))
    return path[::-1]


def verify_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether the proof joins both roots (RFC 9162 §2.1.4.2)."""
    if not 0 < old <= new or any(len(part) != HASH_SIZE for part in proof):
        return False
    if old == new:
        return not proof and old_root == new_root
    parts = list(proof)
    if old & (old - 1) == 0:
        parts.insert(0, old_root)
    if not parts:
        return False
    position, last = old - 1, new - 1
    while position & 1:
        position >>= 1
        last >>= 1
    first = second = parts[0]
    for part in parts[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            first, second = node_hash(part, first), node_hash(part, second)
            while position and not position & 1:
                position >>= 1
                last >>= 1
        else:
            second = node_hash(second, part)
        position >>= 1
        last >>= 1
    return last == 0 and first == old_root and second == new_root


def _largest_power_below(count: int) -> int:
    """Return the largest power of two smaller than a count of at least two."""
    return 1 << ((count - 1).bit_length() - 1)


def _range(node: NodeReader, start: int, end: int) -> bytes:
    """Return the hash over the leaves from start to end, from complete subtrees."""
    count = end - start
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return node(level, start >> level)
    middle = start + _largest_power_below(count)
    return node_hash(_range(node, start, middle), _range(node, middle, end))
