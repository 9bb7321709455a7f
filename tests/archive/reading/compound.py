"""Compound files as Outlook writes them ([MS-CFB]): a header, sectors, a tree of names."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

Tree = Mapping[str, "bytes | Tree"]

_SECTOR: Final = 512
_SMALL: Final = 4096
_END, _FAT, _NONE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass
class _Entry:
    name: str
    kind: int
    start: int = _END
    size: int = 0
    right: int = _NONE
    child: int = _NONE

    def packed(self) -> bytes:
        name = self.name.encode("utf-16-le")
        # Every tree of names is a chain to the right: allowed, if not how Outlook balances it.
        return (
            name.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(name) + 2, self.kind, 1, _NONE, self.right, self.child)
            + bytes(36)
            + struct.pack("<IQ", self.start, self.size)
        )


def compound(tree: Tree) -> bytes:
    """Return a compound file of streams and storages; streams are filled up to 4096 bytes."""
    sectors: list[bytes] = []
    fat: list[int] = []

    def place(data: bytes) -> int:
        first = len(sectors)
        count = -(-len(data) // _SECTOR)
        for number in range(count):
            sectors.append(data[number * _SECTOR : (number + 1) * _SECTOR].ljust(_SECTOR, b"\0"))
            fat.append(first + number + 1 if number + 1 < count else _END)
        return first

    entries = [_Entry("Root Entry", 5)]

    def fill(parent: int, branch: Tree) -> None:
        before = None
        for name in sorted(branch, key=lambda name: (len(name), name.upper())):
            within, number = branch[name], len(entries)
            entry = _Entry(name, 2 if isinstance(within, bytes) else 1)
            entries.append(entry)
            if before is None:
                entries[parent].child = number
            else:
                entries[before].right = number
            before = number
            if isinstance(within, bytes):
                # Smaller ones would have to lie in the stream of small ones.
                data = within.ljust(_SMALL, b"\0")
                entry.start, entry.size = place(data), len(data)
            else:
                fill(number, within)

    fill(0, tree)
    directory = b"".join(entry.packed() for entry in entries)
    blank = _Entry("", 0).packed()
    directory += blank * (-len(entries) % 4)
    first = place(directory)
    count = 1
    while count * 128 < len(fat) + count:
        count += 1
    table = len(sectors)
    fat += [_FAT] * count
    packed = struct.pack(f"<{len(fat)}I", *fat).ljust(count * _SECTOR, b"\xff")
    sectors += [packed[at : at + _SECTOR] for at in range(0, len(packed), _SECTOR)]
    places = [table + number for number in range(count)] + [_NONE] * (109 - count)
    head = _MAGIC + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, count, first, 0, _SMALL, _END, 0, _END, 0)
    return head + struct.pack("<109I", *places) + b"".join(sectors)
