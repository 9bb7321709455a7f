"""Lemmas: the basic forms under which a word is found, so that *trussel* finds *trusler*. Pure.

Danish and bokmål by simplemma; a table of our own joins what dictionaries keep apart. Names are
found by either spelling: aa and å are one here ("Aagaard", "Ågård"), and only here. Words as
written are kept beside their lemmas.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from archive.search.words import words_in

if TYPE_CHECKING:
    from simplemma import Lemmatizer

_LANGUAGES: Final = ("da", "nb")


@lru_cache(maxsize=200_000)
def lemmas_of(word: str) -> tuple[str, ...]:
    """Return under which basic forms a word is found; never none."""
    return tuple(sorted({_spelt(group) for base in _bases(word) for group in _groups(base)}))


def learn(words: Iterable[str]) -> None:
    """Find the basic forms of words ahead, so that the transaction that writes them need not.

    Opening the dictionaries takes most of a second, and each new word a little of it.
    """
    for word in {*words}:
        lemmas_of(word)
    lemmas_of("ord")


def related_to(word: str) -> tuple[str, ...]:
    """Return the words of our own table that are found with this one, to be said."""
    table = synonyms()
    mine = set(lemmas_of(word))
    return tuple(
        other for other, groups in table.items() if other != word and mine & {*map(_spelt, groups)}
    )


@cache
def synonyms() -> Mapping[str, tuple[str, ...]]:
    """Return by word the names of the groups that it stands in (the first word of each)."""
    text = resources.files("archive.search").joinpath("synonyms.toml").read_text("utf-8")
    found: dict[str, list[str]] = {}
    for group in tomllib.loads(text)["group"]:
        words = [word for told in group["words"] for word in words_in(told)]
        for word in words:
            found.setdefault(word, []).append(words[0])
    return MappingProxyType({word: tuple(groups) for word, groups in found.items()})


def _bases(word: str) -> set[str]:
    """Return the dictionaries' basic forms; the word itself where none knows another."""
    if not word.isalpha() or word in synonyms():
        return {word}  # our own table knows better than a dictionary
    danish, bokmaal = (_base(word, language) for language in _LANGUAGES)
    known = {danish, bokmaal}
    # What is no Danish word may be a Norwegian one; a Danish form keeps its Danish base alone.
    return {danish} if danish != word else known


def _base(word: str, language: str) -> str:
    return str(_lemmatizer().lemmatize(word, lang=language)).lower()


@cache
def _lemmatizer() -> Lemmatizer:
    """Return the dictionaries as streams: 18 MiB instead of 156, for 13 microseconds a new word."""
    from simplemma import Lemmatizer  # here: an idle service looks up no word
    from simplemma.strategies import DefaultStrategy
    from simplemma.strategies.dictionaries.stream_dictionary_factory import StreamDictionaryFactory

    strategy = DefaultStrategy(dictionary_factory=StreamDictionaryFactory())
    return Lemmatizer(lemmatization_strategy=strategy)


def _groups(base: str) -> tuple[str, ...]:
    return synonyms().get(base, (base,))


def _spelt(lemma: str) -> str:
    return lemma.replace("aa", "å")
