"""What somebody typed, understood: words, "phrases", begin*, -without. Never an error. Pure.

All words must be there (AND). What cannot be searched for is left out and said; the interface
tells what was searched for, so that no hit is ever a silent answer to another question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from archive.search.lemmas import related_to
from archive.search.words import words_in

MOST_TERMS: Final = 24
MOST_WORDS: Final = 40
MOST_TYPED: Final = 2000
"""So many terms, words in one phrase and characters are taken; the rest is left out and said."""
SHORTEST_BEGINNING: Final = 2
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_OPENING: Final = '"„“”«»\uff02'
_PIECE: Final = re.compile(
    rf"(?P<minus>(?<!\S)[-\u2212]+)?"
    rf"(?:[{_OPENING}](?P<phrase>[^{_OPENING}]*)(?:[{_OPENING}](?P<star>\*)?|$)"
    rf"|(?P<chunk>[^\s{_OPENING},;|()\[\]{{}}]+))"
)


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to be found: a word in any form, a phrase as written, or how a word begins.

    `typed` is it as it was typed, without its signs. A term of several words (an address, a
    number with a dash) is a phrase too.
    """

    words: tuple[str, ...]
    typed: str = ""
    as_written: bool = False
    beginning: bool = False
    without: bool = False

    @property
    def in_any_form(self) -> bool:
        """Whether its inflections and related words are found as well."""
        return len(self.words) == 1 and not self.as_written and not self.beginning

    @property
    def related(self) -> tuple[str, ...]:
        """The words of our own table that are found with it."""
        return related_to(self.words[0]) if self.in_any_form else ()


@dataclass(frozen=True, slots=True)
class Query:
    """What was understood. `left_out` are pieces without a word, or beyond what is taken."""

    terms: tuple[Term, ...] = ()
    left_out: tuple[str, ...] = ()
    cut: bool = False
    too_short: tuple[str, ...] = ()

    @property
    def wanted(self) -> tuple[Term, ...]:
        """The terms that must be there."""
        return tuple(term for term in self.terms if not term.without)

    @property
    def unwanted(self) -> tuple[Term, ...]:
        """The terms that must not be there."""
        return tuple(term for term in self.terms if term.without)


def understand(typed: str) -> Query:
    """Return what somebody means; whatever they typed."""
    terms: list[Term] = []
    left_out: list[str] = []
    too_short: list[str] = []
    cut = len(typed) > MOST_TYPED
    for found in _PIECE.finditer(_CONTROL.sub(" ", typed[:MOST_TYPED])):
        without = found["minus"] is not None
        if found["phrase"] is not None:
            pieces = [(found["phrase"], True, found["star"] is not None)]
        else:
            pieces = [(piece, False, star) for piece, star in _by_stars(found["chunk"])]
        for text, quoted, star in pieces:
            words = tuple(words_in(text))
            if not words:
                left_out.append(found[0])
                continue
            if star and len(words[-1]) < SHORTEST_BEGINNING:
                too_short.append(words[-1])
                star = False  # noqa: PLW2901 — one letter begins half of all words: taken as a word
            cut = cut or len(words) > MOST_WORDS
            term = Term(
                words[:MOST_WORDS],
                text.strip(),
                as_written=quoted or len(words) > 1,
                beginning=star and len(words) <= MOST_WORDS,
                without=without,
            )
            if term not in terms:
                terms.append(term)
    return Query(
        tuple(terms[:MOST_TERMS]),
        tuple(dict.fromkeys(left_out)),
        cut or len(terms) > MOST_TERMS,
        tuple(dict.fromkeys(too_short)),
    )


def _by_stars(chunk: str) -> list[tuple[str, bool]]:
    """Split a piece behind each star: `trus*brev` begins with one and has the other."""
    *starred, last = chunk.split("*")
    pieces = [(piece, True) for piece in starred if piece]
    if last or not pieces:
        pieces.append((last or "*", False))
    return pieces
