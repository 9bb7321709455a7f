"""Cutting a long post into parts judged each by itself, so that time grows with its length alone.

Who stands near whom is worked out pair by pair; a post that is all names and insults would take
its length squared. Neighbouring parts overlap: what is said at a cut is judged by the part that
holds more of what stands around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from moderation.values import Span

LONGEST = 8_000
"""So many characters are judged together: as many as a comment on Facebook may have."""
_OVERLAP = 1_000
_REACH = 300
_SENTENCE_END = re.compile(r"[.!?…]\s|\n")
_BLANK = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Part:
    """Where a part begins and ends in the post, and for what in it it is the one to tell."""

    start: int
    end: int
    tells_from: int
    tells_to: int

    def told(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """Return the spans within the part that it tells, as spans of the post."""
        moved = ((self.start + first, self.start + last) for first, last in spans)
        return tuple(
            (first, last)
            for first, last in moved
            if last > self.tells_from and first < self.tells_to
        )


def parts_of(text: str) -> Iterator[Part]:
    """Yield the parts in order: one, if the text is no longer than is judged together."""
    start = tells_from = 0
    while len(text) - start > LONGEST:
        end = _cut(text, start + LONGEST)
        following = _cut(text, end - _OVERLAP)
        middle = (following + end) // 2
        yield Part(start, end, tells_from, middle)
        start, tells_from = following, middle
    yield Part(start, len(text), tells_from, len(text))


def _cut(text: str, most: int) -> int:
    """Return where a sentence ends shortly before, or else a word, or else just here."""
    for ends in (_SENTENCE_END, _BLANK):
        found = [match.end() for match in ends.finditer(text, most - _REACH, most)]
        if found:
            return found[-1]
    return most
