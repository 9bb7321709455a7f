"""Tesseract, loaded once in the starter and used in each child: lines of words out of grey pixels.

Danish first, then Norwegian and English. Its data is read before the fork,
for a child can open no file; the children share those pages of memory.
"""

import atexit
import os
from collections.abc import Iterator
from functools import cache
from statistics import median
from typing import Any, Final

import tesserocr
from PIL import Image

from archive.reading.language_data import LANGUAGES, folder
from archive.reading.tiles import scale_for, tiles_of
from archive.reading.words import Line, Word

_DOTS_PER_INCH: Final = 200
_BLANKS: Final = "\t\r\n\f\v "


@cache
def engine() -> Any:
    """Return the loaded engine; the first call, before the fork, reads the language data."""
    api = tesserocr.PyTessBaseAPI(
        path=f"{folder()}/",
        lang="+".join(LANGUAGES),
        psm=tesserocr.PSM.AUTO,
        oem=tesserocr.OEM.LSTM_ONLY,
    )
    # What it has to say ("Empty page!!") goes to descriptor 2, the child's sink. As it comes, it
    # opens /dev/null at its first word, which a child may not, and writes into nothing: a crash.
    api.SetVariable("debug_file", "")
    # The starter's own descriptor 2 is the log: no word there about what it frees as it ends.
    atexit.register(api.SetVariable, "debug_file", os.devnull)
    return api


def lines_in(grey: Image.Image) -> Iterator[list[Line]]:
    """Yield the lines of each piece of a grey picture, boxes in its own pixels."""
    for tile in tiles_of(grey):
        yield _read(tile.picture, tile.top)


def _read(picture: Image.Image, top: int) -> list[Line]:
    api = engine()
    _show(api, picture)
    layout = api.AnalyseLayout()
    scale = scale_for(_line_height(layout)) if layout is not None else 1.0
    if scale > 1.0:
        size = (round(picture.width * scale), round(picture.height * scale))
        _show(api, picture.resize(size, Image.Resampling.LANCZOS))
    api.Recognize()
    return list(_lines(api.GetIterator(), scale, top))


def _show(api: Any, picture: Image.Image) -> None:
    api.SetImageBytes(picture.tobytes(), picture.width, picture.height, 1, picture.width)
    api.SetSourceResolution(_DOTS_PER_INCH)


def _line_height(layout: Any) -> float:
    level = tesserocr.RIL.TEXTLINE
    heights = []
    for line in tesserocr.iterate_level(layout, level):
        box = line.BoundingBoxInternal(level)
        if box is not None and box[2] - box[0] > box[3] - box[1]:
            heights.append(box[3] - box[1])
    return float(median(heights)) if heights else 0.0


def _lines(results: Any, scale: float, top: int) -> Iterator[Line]:
    if results is None:
        return
    level = tesserocr.RIL.WORD
    words: list[Word] = []
    paragraph = False
    for word in tesserocr.iterate_level(results, level):
        if word.IsAtBeginningOf(tesserocr.RIL.TEXTLINE) and words:
            yield Line(tuple(words), paragraph)
            words = []
        if not words:
            paragraph = bool(word.IsAtBeginningOf(tesserocr.RIL.PARA))
        box, text = word.BoundingBox(level), _text(word)
        if box is None or not text:
            continue
        left, upper, right, lower = (round(edge / scale) for edge in box)
        confidence = round(float(word.Confidence(level)), 1)
        words.append((text, left, upper + top, right - left, lower - upper, confidence))
    if words:
        yield Line(tuple(words), paragraph)


def _text(word: Any) -> str:
    try:
        return str(word.GetUTF8Text(tesserocr.RIL.WORD)).strip(_BLANKS)
    except RuntimeError:
        return ""  # the library's way to say: nothing here after all
