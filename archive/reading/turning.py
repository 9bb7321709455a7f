"""Which way the text of a picture lies: asked only where it could not be read as it stands.

A photograph of a letter lies on its side, a screenshot was taken of a turned
telephone, a page was laid askew on the glass. A window of the picture is read
in the directions that its lines allow, and the best of them counts.
"""

import math
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from archive.reading.words import GATE, Line, Word, mean_confidence

SURE: Final = 85.0
"""From this mean confidence nobody asks whether the picture lies the wrong way."""

_WINDOW: Final = 1_600
_SMALL: Final = 600
_STEP: Final = 2.0
_FINE: Final = 0.5
_LEAST_LEAN: Final = 3.0
"""Degrees that the engine straightens by itself."""

_SHARPER: Final = 1.25
_WORD: Final = 3
_FEW: Final = 6
_ENOUGH: Final = 24
_MARGIN: Final = 1.5

Read = Callable[[Image.Image], Sequence[Line]]


def is_doubtful(lines: Sequence[Line]) -> bool:
    """Whether lines may be those of a picture that lies the wrong way."""
    words = _long_words(lines)
    if not words or mean_confidence(_words(lines)) < SURE:
        return True
    return sum(_is_tall(word) for word in words) * 2 > len(words)


def best_turn(grey: Image.Image, lines: Sequence[Line], read: Read) -> float:
    """Return by how many degrees against the clock the picture is to be turned; 0.0 for none.

    Args:
        grey: the picture as it stands.
        lines: what was read in it so; another direction must give clearly more.
        read: reads a small picture.
    """
    window = _busiest(grey)
    best, most = 0.0, max(_FEW, _MARGIN * _worth(lines))
    for angle in _directions(window):
        found = read(turned(window, angle))
        worth = _worth(found)
        if worth > most:
            best, most = angle, worth
        if worth >= _ENOUGH and not is_doubtful(found):
            return angle
    return best


def turned(grey: Image.Image, angle: float) -> Image.Image:
    """Return a picture turned against the clock, whole, its new corners like its ground."""
    return grey.rotate(
        angle, Image.Resampling.BICUBIC, expand=True, fillcolor=_ground(grey.histogram())
    )


def turned_back(line: Line, angle: float, size: tuple[int, int], upright: tuple[int, int]) -> Line:
    """Return a line read in a turned picture with its boxes in the picture as it stands.

    Args:
        line: boxes in pixels of the turned picture.
        angle: what it was turned by.
        size: width and height of the turned picture.
        upright: width and height of the picture as it stands, in the same scale.
    """
    back = partial(_word_back, angle=math.radians(angle), size=size, upright=upright)
    return Line(tuple(map(back, line.words)), line.paragraph)


def _word_back(
    word: Word, *, angle: float, size: tuple[int, int], upright: tuple[int, int]
) -> Word:
    text, left, top, width, height, confidence = word
    cosine, sine = math.cos(angle), math.sin(angle)
    places = []
    for x, y in (
        (left, top),
        (left + width, top),
        (left, top + height),
        (left + width, top + height),
    ):
        over, down = x - size[0] / 2, y - size[1] / 2
        places.append(
            (
                over * cosine - down * sine + upright[0] / 2,
                over * sine + down * cosine + upright[1] / 2,
            )
        )
    across, along = zip(*places, strict=True)
    first, last = _within(across, upright[0])
    upper, lower = _within(along, upright[1])
    return text, first, upper, last - first, lower - upper, confidence


def _within(edges: Sequence[float], most: int) -> tuple[int, int]:
    """Return both ends of a box within the picture: at its edge where it lies beside it."""
    first, last = (min(max(0, round(edge)), most) for edge in (min(edges), max(edges)))
    return first, last


def _words(lines: Sequence[Line]) -> list[Word]:
    return [word for line in lines for word in line.words]


def _long_words(lines: Sequence[Line]) -> list[Word]:
    return [word for word in _words(lines) if sum(map(str.isalnum, word[0])) >= _WORD]


def _is_tall(word: Word) -> bool:
    return word[4] > word[3]


