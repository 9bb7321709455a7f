"""Pictures: what they say of themselves, and an upright copy small enough for a screen.

The original is never touched. The copies carry no metadata (place, device,
owner), and are made only from pictures that fit in memory.
"""

import io
import warnings
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from PIL import AvifImagePlugin, Image

from archive.confinement.frames import Piece

FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "MPO")
MAX_PIXELS: Final = 64_000_000  # the largest telephone cameras of today give 50 million
MAX_FRAMES_COUNTED: Final = 1_000
PREVIEW: Final = 1600
THUMBNAIL: Final = 320

_TAGS: Final = {0x010F: "make", 0x0110: "model", 0x0131: "software", 0x0132: "changed"}
_TAKEN: Final = 0x9003
_EXIF_IFD: Final = 0x8769
_ORIENTATION: Final = 0x0112
_TURNS: Final = {  # EXIF 2.32 §4.6.4, tag Orientation: what brings the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_image(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any] | Piece]:
    """Tell a picture's facts, then its pieces `preview` and `thumbnail`.

    Facts: `format`, `width`, `height` (as stored), `frames`, `frames_complete`,
    `stated` (what the file says of its origin), `preview` (`made` or
    `too_many_pixels`), `pieces` (media type of each piece).
    """
    del media_type  # the bytes decide
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # a child may start none
    Image.MAX_IMAGE_PIXELS = None  # our own check comes before any pixel is decoded
    warnings.simplefilter("ignore")
    data = io.BytesIO(source.read())
    with Image.open(data, formats=FORMATS) as picture:
        yield {"format": picture.format, "width": picture.width, "height": picture.height}
        if picture.width * picture.height > MAX_PIXELS:
            yield {"preview": "too_many_pixels"}
            return
        yield {"stated": _stated(picture)}
        copy = _small_and_upright(picture)
    yield Piece("preview", _encoded(copy))
    copy.thumbnail((THUMBNAIL, THUMBNAIL))
    yield Piece("thumbnail", _encoded(copy))
    yield {"preview": "made", "pieces": {"preview": "image/webp", "thumbnail": "image/webp"}}
    yield _frames(data)


def _small_and_upright(picture: Image.Image) -> Image.Image:
    """Return the pixels alone, at most `PREVIEW` wide and high, in a mode that every screen shows.

    Made small before anything else is copied: a large picture is in memory once.
    """
    turn = _TURNS.get(picture.getexif().get(_ORIENTATION, 1))
    picture.draft("RGB", (PREVIEW, PREVIEW))  # a JPEG is decoded at a fraction of its size
    transparent = "transparency" in picture.info or picture.mode in ("RGBA", "LA", "PA")
    mode = "RGBA" if transparent else "RGB"
    picture.load()
    converted = picture if picture.mode == mode else picture.convert(mode)
    converted.thumbnail((PREVIEW, PREVIEW))
    bare = Image.new(mode, converted.size)
    bare.paste(converted)
    return bare if turn is None else bare.transpose(turn)


def _encoded(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=85, method=2)
    return out.getvalue()


def _stated(picture: Image.Image) -> dict[str, str]:
    exif = picture.getexif()
    stated = {name: _text(exif.get(tag)) for tag, name in _TAGS.items()}
    stated["taken"] = _text(exif.get_ifd(_EXIF_IFD).get(_TAKEN))
    return {name: value for name, value in stated.items() if value}


def _text(value: Any) -> str:
    return value.strip("\0 ")[:200] if isinstance(value, str) else ""


def _frames(data: io.BytesIO) -> dict[str, Any]:
    data.seek(0)
    count = 1
    with Image.open(data, formats=FORMATS) as picture:
        try:
            while count < MAX_FRAMES_COUNTED:
                picture.seek(count)
                count += 1
        except (EOFError, OSError, SyntaxError, ValueError):
            return {"frames": count, "frames_complete": True}
    return {"frames": count, "frames_complete": False}
