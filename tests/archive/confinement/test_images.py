import io
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw

from archive.confinement.confinement import Confinement
from archive.confinement.errors import ReadingFailed
from archive.confinement.frames import Reading
from archive.confinement.limits import MIB, Limits


def picture(kind: str, size: tuple[int, int] = (40, 20), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind, **options)
    return out.getvalue()


def png_that_claims(width: int, height: int, rows: int) -> bytes:
    """A PNG of one-bit pixels, of which `rows` rows are there."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packed = zlib.compress(b"\0" * (1 + (width + 7) // 8) * rows, 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


def jpeg_with_endless_scans() -> bytes:
    out = io.BytesIO()
    Image.new("L", (3000, 3000), 128).save(out, "JPEG", progressive=True, quality=30)
    data = out.getvalue()
    scan = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + scan * 5000 + b"\xff\xd9"


def opened(reading: Reading, name: str) -> Image.Image:
    return Image.open(io.BytesIO(reading.pieces[name]))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF"])
def test_a_picture_tells_its_facts_and_gives_small_copies(
    confinement: Confinement, kind: str
) -> None:
    reading = confinement.read("image", picture(kind, (2000, 1000)))

    assert (reading.facts["format"], reading.facts["width"], reading.facts["height"]) == (
        kind,
        2000,
        1000,
    )
    assert reading.facts["frames"] == 1
    assert opened(reading, "preview").size == (1600, 800)
    assert opened(reading, "thumbnail").size == (320, 160)


def test_the_copies_stand_upright_and_carry_no_metadata(confinement: Confinement) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright by a telephone whose sensor lies
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8825)[2] = (55.0, 40.0, 0.0)
    sideways = Image.new("RGB", (60, 30), "white")
    ImageDraw.Draw(sideways).rectangle((0, 0, 9, 29), fill="red")  # the left edge is the top
    out = io.BytesIO()
    sideways.save(out, "JPEG", exif=exif, quality=95)

    reading = confinement.read("image", out.getvalue())

    preview = opened(reading, "preview").convert("RGB")
    assert preview.size == (30, 60)
    assert preview.getpixel((15, 3))[1] < 60  # type: ignore[index]  # red: no green in it
    assert preview.getpixel((15, 50))[1] > 200  # type: ignore[index]  # a colour picture gives tuples
    assert not preview.getexif()
    assert b"Maker" not in reading.pieces["preview"]
    assert reading.facts["stated"] == {"make": "Maker"}


def test_transparency_is_kept(confinement: Confinement) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")

    assert opened(confinement.read("image", out.getvalue()), "preview").mode == "RGBA"


def test_the_frames_of_an_animation_are_counted(confinement: Confinement) -> None:
    frames = [Image.new("RGB", (10, 10), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])

    assert confinement.read("image", out.getvalue()).facts["frames"] == 3


@pytest.mark.parametrize(("width", "height"), [(13_000, 13_000), (16_384, 16_384), (1, 2**31 - 1)])
def test_a_picture_too_large_for_memory_tells_its_size_and_is_not_decoded(
    confinement: Confinement, width: int, height: int
) -> None:
    reading = confinement.read("image", png_that_claims(width, height, 1))

    assert reading.facts["preview"] == "too_many_pixels"
    assert (reading.facts["width"], reading.facts["height"]) == (width, height)
    assert not reading.pieces


def html() -> bytes:
    return b"<html><script>alert(1)</script>"


def postscript() -> bytes:
    return b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"


def empty() -> bytes:
    return b""


def gif_of_nothing() -> bytes:
    return b"GIF89a\xff\xff\xff\xff\0\0\0"


@pytest.mark.parametrize("hostile", [html, postscript, empty, gif_of_nothing])
def test_what_is_no_whole_picture_could_not_be_read(
    confinement: Confinement, hostile: Callable[[], bytes]
) -> None:
    with pytest.raises(ReadingFailed) as failed:
        confinement.read("image", hostile())

    assert failed.value.reason == "could_not_be_read"
    assert not failed.value.reading.pieces


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("CMYK", "JPEG"), ("CMYK", "TIFF"), ("P", "GIF"), ("1", "PNG"), ("LA", "PNG"), ("F", "TIFF"),
     ("I;16", "PNG")],
)  # fmt: skip
def test_every_way_to_store_colours_can_be_shown(
    confinement: Confinement, mode: str, kind: str
) -> None:
    gradient = Image.linear_gradient("L").resize((300, 200))
    deep = gradient.convert("I").point(lambda value: value * 257)
    out = io.BytesIO()
    (deep.convert("I;16") if mode == "I;16" else gradient.convert(mode)).save(out, kind)

    reading = confinement.read("image", out.getvalue())

    shown = opened(reading, "preview").convert("L").getextrema()
    assert shown[0] < 40  # type: ignore[operator]  # one band: two numbers
    assert shown[1] > 215  # type: ignore[operator]  # one band: two numbers


def half_a_photograph() -> bytes:
    noise = Image.effect_noise((600, 400), 80).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=80)
    return out.getvalue()[: out.tell() // 2]


def test_a_picture_that_breaks_off_is_shown_as_far_as_it_goes_and_says_so(
    confinement: Confinement,
) -> None:
    reading = confinement.read("image", half_a_photograph())

    assert reading.facts["incomplete"] is True
    assert opened(reading, "preview").size == (600, 400)


def test_a_jpeg_with_thousands_of_scans_is_stopped_and_still_tells_its_size(
    confinement: Confinement,
) -> None:
    with pytest.raises(ReadingFailed) as failed:
        confinement.read("image", jpeg_with_endless_scans(), limits=Limits(cpu_seconds=2))

    assert failed.value.reason == "too_slow"
    assert failed.value.reading.facts["width"] == 3000


def test_a_picture_that_needs_more_than_its_memory_ends_alone(confinement: Confinement) -> None:
    with pytest.raises(ReadingFailed) as failed:
        confinement.read("image", png_that_claims(8000, 8000, 8000), limits=Limits(memory=32 * MIB))

    assert failed.value.reason == "too_much_memory"
    assert failed.value.reading.facts["height"] == 8000


def test_a_picture_is_in_memory_once(confinement: Confinement) -> None:
    pixels = 4000 * 4000 * 4  # bytes; asking such a PNG for its turn decodes it, too

    reading = confinement.read(
        "image", picture("PNG", (4000, 4000)), limits=Limits(memory=pixels + 48 * MIB)
    )

    assert opened(reading, "preview").size == (1600, 1600)
