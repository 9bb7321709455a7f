"""Words of a turned picture lie in the picture as it stands, or on its edge."""

import pytest

from archive.reading.turning import turned_back
from archive.reading.words import Line, Word

UPRIGHT = (400, 300)


def back(word: Word, angle: float, size: tuple[int, int]) -> Word:
    return turned_back(Line((word,)), angle, size, UPRIGHT).words[0]


def test_a_word_read_on_a_side_stands_upright_where_it_is() -> None:
    assert back(("Trussel", 10, 20, 80, 12, 95.0), 90.0, (300, 400)) == (
        ("Trussel", 368, 10, 12, 80, 95.0)
    )


@pytest.mark.parametrize("corner", [(2, 2), (440, 2), (2, 440), (440, 440)])
def test_what_is_read_in_the_corners_that_turning_adds_has_no_box_turned_inside_out(
    corner: tuple[int, int],
) -> None:
    _, left, top, width, height, _ = back(("støj", *corner, 40, 10, 50.0), 30.0, (498, 460))

    assert width >= 0 <= height
    assert 0 <= left <= left + width <= UPRIGHT[0]
    assert 0 <= top <= top + height <= UPRIGHT[1]
