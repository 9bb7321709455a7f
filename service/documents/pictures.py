"""Pictures for paper: our own upright copies, cut where they are too tall for a page, as JPEG.

typst keeps a JPEG's bytes as they are, which is what makes a document of two
hundred pictures quick and small. The digests in a document are those of the
originals; these copies are only for looking at.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from PIL import Image, UnidentifiedImageError

# Pillow loads what decodes a format when it first meets one; the press can read no file by then.
Image.init()

FORMATS: Final = ("WEBP", "PNG", "JPEG")
MOST_PIXELS: Final = 64_000_000
MOST_SLICES: Final = 6

WIDTH, TALLEST, FIRST, PAGE = 164.0, 150.0, 135.0, 222.0
"""Millimetres: across the page; tallest beneath its facts, whole or cut; alone on a page."""

_TALL: Final = 2.6
_SHARPEST: Final = 1400
_DOTS_A_MILLIMETRE: Final = 11.8
_QUALITY: Final = 82
_WORTH_IT: Final = 1.25
"""A picture that is hardly sharper than paper needs is not made smaller: that takes longest."""

_MILLIMETRES_A_DOT: Final = 0.2646
"""A small picture is shown as large as on a screen (96 dots an inch), not blown up."""


@dataclass(frozen=True, slots=True)
class Slice:
    """One picture on paper: its bytes, and its size in millimetres."""

    data: bytes
    width: float
    height: float


class NoPicture(Exception):
    """These bytes are no picture that we make ourselves."""


def slices_of(data: bytes) -> tuple[list[Slice], bool]:
    """Return a picture as it goes on paper, and whether it is whole; raises `NoPicture`."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            if not 0 < opened.width * opened.height <= MOST_PIXELS:
                raise NoPicture(f"{opened.width} by {opened.height}")
            plain = _on_white(opened)
    except (OSError, ValueError, SyntaxError, EOFError, UnidentifiedImageError) as broken:
        raise NoPicture(str(broken)) from broken
    if plain.height <= _TALL * plain.width:
        width = min(WIDTH, plain.width * _MILLIMETRES_A_DOT, TALLEST * plain.width / plain.height)
        return [_slice(plain, width)], True
    cuts = list(_cuts(plain))
    return [_slice(cut, WIDTH) for cut in cuts[:MOST_SLICES]], len(cuts) <= MOST_SLICES


def _cuts(picture: Image.Image) -> Iterator[Image.Image]:
    """Yield parts of a tall picture, from above: one beneath the facts, then pages of their own."""
    top, height = 0, FIRST
    while top < picture.height:
        below = min(top + max(1, int(picture.width * height / WIDTH)), picture.height)
        yield picture.crop((0, top, picture.width, below))
        top, height = below, PAGE


def _slice(picture: Image.Image, width: float) -> Slice:
    height = width * picture.height / picture.width
    dots = min(_SHARPEST, max(1, int(width * _DOTS_A_MILLIMETRE)))
    if picture.width > _WORTH_IT * dots:
        size = (dots, max(1, round(dots * picture.height / picture.width)))
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY, subsampling=0)
    return Slice(out.getvalue(), round(width, 2), round(max(height, 0.5), 2))


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in {"RGB", "L"}:
        return picture.convert("RGB")
    ground = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")
