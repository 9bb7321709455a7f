"""Words: how a text falls apart, the same for what is kept and for what is searched. Pure.

Case, width and fancy letters do not count ("𝐓𝐑𝐔𝐒𝐒𝐄𝐋" is "trussel"), nor invisible characters
and stray accents put between letters to hide a word. æ, ø and å are letters of their own: å is
not a. An emoji is a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LONGEST: Final = 100
"""A longer word is cut; PostgreSQL takes no lexeme of more than 2,046 bytes."""
_INVISIBLE: Final = "\u00ad\u200b-\u200d\u2060\ufeff"
_ACCENTS: Final = "\u0300-\u036f"
_SYMBOLS: Final = (
    "\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001f3fa\U0001f400-\U0001faff"  # no skin tones
)
_WORD: Final = re.compile(
    # Whole runs at a time: letter by letter a long text takes four times as long.
    rf"[^\W_]+(?:[{_ACCENTS}{_INVISIBLE}]+[^\W_]*)*|[{_SYMBOLS}]",
)
_PLAIN: Final = re.compile(r"[\x00-\x7fäåæèéêëöøüÄÅÆÈÉÊËÖØÜ\xa0§«»‐-—‘-”•…€]*")
"""What falls apart at sight: each letter is its own small letter, and joins no other."""
_LETTERS: Final = re.compile("[0-9a-zäåæèéêëöøü]+")  # listed: five times as fast as a class
_UNSEEN: Final = re.compile(f"[{_INVISIBLE}]")


@dataclass(frozen=True, slots=True)
class Located:
    """A word and where it stands: code points from `start` up to `end`."""

    word: str
    start: int
    end: int


def words_in(text: str) -> list[str]:
    """Return the words of a text in their order, each in its one form."""
    if _PLAIN.fullmatch(text):
        return [word[:LONGEST] for word in _LETTERS.findall(text.lower())]
    return [word for match in _WORD.finditer(text) for word in _one_form(match[0])]


def located_in(text: str) -> Iterator[Located]:
    """Yield the words of a text with their places; one piece may hold several ("½")."""
    for match in _WORD.finditer(text):
        for word in _one_form(match[0]):
            yield Located(word, match.start(), match.end())


@lru_cache(maxsize=100_000)
def _one_form(piece: str) -> tuple[str, ...]:
    if piece.isascii():
        return (piece.lower()[:LONGEST],)
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", piece)).casefold()
    # Only what joins no letter is left over as a mark of its own: å, é and ö are one letter here.
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKC", plain)
        if unicodedata.category(letter) != "Mn"
    )
    return tuple(found[0][:LONGEST] for found in _WORD.finditer(plain))
