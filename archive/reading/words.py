"""Words read in a picture, and how far they can be believed; pure, for both sides of the wall."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

GATE: Final = 70.0
"""Below this mean confidence a text is no fact: "see the picture" (findings/stack §5)."""

_NOISE: Final = 40.0
"""Lines below this are icons and edges; they are kept as words and left out of the text."""

State = Literal["read", "unsure", "no_text"]
Word = tuple[str, int, int, int, int, float]
"""Text, left, top, width, height in pixels of the upright picture, confidence 0–100."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of words; `paragraph` is true where a new paragraph begins with it."""

    words: tuple[Word, ...]
    paragraph: bool = False

    @property
    def confidence(self) -> float:
        """The mean over its characters."""
        return mean_confidence(self.words)

    @property
    def text(self) -> str:
        """The words with one space between."""
        return " ".join(word[0] for word in self.words)


def mean_confidence(words: Iterable[Word]) -> float:
    """Return the mean over characters; words without letter or digit count for nothing."""
    weight = total = 0.0
    for text, *_, confidence in words:
        size = sum(map(str.isalnum, text))
        weight += size
        total += size * confidence
    return total / weight if weight else 0.0


def told(lines: Sequence[Line]) -> dict[str, Any]:
    """Return the facts of what was read.

    `text` only where it can be believed, else `text_unsure`; `text_state`
    (`read`, `unsure`, `no_text`), `confidence` and `words` always.
    """
    words = [word for line in lines for word in line.words]
    confidence = round(mean_confidence(words), 1)
    facts: dict[str, Any] = {"confidence": confidence, "words": [list(word) for word in words]}
    text = _text(lines)
    if not any(map(str.isalnum, text)):
        unsure = any(map(str.isalnum, _text(lines, noise=0.0)))
        return facts | {"text_state": "unsure" if unsure else "no_text"}
    if confidence < GATE:
        return facts | {"text_state": "unsure", "text_unsure": text}
    return facts | {"text_state": "read", "text": text}


def _text(lines: Sequence[Line], noise: float = _NOISE) -> str:
    out: list[str] = []
    for line in lines:
        if line.confidence < noise:
            continue
        if line.paragraph and out:
            out.append("")
        out.append(line.text)
    return "\n".join(out)
