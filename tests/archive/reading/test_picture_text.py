import io

import pytest
from PIL import Image

from archive.confinement.confinement import Confinement
from archive.confinement.errors import ReadingFailed
from archive.confinement.limits import Limits
from archive.reading.tiles import LONGEST
from tests.archive.reading.hostile import png
from tests.archive.reading.screenshots import (
    SAME,
    Look,
    accuracy,
    danish,
    made,
    same_line,
    scene,
    tall,
)


@pytest.mark.parametrize(
    "look",
    [
        Look(),
        Look(dark=True, bubbles=True, kind="JPEG", quality=30),
        Look(face=3, width=750, scale=0.5, kind="WEBP"),
        Look(face=1, kind="JPEG", quality=60, turn=6, emoji=True),
    ],
)
def test_a_screenshot_is_read_light_or_dark_small_or_turned(
    confinement: Confinement, look: Look
) -> None:
    shot = made(look, 3)

    facts = confinement.read("picture_text", shot.data).facts

    assert facts["text_state"] == "read"
    assert accuracy(facts["text"], shot.text) > 0.95
    found, whole = danish(facts["text"], shot.text)
    assert found >= whole - 1


def test_each_word_says_where_it_stands_in_the_upright_picture(confinement: Confinement) -> None:
    shot = made(Look(turn=6, kind="JPEG"), 5)
    with Image.open(io.BytesIO(shot.data)) as stored:
        width, height = stored.height, stored.width

    facts = confinement.read("picture_text", shot.data).facts

    assert facts["words_in"] == [width, height]
    name = shot.text.split("\n", 1)[0].split()[0]
    text, left, top, wide, high, confidence = next(w for w in facts["words"] if w[0] == name)
    assert 150 < left < 300
    assert 70 < top < 200
    assert 20 < high < 70
    assert wide > high
    assert confidence > 80
    assert text == name


def test_what_cannot_be_believed_is_no_text(confinement: Confinement) -> None:
    shot = made(Look(), 2)
    noise = Image.effect_noise((1080, 900), 200)
    with Image.open(io.BytesIO(shot.data)) as picture:
        drowned = Image.blend(picture.convert("L").crop((0, 0, 1080, 900)), noise, 0.8)
    out = io.BytesIO()
    drowned.resize((360, 300)).save(out, "JPEG", quality=10)

    facts = confinement.read("picture_text", out.getvalue()).facts

    assert facts["text_state"] in {"unsure", "no_text"}
    assert "text" not in facts


def test_a_picture_without_words_has_no_text(confinement: Confinement) -> None:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((600, 600)).save(out, "PNG")

    facts = confinement.read("picture_text", out.getvalue()).facts

    assert facts["text_state"] == "no_text"
    assert facts["words"] == []


@pytest.mark.parametrize(
    "look",
    [
        Look(tilt=90, comments=2),
        Look(tilt=180, comments=2, dark=True, kind="JPEG", quality=50),
        Look(tilt=270, comments=2, bubbles=True),
        Look(tilt=12, comments=2),
        Look(tilt=-10, comments=2, dark=True),
    ],
)
def test_what_lies_on_its_side_on_its_head_or_askew_is_read(
    confinement: Confinement, look: Look
) -> None:
    shot = made(look, 3)

    facts = confinement.read("picture_text", shot.data).facts

    assert facts["text_state"] == "read"
    assert accuracy(facts["text"], shot.text) > 0.95
    assert facts["text_turned"] == pytest.approx(-look.tilt % 360, abs=1.5)
    assert facts["pieces_read"] == facts["pieces_whole"]


def test_the_same_line_over_and_over_on_its_side_is_not_read_as_other_words(
    confinement: Confinement,
) -> None:
    facts = confinement.read("picture_text", same_line(8, 90)).facts

    assert facts["text"].split("\n\n")[0].split("\n")[0] == SAME
    assert len(facts["text"].replace("\n\n", "\n").split("\n")) == 8


@pytest.mark.parametrize("tilt", [270, 15])
def test_the_words_of_a_turned_picture_say_where_they_stand_in_it_as_it_is_shown(
    confinement: Confinement, tilt: int
) -> None:
    shot = made(Look(tilt=tilt, comments=2), 5)
    with Image.open(io.BytesIO(shot.data)) as stored:
        shown = stored.convert("L")

    facts = confinement.read("picture_text", shot.data).facts

    assert facts["words_in"] == list(shown.size)
    for text, left, top, wide, high, _ in facts["words"]:
        ink = shown.crop((left, top, left + wide, top + high)).histogram()[:160]
        assert sum(ink) > 20, text
    for _, left, top, wide, high, _ in facts["words"]:
        shown.paste(255, (left - 6, top - 6, left + wide + 6, top + high + 6))
    # The round portraits are all that is left.
    left_over = shown.point(lambda value: 255 if value < 60 else 0)
    assert left_over.histogram()[255] < 40


def test_a_drawing_without_words_has_no_text_however_it_lies(confinement: Confinement) -> None:
    for degrees in (0, 20):
        facts = confinement.read("picture_text", scene(degrees)).facts

        assert facts["text_state"] == "no_text"


def test_a_very_tall_screenshot_is_read_piece_by_piece_and_no_line_is_cut(
    confinement: Confinement,
) -> None:
    shot = tall(12)

    facts = confinement.read("picture_text", shot.data, limits=Limits(cpu_seconds=60)).facts

    assert facts["words_in"][1] > LONGEST
    assert facts["pieces_read"] == facts["pieces_whole"] > 1
    assert accuracy(facts["text"], shot.text) > 0.97
    tops = [word[2] for word in facts["words"]]
    assert tops[-1] > facts["words_in"][1] - 1200


def test_a_reading_that_runs_out_of_time_keeps_what_it_had(confinement: Confinement) -> None:
    shot = tall(20)

    with pytest.raises(ReadingFailed) as failed:
        confinement.read("picture_text", shot.data, limits=Limits(cpu_seconds=1))

    facts = failed.value.reading.facts
    assert failed.value.reason == "too_slow"
    assert facts["pieces_read"] < facts["pieces_whole"]


def test_a_picture_of_more_pixels_than_memory_is_left_alone(confinement: Confinement) -> None:
    facts = confinement.read("picture_text", png(16_384, 16_384, b"")).facts

    assert facts == {"text_state": "too_large"}


def test_the_language_data_is_there_only_while_it_is_needed() -> None:
    with Confinement(rests_after=0.2) as resting:
        assert not resting.holds_language_data
        resting.read("picture_text", made(Look(comments=1)).data)
        assert resting.holds_language_data
        rest = resting._slow._rest
        assert rest is not None
        rest.join(20)

        assert not resting.holds_language_data
        assert (
            resting.read("picture_text", made(Look(comments=1)).data).facts["text_state"] == "read"
        )
