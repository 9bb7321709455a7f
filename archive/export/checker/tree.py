"""The Merkle tree of RFC 9162 §2.1: a leaf stands under a root, a small tree begins a large one."""

from __future__ import annotations

import hashlib

HASH_SIZE = 32


def hash_of_leaf(leaf: bytes) -> bytes:
    """Hash a leaf (§2.1.1)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def _parent(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_above(leaf_hash: bytes, position: int, size: int, path: list[bytes]) -> bytes | None:
    """Return the root to which an audit path leads (§2.1.3.2); None where it is malformed."""
    if not 0 <= position < size:
        return None
    last, current = size - 1, leaf_hash
    for part in path:
        if last == 0 or len(part) != HASH_SIZE:
            return None
        if position & 1 or position == last:
            current = _parent(part, current)
            while position and not position & 1:
                position >>= 1
                last >>= 1
        else:
            current = _parent(current, part)
        position >>= 1
        last >>= 1
    return current if last == 0 else None


def grew_from(old: int, old_root: bytes, new: int, new_root: bytes, path: list[bytes]) -> bool:
    """Tell whether the tree of `new` leaves begins with that of `old` (§2.1.4.2)."""
    if not 0 < old <= new or any(len(part) != HASH_SIZE for part in path):
        return False
    if old == new:
        return not path and old_root == new_root
    parts = [old_root, *path] if old & (old - 1) == 0 else list(path)
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
            first, second = _parent(part, first), _parent(part, second)
            while position and not position & 1:
                position >>= 1
                last >>= 1
        else:
            second = _parent(second, part)
        position >>= 1
        last >>= 1
    return last == 0 and first == old_root and second == new_root