def _worth(lines: Sequence[Line]) -> int:
    """How many characters stand in words that can be believed and lie as words do."""
    return sum(
        len(word[0]) for word in _long_words(lines) if word[5] >= GATE and not _is_tall(word)
    )


def _busiest(grey: Image.Image) -> Image.Image:
    """Return the window of a picture in which most happens."""
    width, height = min(grey.width, _WINDOW), min(grey.height, _WINDOW)
    if (width, height) == grey.size:
        return grey
    unit = _WINDOW // 8
    steps = ImageChops.difference(grey, ImageChops.offset(grey, 1, 1))
    across, down = max(1, grey.width // unit), max(1, grey.height // unit)
    sums = steps.resize((across, down), Image.Resampling.BOX).convert("F")
    wide, high = max(1, width // unit), max(1, height // unit)
    windows = ((left, top) for top in range(down - high + 1) for left in range(across - wide + 1))
    left, top = max(
        windows,
        key=lambda place: sum(_floats(sums.crop((*place, place[0] + wide, place[1] + high)))),
    )
    return grey.crop((left * unit, top * unit, left * unit + width, top * unit + height))


def _directions(window: Image.Image) -> Iterator[float]:
    """Yield the turns that bring the lines of a window level, the likeliest first."""
    lean, level = _lean(window)
    quarters = (0, 180, 90, 270) if level else (90, 270, 0, 180)
    for quarter in quarters:
        angle = (lean + quarter) % 360
        if angle:  # as it stands it was read already
            yield angle


def _lean(window: Image.Image) -> tuple[float, bool]:
    """Return by how much the lines lean, 0.0 where they hardly do, and whether they lie level.

    Lines of writing make rows of ink and of none between; at the turn where they
    lie along or across the picture those differ most.
    """
    ink = _ink(window)
    coarse = {step * _STEP: _sharpness(ink, step * _STEP) for step in range(-22, 23)}
    near = max(coarse, key=lambda angle: max(coarse[angle]))
    fine = {near + step * _FINE: (0.0, 0.0) for step in range(-3, 4)}
    fine = {angle: _sharpness(ink, angle) for angle in fine}
    angle = max(fine, key=lambda angle: max(fine[angle]))
    level = fine[angle][0] >= fine[angle][1]
    straight = max(coarse[0.0])
    if abs(angle) < _LEAST_LEAN or max(fine[angle]) < _SHARPER * straight:
        rows, columns = coarse[0.0]
        return 0.0, rows >= columns
    return angle, level


def _ink(window: Image.Image) -> Image.Image:
    """Return where strokes are, in a disc: so that no turn shows more of it than another."""
    small = window.copy()
    small.thumbnail((_SMALL, _SMALL), Image.Resampling.BOX)
    strokes = ImageChops.difference(small, small.filter(ImageFilter.BoxBlur(6)))
    side = min(strokes.size)
    left, top = (strokes.width - side) // 2, (strokes.height - side) // 2
    strokes = strokes.crop((left, top, left + side, top + side))
    disc = Image.new("L", strokes.size, 0)
    ImageDraw.Draw(disc).ellipse((0, 0, side - 1, side - 1), fill=255)
    return Image.composite(strokes, Image.new("L", strokes.size, 0), disc)


def _sharpness(ink: Image.Image, angle: float) -> tuple[float, float]:
    """Return how much rows, and columns, of turned ink differ from the next."""
    lying = ink.rotate(angle, Image.Resampling.BILINEAR).convert("F")
    rows = _floats(lying.resize((1, lying.height), Image.Resampling.BOX))
    columns = _floats(lying.resize((lying.width, 1), Image.Resampling.BOX))
    return _unrest(rows), _unrest(columns)


def _unrest(values: Sequence[float]) -> float:
    return sum((one - other) ** 2 for one, other in pairwise(values))


def _floats(picture: Image.Image) -> Sequence[float]:
    return array("f", picture.tobytes())


def _ground(histogram: Sequence[int]) -> int:
    half, seen = sum(histogram) / 2, 0
    for value, count in enumerate(histogram):
        seen += count
        if seen >= half:
            return value
    return 255
