"""A reading cut into words and sentences: the ground on which every signal stands.

The words are also joined to one `stream`, a space on each side and a mark between sentences, so
that a search for " idiot " in the stream respects word boundaries by itself, whatever stands
between the words in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from moderation.text import Reading
from moderation.values import Span

WORD = re.compile(r"[^\W_]+|[\u2600-\u27BF\U0001F300-\U0001FAFF]")
"""A word: letters and digits, or one pictogram."""
_ENDS_SENTENCE = re.compile(r"[!?\n…]|[.;](?:\s|$)|\.\.")
_ABBREVIATIONS = frozenset({
    "kl", "nr", "ca", "bl", "evt", "feks", "fx", "mfl", "jf", "tlf", "mob", "str", "sek",
    "min", "st", "tv", "th", "red", "pga", "ift", "mht", "osv", "mv", "dr", "hr", "fr", "vedr",
    "inkl", "ekskl", "afd", "adr", "jnr", "pkt", "stk", "gl", "skt", "bla", "ang", "etc",
})  # fmt: skip
_SENTENCE_MARK = "¶"


class Words:
    """The words of one reading, numbered from 0, each with its place and its sentence."""

    __slots__ = ("ends", "reading", "sentences", "starts", "stream", "stream_starts", "words")

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.sentences: list[int] = []
        self.stream_starts: list[int] = []
        self._cut(reading.text)

    def _cut(self, text: str) -> None:
        stream = [""]
        sentence, previous_end, position = 0, 0, 1
        for match in WORD.finditer(text):
            start, end = match.span()
            word = match[0]
            if start - previous_end > 1 and self.words and self._ends(text, previous_end, start):
                sentence += 1
                stream.append(_SENTENCE_MARK)
                position += 2
            self.words.append(word)
            self.starts.append(start)
            self.ends.append(end)
            self.sentences.append(sentence)
            self.stream_starts.append(position)
            stream.append(word)
            position += end - start + 1
            previous_end = end
        stream.append("")
        self.stream = " ".join(stream)

    def _ends(self, text: str, previous_end: int, start: int) -> bool:
        gap = text[previous_end:start]
        if not _ENDS_SENTENCE.search(gap):
            return False
        if gap.strip() != ".":
            return True
        word = self.words[-1]
        if "\n" in gap:
            return True
        return not (word in _ABBREVIATIONS or word.isdigit() or len(word) == 1)

    def word_at_stream(self, position: int) -> int:
        """Return the number of the word that covers a character of the stream."""
        return bisect_right(self.stream_starts, position) - 1

    def word_at(self, position: int) -> int:
        """Return the number of the last word that begins at or before a character of the text."""
        return max(bisect_right(self.starts, position) - 1, 0)

    def between(self, first: int, last: int) -> str:
        """Return the reading's own text from one word to another, both included."""
        return self.reading.text[self.starts[first] : self.ends[last]]

    def span(self, first: int, last: int) -> Span:
        """Return where words first..last stand in the original."""
        return self.reading.span(self.starts[first], self.ends[last])

    def original(self, word: int) -> str:
        """Return a word as its author wrote it."""
        start, end = self.span(word, word)
        return self.reading.original[start:end]
