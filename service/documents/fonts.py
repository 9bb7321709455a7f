"""The fonts of our documents, and which characters each can show (OpenType 1.9, table `cmap`)."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path
from typing import Final

PACKAGES: Final = Path(__file__).resolve().parents[2] / "node_modules"

FAMILIES: Final = (
    "IBM Plex Sans",
    "DejaVu Sans Mono",
    "Noto Emoji",
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
)
"""In this order a character is looked for; the first font that has it shows it."""

BUILT_IN: Final = frozenset((*range(0x2190, 0x2200), *range(0x2500, 0x2600)))
"""What we take from DejaVu Sans Mono, which typst itself brings: arrows, boxes and blocks."""

_FOLDERS: Final = (
    "dkfds/src/fonts/IBMPlexSans/complete/ttf",
    "@expo-google-fonts/noto-emoji/400Regular",
    "@expo-google-fonts/noto-sans-arabic/400Regular",
    "@expo-google-fonts/noto-sans-hebrew/400Regular",
)
_REGULAR: Final = (
    "IBMPlexSans-Regular.ttf",
    "NotoEmoji_400Regular.ttf",
    "NotoSansArabic_400Regular.ttf",
    "NotoSansHebrew_400Regular.ttf",
)
_SEGMENTS, _GROUPS = 4, 12
_LAST_OF_PLANE: Final = 0xFFFF
_NONE: Final[frozenset[int]] = frozenset()


class FontsMissing(Exception):
    """The font that every document is set in is not installed."""

    code = "fonts_missing"


def font_folders(packages: Path = PACKAGES) -> list[Path]:
    """Return the folders that typst may read fonts from; raises `FontsMissing`."""
    if not (packages / _FOLDERS[0] / _REGULAR[0]).is_file():
        raise FontsMissing(str(packages / _FOLDERS[0]))
    return [packages / one for one in _FOLDERS if (packages / one).is_dir()]


@cache
def coverage(packages: Path = PACKAGES) -> tuple[frozenset[int], ...]:
    """Return the code points of each family, in the order of `FAMILIES`; one missing has none."""
    paths = [packages / folder / name for folder, name in zip(_FOLDERS, _REGULAR, strict=True)]
    found = [characters_of(path.read_bytes()) if path.is_file() else _NONE for path in paths]
    return (found[0], BUILT_IN, *found[1:])


def characters_of(font: bytes) -> frozenset[int]:
    """Return the code points that a TrueType font has a glyph for."""
    table = _table(font, b"cmap")
    found: set[int] = set()
    for number in range(_number(table, 2, 2)):
        start = _number(table, 4 + 8 * number + 4, 4)
        kind = _number(table, start, 2)
        if kind == _SEGMENTS:
            found |= _by_segments(table[start:])
        elif kind == _GROUPS:
            found |= _by_groups(table[start:])
    return frozenset(found)


def _table(font: bytes, wanted: bytes) -> bytes:
    for number in range(_number(font, 4, 2)):
        tag, _, start, length = struct.unpack_from(">4sIII", font, 12 + 16 * number)
        if tag == wanted:
            return font[start : start + length]
    return b"\0" * 4


def _number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big")


def _by_segments(table: bytes) -> set[int]:
    """Format 4: segments of the first plane, each by a shift or by a list of glyphs."""
    count = _number(table, 6, 2) // 2
    found: set[int] = set()
    for one in range(count):
        end = _number(table, 14 + 2 * one, 2)
        start = _number(table, 16 + 2 * (count + one), 2)
        shift = _number(table, 16 + 2 * (2 * count + one), 2)
        at = 16 + 2 * (3 * count + one)
        offset = _number(table, at, 2)
        for point in range(start, end + 1):
            glyph = point
            if offset:
                glyph = _number(table, at + offset + 2 * (point - start), 2)
                if not glyph:
                    continue
            if point != _LAST_OF_PLANE and (glyph + shift) & 0xFFFF:
                found.add(point)
    return found


def _by_groups(table: bytes) -> set[int]:
    """Format 12: groups of code points of all planes."""
    found: set[int] = set()
    for one in range(_number(table, 12, 4)):
        start, end, glyph = struct.unpack_from(">III", table, 16 + 12 * one)
        found.update(point for point in range(start, end + 1) if glyph + point - start)
    return found
