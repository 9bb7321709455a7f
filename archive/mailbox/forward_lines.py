"""A body as lines: which are labels of a header block, and which announce a forward.

Everything works on a copy of the body in which odd spaces are plain ones, of
the same length, so that every position is a position in the body as given.
"""

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from archive.mailbox.forward_words import (
    BEGINNINGS,
    FORWARDED,
    LABEL_FIELDS,
    LABEL_LANGUAGES,
    ORIGINAL,
    WRITTEN_LABELS,
    Field,
    fold,
)

Announcement = Literal["forwarded", "original", "line"]

_ODD_SPACE: Final = re.compile(
    "[\\u00a0\\u202f\\u2007\\u3000\\ufeff\\u200b\\u200e\\u200f\\u202a-\\u202c\\u2066-\\u2069"
    "\\u2028\\u2029\\x0b\\x0c\\x85]"
)
_LABEL: Final = re.compile(
    r"^(?P<quote>(?:[ \t]*>)*)[ \t]*"
    r"(?P<framed>[-_=]{2,}[^\n_=:>]{2,60}?[-_=]{2,}:?[ \t]*)?[*_•·|]{0,2}[ \t]?"
    r"(?P<label>[^\W\d_][^:：\n*<>@\"]{0,30}?)[ \t]*[*_]{0,2}[ \t]*[:：][*_]{0,2}[ \t]*"
    r"(?P<value>[^\n]*)$",
    re.MULTILINE,
)
_QUOTE: Final = re.compile(r"(?:[ \t]*>)+[ \t]?")
MAX_LABELS: Final = 20_000

_DASHES: Final = "-_=–—―‐‑−*~#"
_ANNOUNCED: Final = re.compile(
    rf"[{_DASHES} \t]*[{_DASHES}]{{2,}}[ \t]*"
    rf"(?P<text>[^\n]{{2,200}}?)[ \t]*[{_DASHES}]{{2,}}:?[ \t\r]*"
)
_ONLY_DASHES: Final = re.compile(rf"[ \t]*[{_DASHES}]{{5,}}[ \t\r]*")
_LONGEST_ANNOUNCEMENT: Final = 250
_ENDS: Final = frozenset(_DASHES + ":： \t\r")
_RUN_TOGETHER: Final = re.compile(
    r"(?<![^\W\d_])(?:" + "|".join(re.escape(word) for word in WRITTEN_LABELS) + r")[ \t]?[:：]"
)


@dataclass(slots=True)
class LabelLine:
    """A line that begins with a label: where it stands and where its value stands."""

    field: Field
    languages: frozenset[str]
    line: int
    depth: int
    start: int
    end: int
    announced: Announcement | None = None  # by what stands before it on its own line


@dataclass(slots=True)
class Lines:
    """The lines of a body; `starts` are their positions, `starts[-1]` the body's length."""

    text: str
    starts: list[int] = field(default_factory=list)
    labels: list[LabelLine] = field(default_factory=list)

    def line(self, number: int) -> str:
        """Return a line without its break."""
        return self.text[self.starts[number] : self.starts[number + 1]].rstrip("\r\n")

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self.starts) - 1

    def bare(self, number: int) -> str:
        """Return a line without quote marks and surrounding space."""
        line = self.line(number)
        quote = _QUOTE.match(line)
        return (line[quote.end() :] if quote else line).strip()

    def depth(self, number: int) -> int:
        """How many quote marks stand before a line."""
        quote = _QUOTE.match(self.line(number))
        return quote[0].count(">") if quote else 0

    def announcement(self, number: int) -> Announcement | None:
        """Say whether a line announces a forward, an original, or only draws a line."""
        return announcement_of(self.bare(number))


def read_lines(body: str) -> Lines:
    """Return a body as lines, with its label lines found."""
    text = _ODD_SPACE.sub(" ", body)
    lines = Lines(text)
    starts = [0]
    position = text.find("\n")
    while position >= 0:
        starts.append(position + 1)
        position = text.find("\n", position + 1)
    starts.append(len(text) + 1)
    lines.starts = starts
    number = 0
    for found in _LABEL.finditer(text):
        kind = LABEL_FIELDS.get(fold(found["label"]))
        if kind is None:
            continue
        if len(lines.labels) >= MAX_LABELS:
            break  # a forward begins near the top; this is a list of something else
        while starts[number + 1] <= found.start():
            number += 1
        first = LabelLine(
            kind,
            LABEL_LANGUAGES[fold(found["label"])],
            number,
            found["quote"].count(">"),
            found.start("value"),
            found.end("value"),
            announcement_of((found["framed"] or "").strip()),
        )
        lines.labels.append(first)
        if kind in ("from", "subject"):
            _split_run_together(text, first, lines.labels)
    return lines


def _split_run_together(text: str, first: LabelLine, labels: list[LabelLine]) -> None:
    """Cut `From: A <a@x>To: B <b@x>Sent: …Subject: …` into its fields."""
    found = list(_RUN_TOGETHER.finditer(text, first.start, first.end))
    kinds = [LABEL_FIELDS.get(fold(match[0].rstrip(" \t:："))) for match in found]
    known = {kind for kind in kinds if kind in ("to", "date", "subject", "cc")}
    if len(known) < 2 or first.field == "subject":  # noqa: PLR2004 - one may be part of a name
        return
    seen: set[Field] = {first.field}
    current = first
    for match, kind in zip(found, kinds, strict=True):
        if kind is None or kind in seen:
            continue
        seen.add(kind)
        after = LabelLine(kind, first.languages, first.line, first.depth, match.end(), current.end)
        current.end = match.start()
        labels.append(after)
        current = after


def announcement_of(line: str) -> Announcement | None:
    """Say whether a line announces a forward or an original, or only draws a line."""
    if not line or len(line) > _LONGEST_ANNOUNCEMENT or line[-1] not in _ENDS:
        return None
    if _ONLY_DASHES.fullmatch(line):
        return "line"
    framed = _ANNOUNCED.fullmatch(line)
    text = fold(framed["text"] if framed else line.strip("*_ "))
    if not framed and not (line.rstrip("*_ ").endswith((":", "：")) and len(line) < 90):  # noqa: PLR2004 - a phrase, not a sentence
        return None
    if any(stem in text for stem in FORWARDED):
        return "forwarded"
    if any(stem in text for stem in ORIGINAL):
        return "original" if framed or not text.startswith(BEGINNINGS) else "forwarded"
    return "line" if framed else None
