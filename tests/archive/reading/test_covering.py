"""Covering a picture in the confined child: pixels are gone, nothing else of the file is left."""

from __future__ import annotations

import io
import zlib

import pytest
from PIL import Image

from archive.confinement.confinement import Confinement
from archive.confinement.errors import ReadingFailed
from archive.reading.covering import COVERED, MOST_BOXES, covering

SECRET = (250, 10, 10)


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), turn: int = 1) -> bytes:
    """A white picture with a red field at 10–29, 5–14, and metadata that names somebody."""
    made = Image.new("RGB", size, "white")
    made.paste(SECRET, (10, 5, 30, 15))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = turn, "Niels Boejes telefon"
    out = io.BytesIO()
    made.save(out, kind, exif=exif, **({"quality": 98} if kind == "JPEG" else {}))
    return out.getvalue()


def covered(confinement: Confinement, data: bytes, boxes: list[list[int]]) -> Image.Image:
    made = confinement.read(COVERED, covering(boxes) + data)
    found = Image.open(io.BytesIO(made.pieces[COVERED]))
    assert (made.facts["width"], made.facts["height"]) == found.size
    assert b"Niels" not in made.pieces[COVERED]
    assert not found.getexif()
    return found.convert("RGB")


def reds(found: Image.Image) -> int:
    colours = found.getcolors(maxcolors=1 << 20) or []
    return sum(count for count, (r, g, b) in colours if r > 150 and g < 100 and b < 100)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_what_lies_under_a_box_is_gone_with_all_metadata(
    confinement: Confinement, kind: str
) -> None:
    data = picture(kind)

    assert reds(covered(confinement, data, [])) > 100
    assert reds(covered(confinement, data, [[10, 5, 20, 10]])) == 0


def test_boxes_are_those_of_the_upright_picture(confinement: Confinement) -> None:
    """A phone stores it on its side and says so: the reader sees it, and marks it, upright."""
    data = picture("JPEG", turn=6)

    found = covered(confinement, data, [[25, 10, 10, 20]])

    assert found.size == (40, 60)
    assert reds(found) == 0


def test_a_box_beyond_the_edge_covers_what_there_is(confinement: Confinement) -> None:
    found = covered(confinement, picture(), [[0, 0, 999_999, 999_999]])

    assert {colour for _, colour in found.getcolors() or []} == {(64, 64, 64)}


def test_what_is_transparent_does_not_shine_through(confinement: Confinement) -> None:
    hidden = Image.new("RGBA", (20, 20), (*SECRET, 0))
    out = io.BytesIO()
    hidden.save(out, "PNG")

    found = covered(confinement, out.getvalue(), [[0, 0, 1, 1]])

    assert reds(found) == 0


@pytest.mark.parametrize(
    ("mode", "ground", "ink", "clear"),
    [
        ("RGB", (9, 9, 9), SECRET, (9, 9, 9)),
        ("L", 9, 200, 9),
        ("1", 0, 1, 0),
        ("P", 1, 2, 1),
        ("P", 1, 2, b"\xff\0\xff"),
    ],
)
def test_a_colour_that_is_transparent_is_shown_as_white(
    confinement: Confinement,
    mode: str,
    ground: int | tuple[int, ...],
    ink: int | tuple[int, ...],
    clear: object,
) -> None:
    made = Image.new(mode, (20, 20), ground)
    made.paste(ink, (5, 5, 10, 10))
    if mode == "P":
        made.putpalette([0, 0, 0, 9, 9, 9, *SECRET])
    out = io.BytesIO()
    made.save(out, "PNG", transparency=clear)

    found = covered(confinement, out.getvalue(), [])

    assert found.getpixel((0, 0)) == (255, 255, 255)
    shown = found.getpixel((7, 7))
    assert shown == {"RGB": SECRET, "P": SECRET, "L": (200,) * 3, "1": (255,) * 3}[mode]


@pytest.mark.parametrize("mode", ["P", "I;16"])
def test_a_transparent_colour_that_makes_no_sense_hides_nothing(
    confinement: Confinement, mode: str
) -> None:
    """One that the palette does not have; and in deep greys, where it is left out of account."""
    made = Image.new(mode, (20, 20), 1)
    if mode == "P":
        made.putpalette([0, 0, 0, *SECRET])
    out = io.BytesIO()
    made.save(out, "PNG", **({} if mode == "P" else {"transparency": 1}))
    data = out.getvalue()
    if mode == "P":
        more = b"tRNS" + bytes(300)
        chunk = len(more[4:]).to_bytes(4) + more + zlib.crc32(more).to_bytes(4)
        place = data.index(b"IDAT") - 4
        data = data[:place] + chunk + data[place:]

    found = covered(confinement, data, [])

    assert found.getpixel((7, 7)) == (SECRET if mode == "P" else (1, 1, 1))


@pytest.mark.parametrize("data", [b"", b"no picture", b'{"boxes": 3}\nx', b"[]\n"])
def test_what_is_no_picture_fails_and_harms_nobody(confinement: Confinement, data: bytes) -> None:
    with pytest.raises(ReadingFailed):
        confinement.read(COVERED, data)


def test_no_box_is_ever_left_out_because_there_are_too_many(confinement: Confinement) -> None:
    with pytest.raises(ReadingFailed):
        confinement.read(COVERED, covering([[0, 0, 1, 1]] * (MOST_BOXES + 1)) + picture())
