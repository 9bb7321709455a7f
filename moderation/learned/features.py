"""What a learned judge looks at: words, pairs of words, and the pieces of two to five letters.

A feature's value is its count times its weight of rarity, divided by the length of the whole post.
That length is the root of a sum over words, each word adding its own pieces; so everything a word
brings can be worked out once and remembered, and a post costs a look-up per word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from moderation.terms import Place
from moderation.words import Words

EMPLOYEE = "\x02medarbejder"
"""Stands for every employee's name, so that nobody's name is ever learned."""
SIGNAL = "\x03"
"""Stands before the name of a signal where signals are looked at too."""
LOUDNESS = 6
"""So many times a signal counts: one found signal says more than one piece of a word."""
_START, _JOIN = "\x01", "\x01"
_SHORTEST, _LONGEST = 2, 5
SEGMENT = 25
"""Words that are judged together at most, cut between sentences: a long post hides no threat."""


def tokens_of(words: Words, employees: Iterable[Place] = ()) -> list[tuple[str, int]]:
    """Return each word as it is learned, with its number; names and digits are made alike."""
    named = {number for first, last in employees for number in range(first, last + 1)}
    found: list[tuple[str, int]] = []
    for number, word in enumerate(words.words):
        if number in named:
            if number - 1 not in named:
                found.append((EMPLOYEE, number))
        elif word.isalpha():
            found.append((word, number))
        else:
            found.append(("".join("0" if c.isdigit() else c for c in word), number))
    return found


def segments_of(
    words: Words, employees: Iterable[Place] = (), most: int = SEGMENT
) -> Iterator[list[tuple[str, int]]]:
    """Yield the tokens of a post in stretches of whole sentences, `most` words or one sentence."""
    part: list[tuple[str, int]] = []
    sentence: list[tuple[str, int]] = []
    current = 0
    for token in tokens_of(words, employees):
        if words.sentences[token[1]] != current:
            current = words.sentences[token[1]]
            if part and len(part) + len(sentence) > most:
                yield part
                part = []
            part = [*part, *sentence]
            sentence = []
        sentence.append(token)
    if part and len(part) + len(sentence) > most:
        yield part
        part = []
    part = [*part, *sentence]
    if part:
        yield part


def pieces_of(word: str) -> list[str]:
    """Return a word's own features: itself, and its pieces with a space at each end."""
    own = [_START + word]
    if word[0] in (EMPLOYEE[0], SIGNAL):
        return own
    padded = f" {word} "
    for size in range(_SHORTEST, _LONGEST + 1):
        own.extend(padded[i : i + size] for i in range(max(len(padded) - size + 1, 0)))
    return own


def pair_of(word: str, following: str) -> str:
    """Return the feature of two neighbours."""
    return f"{_START}{word}{_JOIN}{following}"


def signal_tokens(places: Mapping[str, object]) -> list[str]:
    """Return the tokens that say which signals were found in a post."""
    return [SIGNAL + name for name in sorted(places)]
