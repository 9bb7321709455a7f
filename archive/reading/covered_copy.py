"""A copy of a picture in which something is covered: fresh pixels, and nothing else of the file."""

import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from PIL import Image, ImageDraw

from archive.confinement.frames import Piece
from archive.reading import pixels
from archive.reading.covering import COVERED, MOST_BOXES

LARGE: Final = 12_000_000
"""Pixels beyond which the copy is a JPEG: without loss it would outgrow what an answer may hold."""

_MARGIN: Final = 2
_GREY: Final = (64, 64, 64)


def cover_picture(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any] | Piece]:
    """Tell `width`, `height`, `media_type` and the piece `covered`.

    Boxes are in pixels of the upright picture; each grows by two pixels, since
    the edges of letters are soft. The copy carries no metadata: it is made of
    the pixels alone. Only the first frame of a moving picture is kept.
    """
    del media_type  # the bytes decide
    pixels.prepare()
    head, _, rest = source.read().partition(b"\n")
    boxes = json.loads(head)["boxes"]
    if len(boxes) > MOST_BOXES:
        raise ValueError("too many boxes")  # to leave some out would show what was to be covered
    data = io.BytesIO(rest)
    with pixels.opened(data) as picture:
        if picture.width * picture.height > pixels.MAX_PIXELS:
            raise ValueError("too many pixels")
        turn = pixels.turn_of(picture)
    del picture  # a PNG is decoded for its turn: two would not fit
    decoded, _ = pixels.decoded(data)
    upright = decoded if turn is None else decoded.transpose(turn)
    copy = _on_white(pixels.plain(upright))
    pen = ImageDraw.Draw(copy)
    for left, top, width, height in boxes:
        corner = (left + width + _MARGIN, top + height + _MARGIN)
        pen.rectangle(((left - _MARGIN, top - _MARGIN), corner), fill=_GREY)
    out = io.BytesIO()
    large = copy.width * copy.height > LARGE
    if large:
        copy.save(out, "JPEG", quality=92)
    else:
        copy.save(out, "PNG", compress_level=4)
    yield {
        "width": copy.width,
        "height": copy.height,
        "media_type": "image/jpeg" if large else "image/png",
    }
    yield Piece(COVERED, out.getvalue())


def _on_white(picture: Image.Image) -> Image.Image:
    """Return fresh pixels on white ground: a new picture, so that nothing else comes along."""
    fresh = Image.new("RGB", picture.size, "white")
    if picture.mode == "RGBA":
        fresh.paste(picture, mask=picture.getchannel("A"))
    else:
        fresh.paste(picture)
    return fresh
