"""Covering words in a text: found however they are written, each place of them, none left open."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from service.errors import CoverNotFound

COVER: Final = "█████"
"""Stands for whatever was covered in text, always as long: its length tells nothing."""

_UNSEEN: Final = frozenset({"Cf", "Cc"})
_FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Letters and marks that show nothing."""

_SELECTORS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def covered_text(text: str, words: Sequence[str]) -> str:
    """Return a text, NFC, in which every place of these words is covered.

    Case, width, how an accent is composed, line breaks within a phrase and characters that
    nobody sees (soft hyphens, zero-width spaces) hide no word; a name is covered in longer
    words too ("Annas"). All of them are looked for in the text as it came, so that "Anna" is
    found where "Anna Jensen" is covered as well. Raises `CoverNotFound`.
    """
    seen, places = _as_seen(text)
    spans: list[tuple[int, int]] = []
    for word in words:
        parts = _as_seen(word)[0].split()
        wanted = re.compile(r"\s+".join(map(re.escape, parts)))
        found = [match.span() for match in wanted.finditer(seen)] if parts else []
        if not found:
            raise CoverNotFound(word)
        spans += [(places[start][0], places[end - 1][1]) for start, end in found]
    covered, at = [], 0
    for start, end in _joined(spans):
        covered += [text[at:start], COVER]
        at = end
    return unicodedata.normalize("NFC", "".join([*covered, text[at:]]))


def bare(word: str) -> str:
    """Return the letters and digits of a word, by which it is known however it is written."""
    return "".join(one for one in _as_seen(word)[0] if one.isalnum())


def _as_seen(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return text as readers tell it apart, and for each of its characters where it stood."""
    seen: list[str] = []
    places: list[tuple[int, int]] = []
    for start, end in _letters(text):
        shown = "".join(one for one in text[start:end] if not _is_unseen(one))
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", shown).casefold())
        seen.append(folded)
        places += [(start, end)] * len(folded)
    return "".join(seen), places


def _letters(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each letter begins and ends, its marks and what is unseen behind it included."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not (unicodedata.combining(text[at]) or _is_unseen(text[at])):
            yield start, at
            start = at


def _is_unseen(character: str) -> bool:
    if character < "\u00ad":
        return character < " " and not character.isspace()
    return (
        unicodedata.category(character) in _UNSEEN
        or character in _FILLERS
        or any(ord(character) in some for some in _SELECTORS)
    )


def _joined(spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield places in order, those that overlap as one."""
    last: tuple[int, int] | None = None
    for start, end in sorted(spans):
        if last is not None and start < last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last is not None:
            yield last
        last = (start, end)
    if last is not None:
        yield last
