"""Opening a picture that a stranger made: which formats, how large, upright, in plain colours."""

import io
import math
import warnings
from typing import Final

import pi_heif
from PIL import AvifImagePlugin, Image, ImageFile, UnidentifiedImageError

FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "HEIF")
MAX_PIXELS: Final = 64_000_000  # the largest telephone cameras of today give 50 million
ORIENTATION: Final = 0x0112

_TURNS: Final = {  # EXIF 2.32 §4.6.4, tag Orientation: what brings the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS: Final = frozenset(
    {
        Image.Transpose.TRANSPOSE,
        Image.Transpose.ROTATE_270,
        Image.Transpose.TRANSVERSE,
        Image.Transpose.ROTATE_90,
    }
)
_DEEP: Final = ("I", "I;16", "I;16B", "I;16L", "I;16N")
_16_BITS: Final = 65535
_MOST_KEYED: Final = 20_000_000


def prepare() -> None:
    """Set the libraries so that they keep to one thread and leave size to us; may run twice."""
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # a child may start none
    pi_heif.options.DECODE_THREADS = 1
    pi_heif.options.THUMBNAILS = False
    Image.init()  # every format that we name must be registered, whoever comes first
    pi_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # our own check comes before any pixel is decoded
    warnings.simplefilter("ignore")


def opened(data: io.BytesIO) -> Image.Image:
    """Open a picture without decoding it; raises what Pillow raises."""
    data.seek(0)
    return Image.open(data, formats=FORMATS)


def turn_of(picture: Image.Image) -> Image.Transpose | None:
    """Return what brings a picture upright, None where it stands already."""
    try:
        return _TURNS.get(picture.getexif().get(ORIENTATION, 1))
    except (ValueError, KeyError, SyntaxError, OSError, TypeError):
        return None  # what the camera wrote beside the picture is broken; the picture is not


def decoded(
    data: io.BytesIO, mode: str = "RGB", size: tuple[int, int] | None = None
) -> tuple[Image.Image, bool]:
    """Return the first frame's pixels, and whether all of them were there.

    A JPEG is decoded at a fraction of its size where `size` is smaller. What
    breaks off in the middle is shown as far as it goes, the rest grey or black.
    """
    for patient in (False, True):
        ImageFile.LOAD_TRUNCATED_IMAGES = patient
        picture = opened(data)
        if size is not None:
            picture.draft(mode, size)
        try:
            picture.load()
        except (OSError, SyntaxError, EOFError, ValueError, IndexError) as broken:
            if patient or isinstance(broken, UnidentifiedImageError):
                raise
            continue
        return picture, not patient
    raise AssertionError  # pragma: no cover - the second round returns or raises


def plain(picture: Image.Image) -> Image.Image:
    """Return a decoded picture in L, RGB or RGBA: what every screen shows."""
    if picture.mode in ("LA", "PA", "La", "RGBa"):
        return picture.convert("RGBA")
    picture = _keyed(picture)
    if picture.mode in ("L", "RGB", "RGBA"):
        return picture
    if picture.mode in _DEEP:
        return _stretched(picture.convert("I"))
    if picture.mode == "F":
        return _stretched(picture)
    try:
        return picture.convert("L" if picture.mode == "1" else "RGB")
    except ValueError:
        return picture.getchannel(0)  # a colour space that Pillow cannot leave: its lightness


def _keyed(picture: Image.Image) -> Image.Image:
    """Return a picture with its one transparent colour, or some of the palette, made so.

    PNG 1.2 §4.2.1.1, GIF 89a §23. It stays as it is where there is none, where
    it names one that the picture has not, and where it is so large that a copy
    would not fit beside it.
    """
    if "transparency" not in picture.info or picture.mode not in ("1", "L", "P", "RGB"):
        return picture
    if picture.width * picture.height > _MOST_KEYED:
        return picture
    try:
        return picture.convert("RGBA")
    except (ValueError, TypeError):
        return picture


def _stretched(picture: Image.Image) -> Image.Image:
    """Bring deep greys to 256: 16 bits by their scale, others by what is in them."""
    low, high = (float(value) for value in picture.getextrema())  # type: ignore[arg-type]  # one band: two numbers
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return picture.convert("L")
    if low >= 0 and 255 < high <= _16_BITS:  # noqa: PLR2004 - beyond one byte, within two
        low, high = 0.0, float(_16_BITS)
    scale = 255.0 / (high - low)
    offset = -low * scale
    return picture.point(lambda value: value * scale + offset).convert("L")


def on_white(picture: Image.Image) -> Image.Image:
    """Return a plain picture as grey, what is transparent as white."""
    if picture.mode == "RGBA":
        ground = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(ground, picture)
    return picture if picture.mode == "L" else picture.convert("L")
