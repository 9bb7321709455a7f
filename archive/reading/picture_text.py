"""The text in a picture: a screenshot of a phone, light or dark, or a photograph of a letter."""

import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from PIL import Image

from archive.reading import pixels, tiles
from archive.reading.recognition import lines_in
from archive.reading.words import Line, Word, told


def read_picture_text(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    """Tell the text of a picture: the facts of `words.told`, after each piece of it.

    `words` have their boxes in pixels of the upright picture, whose width and
    height are `words_in`. `pieces_read` of `pieces_whole` are told as they are
    read: a reading that runs out of time keeps what came before.
    """
    del media_type  # the bytes decide
    pixels.prepare()
    data = io.BytesIO(source.read())
    with pixels.opened(data) as picture:
        if picture.width * picture.height > pixels.MAX_PIXELS:
            yield {"text_state": "too_large"}
            return
        turn, width, height = pixels.turn_of(picture), picture.width, picture.height
    decoded, _ = pixels.decoded(data)
    yield from read_pixels(decoded, turn, (width, height))


def read_pixels(
    picture: Image.Image, turn: Image.Transpose | None, size: tuple[int, int]
) -> Iterator[dict[str, Any]]:
    """Tell the text of decoded pixels, boxes in pixels of `size` (before the turn)."""
    grey = pixels.on_white(pixels.plain(picture))
    del picture
    if turn is not None:
        grey = grey.transpose(turn)
        size = size[::-1] if turn in pixels.SIDEWAYS else size
    grey, _ = tiles.fitted(grey)
    scale = size[0] / grey.width
    whole = tiles.count_of(grey)
    yield {"words_in": list(size), "pieces_whole": min(whole, tiles.MOST_TILES), "pieces_read": 0}
    lines: list[Line] = []
    for number, found in enumerate(lines_in(grey), 1):
        lines += [_scaled(line, scale) for line in found]
        yield told(lines) | {"pieces_read": number}
        if number == tiles.MOST_TILES:
            return


def _scaled(line: Line, scale: float) -> Line:
    if scale == 1.0:
        return line
    return Line(tuple(_larger(word, scale) for word in line.words), line.paragraph)


def _larger(word: Word, scale: float) -> Word:
    text, left, top, width, height, confidence = word
    return (
        text,
        round(left * scale),
        round(top * scale),
        round(width * scale),
        round(height * scale),
        confidence,
    )
