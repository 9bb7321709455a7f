"""Covering a picture in the confined child: pixels are gone, nothing else of the file is left."""

from __future__ import annotations

import io

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


@pytest.mark.parametrize("data", [b"", b"no picture", b'{"boxes": 3}\nx', b"[]\n"])
def test_what_is_no_picture_fails_and_harms_nobody(confinement: Confinement, data: bytes) -> None:
    with pytest.raises(ReadingFailed):
        confinement.read(COVERED, data)


def test_no_box_is_ever_left_out_because_there_are_too_many(confinement: Confinement) -> None:
    with pytest.raises(ReadingFailed):
        confinement.read(COVERED, covering([[0, 0, 1, 1]] * (MOST_BOXES + 1)) + picture())
