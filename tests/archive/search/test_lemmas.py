import tomllib
from importlib import resources

import pytest

from archive.search.lemmas import lemmas_of, related_to
from archive.search.words import words_in


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("trussel", "trusler"),
        ("trussel", "truslerne"),
        ("trussel", "truede"),
        ("trussel", "truer"),
        ("trusler", "true"),
        ("hund", "hundene"),
        ("barn", "børn"),
        ("dræber", "dræbt"),
        ("dræbe", "drepe"),
        ("pige", "pigerne"),
        ("chikane", "trakassering"),
        ("aagaard", "ågård"),
        ("dø", "død"),
        ("🔪", "kniv"),
    ],
)
def test_forms_of_one_word_are_found_together(one: str, other: str) -> None:
    assert not set(lemmas_of(one)).isdisjoint(lemmas_of(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("hade", "håde"), ("bo", "bø"), ("kone", "kane"), ("mal", "mål"), ("hund", "kat")],
)
def test_other_words_are_not(one: str, other: str) -> None:
    assert set(lemmas_of(one)).isdisjoint(lemmas_of(other))


def test_each_group_of_our_own_says_why_and_is_found_by_each_of_its_words() -> None:
    text = resources.files("archive.search").joinpath("synonyms.toml").read_text("utf-8")
    for group in tomllib.loads(text)["group"]:
        assert len(group["why"]) > 10
        first, *others = (words_in(word)[0] for word in group["words"])
        for other in others:
            assert not set(lemmas_of(first)).isdisjoint(lemmas_of(other)), (first, other)


def test_related_words_are_said() -> None:
    assert "true" in related_to("trusler")
    assert related_to("hund") == ()
