"""Pictures: what they say of themselves, and an upright copy small enough for a screen.

The original is never touched. The copies carry no metadata (place, device,
owner), and are made only from pictures that fit in memory.
"""

import io
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from PIL import Image

from archive.confinement.frames import Piece
from archive.reading import pixels
from archive.reading.fingerprint import fingerprint_of

MAX_FRAMES_COUNTED: Final = 1_000
PREVIEW: Final = 1600
THUMBNAIL: Final = 320

_TAGS: Final = {0x010F: "make", 0x0110: "model", 0x0131: "software", 0x0132: "changed"}
_TAKEN: Final = 0x9003
_EXIF_IFD: Final = 0x8769


def read_image(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any] | Piece]:
    """Tell a picture's facts, then its pieces `preview` and `thumbnail`.

    Facts: `format`, `mode`, `width`, `height` (as stored), `upright` (width and
    height as shown), `frames`, `frames_complete`, `stated` (what the file says
    of its origin), `incomplete` (it breaks off; what is there is shown),
    `preview` (`made` or `too_many_pixels`), `pieces` (media type of each piece),
    `fingerprint` (`coarse`, `fine`; none for a blank picture).
    """
    del media_type  # the bytes decide
    pixels.prepare()
    data = io.BytesIO(source.read())
    with pixels.opened(data) as picture:
        yield {
            "format": picture.format,
            "mode": picture.mode,
            "width": picture.width,
            "height": picture.height,
        }
        if picture.width * picture.height > pixels.MAX_PIXELS:
            yield {"preview": "too_many_pixels"}
            return
        yield {"stated": _stated(picture)}
        turn = pixels.turn_of(picture)
        size = [picture.width, picture.height]
        yield {"upright": size[::-1] if turn in pixels.SIDEWAYS else size}
    del picture  # a PNG is decoded for what it states: two would not fit
    decoded, complete = pixels.decoded(data, "RGB", (PREVIEW, PREVIEW))
    if not complete:
        yield {"incomplete": True}
    yield from copies(decoded, turn)
    del decoded
    yield _frames(data)


def copies(
    picture: Image.Image, turn: Image.Transpose | None = None
) -> Iterator[dict[str, Any] | Piece]:
    """Tell the small copies and the fingerprint of decoded pixels.

    Made small before anything else is copied: a large picture is in memory once.
    """
    small = pixels.plain(picture)
    small.thumbnail((PREVIEW, PREVIEW))
    bare = Image.new(small.mode, small.size)
    bare.paste(small)
    copy = bare if turn is None else bare.transpose(turn)
    if copy.mode == "L":
        copy = copy.convert("RGB")
    yield Piece("preview", _encoded(copy))
    found = fingerprint_of(pixels.on_white(copy))
    copy.thumbnail((THUMBNAIL, THUMBNAIL))
    yield Piece("thumbnail", _encoded(copy))
    yield {"preview": "made", "pieces": {"preview": "image/webp", "thumbnail": "image/webp"}}
    if found is not None:
        yield {"fingerprint": {"coarse": found.coarse, "fine": found.fine}}


def _encoded(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=85, method=2)
    return out.getvalue()


def _stated(picture: Image.Image) -> dict[str, str]:
    try:
        exif = picture.getexif()
        stated = {name: _text(exif.get(tag)) for tag, name in _TAGS.items()}
        stated["taken"] = _text(exif.get_ifd(_EXIF_IFD).get(_TAKEN))
    except (ValueError, KeyError, SyntaxError, OSError, TypeError):
        return {}  # broken metadata beside a picture that can be shown
    return {name: value for name, value in stated.items() if value}


def _text(value: Any) -> str:
    return value.strip("\0 ")[:200] if isinstance(value, str) else ""


def _frames(data: io.BytesIO) -> dict[str, Any]:
    count = 1
    with pixels.opened(data) as picture:
        try:
            while count < MAX_FRAMES_COUNTED:
                picture.seek(count)
                count += 1
        except (EOFError, OSError, SyntaxError, ValueError):
            return {"frames": count, "frames_complete": True}
    return {"frames": count, "frames_complete": False}
