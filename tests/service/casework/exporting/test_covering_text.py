"""Words are covered wherever they stand and however they are written; telephones are known so."""

from __future__ import annotations

import re
import unicodedata

import pytest

from service.casework.exporting.covering_text import COVER, covered_text
from service.casework.exporting.private import as_written
from service.casework.exporting.redacting import boxes_of
from service.errors import CoverNotFound


def test_every_place_of_a_word_is_covered_and_its_length_is_not_told() -> None:
    text = "Niels  Bøje skrev. NIELS BØJE! Kim svarede."

    assert covered_text(text, ["niels bøje"]) == f"{COVER} skrev. {COVER}! Kim svarede."
    with pytest.raises(CoverNotFound):
        covered_text(text, ["Nils"])


@pytest.mark.parametrize("words", [["Anna", "Anna Jensen"], ["Anna Jensen", "Anna"]])
def test_a_word_is_found_where_a_longer_one_is_covered_as_well(words: list[str]) -> None:
    assert covered_text("Anna Jensen ringede.", words) == f"{COVER} ringede."
    assert covered_text("Anna Jensen og Annas mor.", words) == f"{COVER} og {COVER}s mor."


@pytest.mark.parametrize(
    "written",
    [
        "Åse Bøje",
        unicodedata.normalize("NFD", "Åse Bøje"),
        "Å\u00adse Bø\u00adje",
        "Å\u200bs\u200de\u2060 B\ufeffø\u200cje",
        "A\u200b\u030ase Bøje",
        "ÅSE\nBØJE",
        "Åse\u00a0\u202fBøje",
        "Å\u034fse B\ufe0føje",
        "\u202eÅse\u202c Bøje",
        "Å\x00se Bøje",
    ],
)
def test_nothing_unseen_and_no_other_spelling_hides_a_name(written: str) -> None:
    covered = covered_text(f"Så kom {written}, sagde han.", ["Åse Bøje"])

    assert covered.replace("\u202e", "") == f"Så kom {COVER}, sagde han."


def test_what_is_asked_for_may_be_written_otherwise_too() -> None:
    assert covered_text("Åse kom.", [unicodedata.normalize("NFD", "åse")]) == f"{COVER} kom."
    assert covered_text("Åse kom.", ["Å\u00adse"]) == f"{COVER} kom."
    assert covered_text("Straße", ["STRASSE"]) == COVER


@pytest.mark.parametrize("word", ["", " ", "\u200b", "\u00ad \u200b"])
def test_what_shows_nothing_is_found_nowhere(word: str) -> None:
    with pytest.raises(CoverNotFound):
        covered_text("Anna", [word])


def test_the_rest_of_the_text_stays_as_it_was() -> None:
    text = "👩‍👩‍👧 skrev: ”Hej, Kim!”\r\n\tKim svarede."

    assert covered_text(text, ["kim"]) == text.replace("Kim", COVER)


def test_words_read_in_a_picture_are_found_in_any_composition() -> None:
    words = [[unicodedata.normalize("NFD", "Åse,"), 1, 2, 3, 4, 90.0]]

    assert list(boxes_of(words, "åse")) == [(1, 2, 3, 4)]
    assert list(boxes_of(words, "å\u00adse")) == [(1, 2, 3, 4)]


def told(phone: str, text: str) -> bool:
    written = as_written(phone)
    return written is not None and re.search(written, text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "61223344",
        "61 22 33 44",
        "61.22.33.44",
        "61-22-33-44",
        "6122 3344",
        "612 23 344",
        "+45 61 22 33 44",
        "+4561223344",
        "0045 61223344",
        "4561223344",
        "(+45) 61 22 33 44",
        "(61) 22 33 44",
        "tlf:61223344.",
        "ring kl. 10, 61 22 33 44",
        "nr. 4 61223344",
        "61\n22 33 44",
    ],
)
@pytest.mark.parametrize("phone", ["61223344", "+45 61 22 33 44", "0045-61223344"])
def test_a_telephone_is_known_however_it_is_written(phone: str, text: str) -> None:
    assert told(phone, f"Hendes mobil er {text}")


@pytest.mark.parametrize(
    "text",
    ["100061223344", "6122334455", "profile.php?id=10006122334499", "61223345", "6122334"],
)
def test_the_same_digits_within_a_longer_run_are_no_telephone(text: str) -> None:
    assert not told("+45 61223344", f"Sag {text} hos os")


def test_a_number_from_elsewhere_is_known_with_and_without_its_country() -> None:
    for text in ("+46 70-123 45 67", "070 123 45 67", "0701234567", "0046701234567"):
        assert told("+46 70 123 45 67", text), text
    assert as_written("112") is None
