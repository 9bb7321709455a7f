"""What a post says beneath its disguise, with the way back to where it stands.

The reading of a text is lower case, composed (NFKC), without invisible characters, stray accents
and look-alike letters; æ, ø and å survive. Every character of it knows the code points of the
original from which it came, so that a span always marks what the author wrote. Further readings
(`unmasked`) undo stretched, spaced and digit-for-letter writing; they are made only where a text
shows signs of it, since they cost time and can invent words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import re2

from moderation.lookalikes import LOOKALIKES

# Most posts consist of these alone; for them lower() is the whole normalisation.
_PLAIN = re.compile(r"[\t\n\r -~æøåÆØÅ’‘“”«»–—]*")
_SCANDINAVIAN = {"ä": "æ", "ö": "ø", "æ": "æ", "ø": "ø", "å": "å"}
# Invisible letters that Unicode does not count as format characters.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u17b4\u17b5\u2800")
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """A normalised text; `starts` and `ends` are code points of the original, None for the same."""

    original: str
    text: str
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where characters [start, end) of the reading stand in the original."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def normalise(text: str) -> Reading:
    """Return the plain reading of a text; reading a reading's text again changes nothing."""
    if _PLAIN.fullmatch(text):
        return Reading(text, text.lower())
    clusters: list[tuple[str, int, int]] = []
    cluster, first, last = "", 0, 0
    for index, character in enumerate(text):
        category = unicodedata.category(character)
        if category in ("Cf", "Cs") or character in _BLANK_LETTERS:
            continue
        if category[0] == "M" and cluster:
            cluster += character
            last = index + 1
            continue
        clusters.append((cluster, first, last))
        cluster, first, last = character, index, index + 1
    clusters.append((cluster, first, last))
    placed = [(c, first, last) for cluster, first, last in clusters for c in _folded(cluster)]
    return Reading(
        text,
        "".join(character for character, _, _ in placed),
        tuple(first for _, first, _ in placed),
        tuple(last for _, _, last in placed),
    )


@lru_cache(maxsize=16_384)
def _folded(cluster: str) -> str:
    """Return one letter with its marks as plain lower-case letters; repeated until it is stable."""
    for _ in range(_ROUNDS):
        folded = "".join(
            _plain_letter(letter) for letter in unicodedata.normalize("NFKC", cluster).casefold()
        )
        if folded == cluster:
            break
        cluster = folded
    return cluster


def _plain_letter(letter: str) -> str:
    if letter in _SCANDINAVIAN:
        return _SCANDINAVIAN[letter]
    letter = LOOKALIKES.get(letter, letter)
    if letter.isascii():
        return letter
    return "".join(
        LOOKALIKES.get(part, part)
        for part in unicodedata.normalize("NFD", letter)
        if unicodedata.category(part)[0] not in "MC" or part.isspace()
    )


def is_disguised(original: str, text: str) -> bool:
    """Whether the original writes these words in another way than case, é and spacing explain."""
    honest = unicodedata.normalize("NFC", original).casefold().replace("é", "e")
    honest = honest.replace("ä", "æ").replace("ö", "ø")
    return _letters(honest) != _letters(text)


def _letters(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text))


_STRETCHED = re.compile(r"([^\W\d_])\1\1+")
_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:(?: |[.\-_*·,/|] ?)[^\W\d_](?![^\W_])){2,}")
_SPLIT = re.compile(r"(?<=[^\W\d_])[-._·|~/](?=[^\W\d_])")
_MIXED = re.compile(
    r"(?<![^\W_])[^\W_]*(?:[^\W\d_][013457@$!|€¡ß]+[^\W\d_]|(?<![^\W_@])[13457$€][^\W\d_]{3})[^\W_]*"
    r"(?:[013457@$!|€¡ß]+[^\W\d_]+)*"
)
_STARRED = re.compile(r"(?<![^\W_])[^\W_]+[*#•]+[^\W_]*(?:[*#•]+[^\W_]+)*")
_LEET_I = str.maketrans("013457@$!|€¡ß", "oieastasiieib")
_LEET_L = str.maketrans("013457@$!|€¡ß", "oleastasileib")

_MAY_MEAN = {
    "0": "oø", "1": "il", "3": "eæ", "4": "aæå", "5": "s", "7": "t", "@": "aåæ", "$": "s",
    "!": "il", "|": "il", "€": "eæ", "¡": "i", "ß": "b", "8": "b", "9": "g",
    "*": "", "#": "", "•": "",
}  # fmt: skip

Guess = Callable[[tuple[str, ...]], str | None]
"""Given for each place the letters that may be meant (none: any), name a known word, or None."""


# Any sign of the above, in one pass of an engine that is quick where there is none.
_SIGNS = re2.compile(
    "|".join(letter * 3 for letter in "abcdefghijklmnopqrstuvwxyzæøå")
    + r"|\pL[013457@$!|€¡ß*#•]+\pL|(?:^|[^\pL\pN@])[13457$€]\pL\pL\pL|\pL[*#•]|\pL[-._·|~/]\pL"
    + r"|(?:^|[^\pL\pN])\pL[ .\-_*·,/|] ?\pL(?:[^\pL\pN]|$)"
)


def unmasked(reading: Reading, guess: Guess) -> tuple[Reading, ...]:
    """Return the further readings of a text that shows signs of disguise; mostly none."""
    if not _SIGNS.search(reading.text):
        return ()
    found: list[Reading] = []
    for keep, leet in ((1, _LEET_I), (2, _LEET_L)):
        changed = _unmask(reading, keep, leet, guess)
        if changed is not None and all(changed.text != other.text for other in found):
            found.append(changed)
    return tuple(found)


def _unmask(reading: Reading, keep: int, leet: dict[int, int], guess: Guess) -> Reading | None:
    text = reading.text
    replaced = _MIXED.sub(lambda match: _guessed(match[0], guess, leet), text)
    replaced = _STARRED.sub(lambda match: _guessed(match[0], guess, leet), replaced)
    drop: set[int] = set()
    for match in _SPACED.finditer(replaced):
        drop.update(i for i in range(*match.span()) if not replaced[i].isalpha())
    drop.update(match.start() for match in _SPLIT.finditer(replaced))
    for match in _STRETCHED.finditer(replaced):
        drop.update(range(match.start() + keep, match.end()))
    if replaced == text and not drop:
        return None
    kept = [index for index in range(len(text)) if index not in drop]
    spans = [reading.span(index, index + 1) for index in kept]
    return Reading(
        reading.original,
        "".join(replaced[index] for index in kept),
        tuple(start for start, _ in spans),
        tuple(end for _, end in spans),
    )


def _guessed(word: str, guess: Guess, leet: dict[int, int]) -> str:
    known = guess(tuple(_MAY_MEAN.get(letter, letter) for letter in word))
    return known if known is not None and len(known) == len(word) else word.translate(leet)
