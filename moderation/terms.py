"""Terms: the words and phrases that a signal listens for.

    idiot        the word alone
    idiot~       the word with Danish or bokmål endings (idioter, idioternes, idiotisk is not)
    *luder       words that end so; luder* begins so; *luder* contains it
    {dræbe}      every form of the verb or noun (dræber, dræbte, dræbt), by simplemma
    slå ihjel    a phrase; the last word may carry ~ or *, the first a leading *

All hits are kept, also overlapping ones, each as the numbers of its first and last word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import ahocorasick

from moderation.errors import TermError
from moderation.text import normalise
from moderation.words import WORD, Words

if TYPE_CHECKING:
    from simplemma import Lemmatizer

Place = tuple[int, int]
"""First and last word of a hit, both included."""

ENDINGS = frozenset({
    "", "s", "e", "es", "en", "ens", "et", "ets", "er", "ers", "r", "n", "t", "ne", "nes",
    "erne", "ernes", "ene", "enes", "ns", "ere", "este", "a", "ede", "te", "der", "ende",
})  # fmt: skip
"""Endings of Danish and bokmål nouns, adjectives and weak verbs, the empty one among them."""
GENITIVES = frozenset({"", "s", "es"})
"""Endings of a name: Sørensen, Sørensens, Mathiases."""
OPEN_LEFT, OPEN_RIGHT, INFLECTED, NAME = 1, 2, 4, 8
ENDS = {INFLECTED: ENDINGS, NAME: GENITIVES}
"""What may follow a term that bends, up to the end of the word."""
_BENDS = INFLECTED | NAME


@dataclass(frozen=True, slots=True)
class Term:
    """One term as parsed: its words joined by spaces, and how its two ends are open."""

    words: str
    marks: int = 0
    lemma: bool = False

    @property
    def length(self) -> int:
        """How many words it has."""
        return self.words.count(" ") + 1


def parse_term(text: str) -> Term:
    """Read a term in the notation above; TermError says what is wrong."""
    stripped = text.strip()
    if stripped.startswith("{"):
        word = normalise(stripped.strip("{}")).text
        if not stripped.endswith("}") or not WORD.fullmatch(word):
            raise TermError(f"{text!r}: braces hold one word")
        return Term(word, lemma=True)
    marks = 0
    if stripped.startswith("*"):
        marks |= OPEN_LEFT
    if stripped.endswith("*"):
        marks |= OPEN_RIGHT
    if stripped.endswith("~"):
        marks |= INFLECTED
    words = WORD.findall(normalise(stripped.strip("*~")).text)
    if not words:
        raise TermError(f"{text!r} holds no word")
    if any(mark in stripped.strip("*~ ") for mark in "*~{}"):
        raise TermError(f"{text!r}: * and ~ stand at an end only")
    return Term(" ".join(words), marks)


@lru_cache(maxsize=65_536)
def lemma_of(word: str) -> str:
    """Return the dictionary form of a Danish or bokmål word, itself when unknown."""
    return str(_lemmatizer().lemmatize(word, lang=("da", "nb"))).lower()


@cache
def _lemmatizer() -> Lemmatizer:
    """Return the dictionaries as streams, as quick as whole ones: 10 MiB instead of 81."""
    from simplemma import Lemmatizer  # here: many a set of rules asks for no basic form
    from simplemma.strategies import DefaultStrategy
    from simplemma.strategies.dictionaries.stream_dictionary_factory import StreamDictionaryFactory

    strategy = DefaultStrategy(dictionary_factory=StreamDictionaryFactory())
    return Lemmatizer(lemmatization_strategy=strategy)


class TermIndex:
    """Many terms in one Aho-Corasick automaton; finds all of them in one pass over the words."""

    def __init__(self, terms: Iterable[tuple[str, Term]]) -> None:
        """Build from pairs of a key (mostly a signal's name) and a term."""
        entries: dict[str, list[tuple[str, int, int]]] = {}
        self._lemmas: dict[str, list[str]] = {}
        self._shapes: dict[tuple[int, str], list[str]] = {}
        for key, term in terms:
            if term.lemma:
                self._lemmas.setdefault(term.words, []).append(key)
                continue
            left = "" if term.marks & OPEN_LEFT else " "
            right = "" if term.marks & (OPEN_RIGHT | _BENDS) else " "
            needle = f"{left}{term.words}{right}"
            entries.setdefault(needle, []).append((key, term.marks, len(left)))
        self._automaton = ahocorasick.Automaton()
        for needle, payload in entries.items():
            self._automaton.add_word(needle, (len(needle), tuple(payload)))
        if entries:
            self._automaton.make_automaton()
        self._filled = bool(entries)

    def find(self, words: Words) -> dict[str, list[Place]]:
        """Return the places of every key that stands in the words, in order, overlaps kept."""
        found: dict[str, list[Place]] = {}
        stream = words.stream
        if self._filled:
            at = words.word_at_stream
            for end, (length, payload) in self._automaton.iter(stream):
                start = end - length + 1
                for key, marks, offset in payload:
                    if marks & _BENDS:
                        word_end = stream.index(" ", end + 1)
                        if stream[end + 1 : word_end] not in ENDS[marks & _BENDS]:
                            continue
                    last = end if stream[end] != " " else end - 1
                    place = at(start + offset), at(last)
                    places = found.setdefault(key, [])
                    if place not in places[-3:]:
                        places.append(place)
        if self._lemmas:
            self._find_lemmas(words, found)
        for places in found.values():
            places.sort()
        return found

    def _find_lemmas(self, words: Words, found: dict[str, list[Place]]) -> None:
        for number, word in enumerate(words.words):
            for key in self._lemmas.get(lemma_of(word), ()):
                places = found.setdefault(key, [])
                if (number, number) not in places:
                    places.append((number, number))


class Shapes:
    """Known words by length and first letter, to guess what `k*lling` or `dr4ber` stands for."""

    def __init__(self, terms: Iterable[Term]) -> None:
        """Remember every word of the terms that is long enough to be told by its shape."""
        self._by_start: dict[tuple[int, str], dict[str, None]] = {}
        # A term of one word is a likelier guess than a word out of a phrase.
        for term in sorted(terms, key=lambda term: term.length):
            for word in term.words.split():
                if len(word) >= _SHORTEST_SHAPE:
                    self._by_start.setdefault((len(word), word[0]), {})[word] = None

    def guess(self, letters: tuple[str, ...]) -> str | None:
        """Return the first known word that fits, alone or with an ending."""
        sure = sum(len(choice) == 1 for choice in letters)
        if sure < _SURE_LETTERS or not letters[0]:
            return None
        shortest = max(_SHORTEST_SHAPE, len(letters) - _LONGEST_ENDING)
        for length in range(len(letters), shortest - 1, -1):
            ending = letters[length:]
            if any(len(choice) != 1 for choice in ending) or "".join(ending) not in ENDINGS:
                continue
            for first in letters[0]:
                for word in self._by_start.get((length, first), ()):
                    if all(
                        not choice or letter in choice
                        for choice, letter in zip(letters[:length], word, strict=True)
                    ):
                        return word + "".join(ending)
        return None


_SHORTEST_SHAPE, _SURE_LETTERS = 3, 2
_LONGEST_ENDING = max(map(len, ENDINGS))
