"""Making a picture fit to be read: how large, which way dark and light, in which pieces."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageChops

MOST_PIXELS: Final = 8_000_000
"""Of a photograph; a tall screenshot is cut instead of made smaller."""

TALL: Final = 3.0
LONGEST: Final = 3_000
SHORTEST: Final = 1_800
MOST_TILES: Final = 60
_DARK: Final = 110
_SMALLEST: Final = 24
"""So many pixels high should a line be; smaller ones are made larger before they are read."""

_LARGEST_SCALE: Final = 3.0


@dataclass(frozen=True, slots=True)
class Tile:
    """A piece of the picture as it is read, and where it lies: `top` in pixels before scaling."""

    picture: Image.Image
    top: int


def fitted(grey: Image.Image) -> tuple[Image.Image, float]:
    """Return the picture small enough to be read in time, and its scale."""
    count = grey.width * grey.height
    if count <= MOST_PIXELS or grey.height > TALL * grey.width:
        return grey, 1.0
    scale = (MOST_PIXELS / count) ** 0.5
    size = (max(1, round(grey.width * scale)), max(1, round(grey.height * scale)))
    return grey.resize(size, Image.Resampling.LANCZOS), scale


def tiles_of(grey: Image.Image) -> Iterator[Tile]:
    """Cut a tall picture between its lines, each piece dark on light."""
    top = 0
    for bottom in _cuts(grey):
        yield Tile(_dark_on_light(grey.crop((0, top, grey.width, bottom))), top)
        top = bottom


def count_of(grey: Image.Image) -> int:
    """Return in how many pieces a picture is read."""
    return len(_cuts(grey))


def scale_for(line_height: float) -> float:
    """Return by how much a picture whose lines are so high should be made larger."""
    if line_height <= 0 or line_height >= _SMALLEST:
        return 1.0
    return min(_LARGEST_SCALE, round(1.5 * _SMALLEST / line_height, 1))


def _cuts(grey: Image.Image) -> list[int]:
    """Return the lower edges of the pieces: where a row differs least from the next."""
    if grey.height <= LONGEST:
        return [grey.height]
    # How much happens in each row: the sum of steps from left to right, as a column of averages.
    steps = ImageChops.difference(grey, ImageChops.offset(grey, 1, 0))
    rows = steps.resize((1, grey.height), Image.Resampling.BOX).tobytes()
    cuts, top = [], 0
    while grey.height - top > LONGEST:
        window = rows[top + SHORTEST : top + LONGEST]
        quiet = min(range(len(window)), key=lambda place: (window[place], -place))
        top += SHORTEST + quiet
        cuts.append(top)
    return [*cuts, grey.height]


def _dark_on_light(grey: Image.Image) -> Image.Image:
    counts = grey.histogram()
    half, seen = grey.width * grey.height / 2, 0
    for value, count in enumerate(counts):
        seen += count
        if seen >= half:
            return ImageChops.invert(grey) if value < _DARK else grey
    return grey
