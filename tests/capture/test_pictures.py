from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from PIL import Image

from capture.errors import PictureUnreadable
from capture.pictures import PagePicture, Tile, tile_names
from capture.readers.posts import Box


def striped(width: int, height: int, first_row: int = 0) -> Image.Image:
    """Every row has a colour of its own, so that a lost or doubled row is seen."""
    image = Image.new("RGB", (width, height))
    for y in range(height):
        row = first_row + y
        image.paste((row % 256, row // 256, 7), (0, y, width, y + 1))
    return image


def tile(top: int, width: int, height: int) -> Tile:
    buffer = io.BytesIO()
    striped(width, height, top).save(buffer, "PNG")
    return Tile(top, width, height, buffer.getvalue())


def rows(png: bytes | None) -> tuple[tuple[int, int], Sequence[int]]:
    assert png is not None
    image = Image.open(io.BytesIO(png))
    colours = [image.getpixel((0, y)) for y in range(image.height)]
    return image.size, [c[0] + 256 * c[1] for c in colours if isinstance(c, tuple)]


PAGE = [tile(0, 100, 400), tile(400, 100, 400), tile(800, 100, 50)]


def test_a_box_with_broken_edges_is_cut_outwards() -> None:
    size, seen = rows(PagePicture(PAGE).crop(Box(9.5, 79.875, 50.2, 20.0)))
    assert size == (51, 21)
    assert seen == list(range(79, 100))


def test_a_post_over_several_tiles_is_one_picture() -> None:
    size, seen = rows(PagePicture(PAGE).crop(Box(0, 390, 100, 430)))
    assert size == (100, 430)
    assert seen == list(range(390, 820))


def test_a_box_is_cut_at_the_pages_edge() -> None:
    size, seen = rows(PagePicture(PAGE).crop(Box(-20, 840, 500, 500)))
    assert size == (100, 10)
    assert seen == list(range(840, 850))


@pytest.mark.parametrize("box", [Box(0, 900, 10, 10), Box(-50, 0, 20, 20), Box(0, 0, 0.5, 10)])
def test_a_place_that_the_page_does_not_have_has_no_picture(box: Box) -> None:
    assert PagePicture(PAGE).crop(box) is None


def test_many_crops_come_in_the_order_of_their_boxes() -> None:
    boxes = [None if n % 7 == 0 else Box(0, n * 10, 20, 10) for n in range(80)]
    for n, png in enumerate(PagePicture(PAGE).crops(boxes)):
        if n % 7 == 0:
            assert png is None
        else:
            assert rows(png)[1] == list(range(n * 10, n * 10 + 10))


@pytest.mark.parametrize("png", [b"", b"\x89PNG\r\n\x1a\n", PAGE[2].png, PAGE[0].png[:-200]])
def test_a_tile_that_is_not_what_was_asked_for_is_found(png: bytes) -> None:
    with pytest.raises(PictureUnreadable):
        PagePicture([PAGE[1], Tile(400, 100, 400, png)]).check()


def test_a_tile_of_another_kind_is_not_decoded() -> None:
    buffer = io.BytesIO()
    striped(100, 50).save(buffer, "GIF")
    with pytest.raises(PictureUnreadable):
        PagePicture([Tile(0, 100, 50, buffer.getvalue())]).check()


def test_one_tile_is_the_page_and_several_are_numbered() -> None:
    assert tile_names(PAGE[:1]) == ["page.png"]
    assert tile_names(PAGE) == ["page-1.png", "page-2.png", "page-3.png"]
