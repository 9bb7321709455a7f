"""The text in a picture: a screenshot of a phone, light or dark, or a photograph of a letter."""

import io
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from PIL import Image

from archive.reading import pixels, tiles, turning
from archive.reading.recognition import lines_in
from archive.reading.words import Line, Word, told

_QUARTERS: Final = (90.0, 180.0, 270.0)


def read_picture_text(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    """Tell the text of a picture: the facts of `words.told`, after each piece of it.

    `words` have their boxes in pixels of the upright picture, whose width and
    height are `words_in`. `pieces_read` of `pieces_whole` are told as they are
    read: a reading that runs out of time keeps what came before. `text_turned`
    stands where the text lies otherwise than the picture: by so many degrees
    against the clock it was turned to be read.
    """
    del media_type  # the bytes decide
    pixels.prepare()
    data = io.BytesIO(source.read())
    with pixels.opened(data) as picture:
        if picture.width * picture.height > pixels.MAX_PIXELS:
            yield {"text_state": "too_large"}
            return
        turn, width, height = pixels.turn_of(picture), picture.width, picture.height
    del picture  # a PNG is decoded for its turn: two would not fit
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
    fitted, _ = tiles.fitted(grey)
    scale = size[0] / fitted.width
    yield {"words_in": list(size)} | _none_of(fitted)
    lines: list[Line] = []
    asked = False
    for number, found in enumerate(lines_in(fitted), 1):
        lines += [_scaled(line, scale) for line in found]
        yield told(lines) | {"pieces_read": number}
        last = number == min(tiles.count_of(fitted), tiles.MOST_TILES)
        if not asked and (found or last) and turning.is_doubtful(found):
            angle = turning.best_turn(fitted, found, _in_one)
            if angle:
                yield from _read_turned(_to_turn(grey, fitted, angle), angle, size)
                return
        asked = asked or bool(found)
        if last:
            return


def _read_turned(
    grey: Image.Image, angle: float, size: tuple[int, int]
) -> Iterator[dict[str, Any]]:
    """Tell the text of a picture that does not lie as it stands, in place of what was told."""
    whole = turning.turned(grey, angle)
    fitted, _ = tiles.fitted(whole)
    there, scale = whole.width / fitted.width, size[0] / grey.width
    yield _none_of(fitted)
    lines: list[Line] = []
    for number, found in enumerate(lines_in(fitted), 1):
        for line in found:
            back = turning.turned_back(_scaled(line, there), angle, whole.size, grey.size)
            lines.append(_scaled(back, scale))
        yield told(lines) | {"pieces_read": number, "text_turned": round(angle) % 360}
        if number == tiles.MOST_TILES:
            return


def _none_of(fitted: Image.Image) -> dict[str, Any]:
    return {"pieces_whole": min(tiles.count_of(fitted), tiles.MOST_TILES), "pieces_read": 0}


def _to_turn(grey: Image.Image, fitted: Image.Image, angle: float) -> Image.Image:
    """Return which of both to turn: a tall screenshot on its side only fits once it stands."""
    long = grey.width > tiles.TALL * grey.height and angle in _QUARTERS
    return grey if long else fitted


def _in_one(grey: Image.Image) -> list[Line]:
    return [line for found in lines_in(grey) for line in found]


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
