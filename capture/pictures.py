"""Pictures of a page: lossless tiles as the original, and one crop of them for each post.

Tiles are at most 8,000 px high, since Chromium gives empty or cut pictures of
very high pages without an error (`findings/capture.md` §6); each one's size and
decoding are checked. They are decoded in this process although it touches no
other foreign picture: it is Chromium's browser process that encodes them, from
pixels, so that a page decides what they show but not how they are written.
"""

from __future__ import annotations

import base64
import io
import math
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from capture.errors import PictureUnreadable
from capture.readers.posts import Box

if TYPE_CHECKING:  # it loads slowly, and reports are read where no browser is
    from playwright.async_api import CDPSession

_TILE_HEIGHT = 8_000
_DECODED_AT_ONCE = 2
_CUT_AT_ONCE = 16
# Level 1 is a third faster than zlib's default for a tenth more bytes (measured).
_COMPRESSION = 1


@dataclass(frozen=True, slots=True)
class Tile:
    """A lossless picture of the page from `top` downwards. Sizes in pixels."""

    top: int
    width: int
    height: int
    png: bytes


async def take_tiles(session: CDPSession, *, width: int, height: int) -> list[Tile]:
    """Picture the page from its top, tile by tile.

    Raises:
        PictureUnreadable: a picture is not what was asked for.
    """
    tiles = []
    for top in range(0, height, _TILE_HEIGHT):
        tall = min(_TILE_HEIGHT, height - top)
        answer = await session.send(
            "Page.captureScreenshot",
            {
                "format": "png",
                "optimizeForSpeed": True,
                "captureBeyondViewport": True,
                "clip": {"x": 0, "y": top, "width": width, "height": tall, "scale": 1},
            },
        )
        tiles.append(Tile(top, width, tall, base64.b64decode(answer["data"])))
    return tiles


def tile_names(tiles: Sequence[Tile]) -> list[str]:
    """`page.png` for a single tile, else `page-1.png` and on (DESIGN §5)."""
    if len(tiles) == 1:
        return ["page.png"]
    return [f"page-{number}.png" for number in range(1, len(tiles) + 1)]


class PagePicture:
    """The tiles as one picture to cut from; few of them are decoded at a time."""

    def __init__(self, tiles: Sequence[Tile]) -> None:
        self.tiles = tiles
        self._decoded: dict[int, Image.Image] = {}
        self._unchecked = set(range(len(tiles)))

    def check(self) -> None:
        """Decode every tile that no crop has yet decoded, so that each was looked at once.

        Raises:
            PictureUnreadable: one is empty, broken, or of another size than asked for.
        """
        for nth in sorted(self._unchecked):
            self._tile(nth)

    def crops(self, boxes: Sequence[Box | None]) -> Iterator[bytes | None]:
        """A lossless PNG for each box, in order; compressed on all cores, few in memory at once."""
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            for first in range(0, len(boxes), _CUT_AT_ONCE):
                batch = boxes[first : first + _CUT_AT_ONCE]
                yield from pool.map(_encoded, [box and self._cut(box) for box in batch])

    def crop(self, box: Box) -> bytes | None:
        """A lossless PNG of a box, whole pixels outwards; None where the page has no such place.

        Boxes have fractional edges: floor and ceil, or a row is lost (`findings/capture.md` §6).
        """
        return _encoded(self._cut(box))

    def _cut(self, box: Box) -> Image.Image | None:
        if box.is_empty or not self.tiles:
            return None
        width = self.tiles[0].width
        bottom_of_page = self.tiles[-1].top + self.tiles[-1].height
        left, top = max(0, math.floor(box.x)), max(0, math.floor(box.y))
        right = min(width, math.ceil(box.x + box.width))
        bottom = min(bottom_of_page, math.ceil(box.bottom))
        if right <= left or bottom <= top:
            return None
        picture = Image.new("RGB", (right - left, bottom - top))
        for nth, tile in enumerate(self.tiles):
            upper, lower = max(top, tile.top), min(bottom, tile.top + tile.height)
            if upper < lower:
                part = self._tile(nth).crop((left, upper - tile.top, right, lower - tile.top))
                picture.paste(part, (0, upper - top))
        return picture

    def _tile(self, nth: int) -> Image.Image:
        if nth not in self._decoded:
            while len(self._decoded) >= _DECODED_AT_ONCE:
                del self._decoded[min(self._decoded)]
            self._decoded[nth] = _decode(self.tiles[nth])
            self._unchecked.discard(nth)
        return self._decoded[nth]


def _decode(tile: Tile) -> Image.Image:
    try:
        with Image.open(io.BytesIO(tile.png), formats=["PNG"]) as image:
            if image.size != (tile.width, tile.height):
                raise PictureUnreadable(f"{image.size} instead of {(tile.width, tile.height)}")
            return image.convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise PictureUnreadable("the browser's picture cannot be decoded") from error


def _encoded(picture: Image.Image | None) -> bytes | None:
    if picture is None:
        return None
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=_COMPRESSION)
    return buffer.getvalue()
