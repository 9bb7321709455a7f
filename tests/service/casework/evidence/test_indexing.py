"""The words of a reading: those that its piece will have, and no more of them in memory."""

from __future__ import annotations

from uuid import UUID

import pytest

from archive.search.documents import MOST_WORDS, Facts, exact_of, marked_words
from service.casework.evidence.indexing import searchable_fields, words_of_reading
from tests.archive.house import NOW

MANY = " ".join(f"ord{number % 50}" for number in range(MOST_WORDS + 9))
LONG = " ".join(f"{number}" + "x" * 80 for number in range(9_000))


@pytest.mark.parametrize("text", ["Jeg ved, hvor du bor", MANY, LONG])
def test_the_words_of_a_reading_are_what_its_piece_is_given_of_the_whole_text(text: str) -> None:
    told = {"stated": {"author": "Ole"}, "text": [text, "Bagefter"]}
    piece = Facts(UUID(int=1), NOW, ["skærm.png", "ord7", "9" + "x" * 80])

    given = exact_of(piece, None, words_of_reading("office", told))

    assert given == exact_of(piece, None, marked_words(searchable_fields("office", told)))


def test_a_book_of_words_is_held_once_each_and_no_further_than_it_is_searched() -> None:
    words = words_of_reading("office", {"text": MANY})

    assert len(words) == MOST_WORDS
    assert len({id(word) for word in words}) == 50
