"""Strangers' text as a page can show it: nothing acts, nothing is lost, lines can be broken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.documents.fonts import BUILT_IN, FontsMissing, coverage, font_folders
from service.documents.showable import LONGEST_RUN, one_line, pieces, right_to_left, showable


def test_danish_norwegian_and_many_neighbours_stand_as_they_are() -> None:
    for text in ("Æblegrød, rødgrød på åen – „citat“ …", "Привет, Żółć, ğış", "مرحبا", "שלום"):
        assert showable(text) == text


@pytest.mark.parametrize("emoji", ["😡", "🔪", "👨‍👩‍👧", "👍🏽", "🇩🇰", "❤️", "1️⃣"])
def test_emoji_stand_whole(emoji: str) -> None:
    assert showable(emoji) == emoji


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a[U+202E]b"),
        ("a\x00b\x1b", "a[U+0000]b[U+001B]"),
        ("i\u200bdiot", "i[U+200B]diot"),
        ("\ud800", "[U+D800]"),
        ("中", "[U+4E2D]"),
        ("a\tb", "a    b"),
        ("a\r\nb\u2028c", "a\nb\nc"),
        ("a" + "\u0301" * 6, "a" + "\u0301" * 4 + "[U+0301][U+0301]"),
        ("\u0301x", "[U+0301]x"),
    ],
)
def test_what_would_act_or_cannot_be_seen_stands_as_its_number(text: str, shown: str) -> None:
    assert showable(text) == shown


@given(st.text())
def test_every_character_of_the_outcome_is_in_a_font(text: str) -> None:
    known = frozenset().union(*coverage())
    assert all(ord(one) in known or one in "\n " for one in showable(text))


@given(st.text(max_size=400))
def test_pieces_are_the_line_again_and_none_has_a_long_run(line: str) -> None:
    found = pieces(line)

    assert "".join(found) == line
    for piece in found:
        bare = [word for word in piece.split() if len(word) > LONGEST_RUN]
        # Marks on a letter count with it.
        assert all(len(word) <= LONGEST_RUN or not word.isascii() for word in bare)


def test_a_name_stays_on_one_line_and_says_which_way_it_is_written() -> None:
    assert one_line("a\nb\t c") == "a b c"
    assert right_to_left("1) مرحبا")
    assert not right_to_left("hej مرحبا")


def test_the_fonts_are_the_ones_that_the_lock_file_brings(tmp_path: object) -> None:
    plex, built_in, emoji, arabic, hebrew = coverage()
    assert {ord(one) for one in "æøåÆØÅ–”€§"} <= plex
    assert 0x1F621 in emoji
    assert 0x0645 in arabic
    assert 0x05D0 in hebrew
    assert built_in == BUILT_IN
    with pytest.raises(FontsMissing):
        font_folders(tmp_path)  # type: ignore[arg-type]  # a folder without fonts
