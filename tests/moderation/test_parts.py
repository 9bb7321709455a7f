"""Posts longer than is judged together: the same is found in them, and none takes for ever."""

import itertools

import pytest

from moderation.parts import LONGEST, parts_of
from moderation.shipped import EXAMPLE_ROSTER, default_engine
from moderation.values import Post

ENGINE = default_engine(EXAMPLE_ROSTER)
INSULT = "Mette Sørensen er en idiot. "
FILLER = "Vi var ude at gå en tur ved søen i dag og så på fuglene. "


@pytest.mark.parametrize("before", [0, 6_900, 7_480, 7_980, 8_010, 9_000, 30_000])
def test_what_stands_anywhere_in_a_long_post_is_found_where_it_stands(before: int) -> None:
    text = (FILLER * 600)[:before] + ". " + INSULT + FILLER * 400

    (finding,) = ENGINE.judge(Post("1", text))

    assert finding.rule == "harasses-named.insult"
    assert [text[first:last] for first, last in finding.spans] == ["Mette Sørensen", "idiot"]


def test_what_was_quoted_stays_quoted_wherever_the_post_is_cut() -> None:
    quoted = 'Han skrev til mig: "Du er en idiot, og jeg slår dig ihjel i morgen." '
    for before in range(6_400, 8_300, 100):
        text = (FILLER * 200)[:before] + ". " + quoted + FILLER * 100
        assert ENGINE.judge(Post("1", text)) == (), before


def test_who_ends_the_sentence_before_is_not_who_wrote() -> None:
    said = 'Det tåler jeg. Han skrev til mig: "Jeg slår dig ihjel i morgen."'

    assert ENGINE.judge(Post("1", said)) == ()


def test_parts_cover_the_post_and_each_place_is_told_by_one() -> None:
    for text in ("", "a", "x" * 50_000, FILLER * 1_000, "a " * 30_000, "\n" * 20_000):
        parts = list(parts_of(text))
        assert all(part.end - part.start <= LONGEST for part in parts)
        assert (parts[0].tells_from, parts[-1].tells_to) == (0, len(text))
        for one, following in itertools.pairwise(parts):
            assert one.tells_to == following.tells_from
            assert following.start < one.tells_to < one.end


@pytest.mark.parametrize(
    "said",
    ["a.", "abc.", "Peter-", "Peter Villadsen ", "i*", "a\u0316\u0301", "\u0316\u0301",
     "muslimer er dyr ", "Mette Sørensen, idiot, "],
)  # fmt: skip
def test_a_post_made_to_be_slow_is_judged_all_the_same(said: str) -> None:
    # Each of these once took the square of its length: minutes for so much.
    text = "a" + said * (40_000 // len(said)) + " abc 1"

    for finding in ENGINE.judge(Post("1", text)):
        assert all(0 <= first < last <= len(text) for first, last in finding.spans)
