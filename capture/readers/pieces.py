"""A block's words in lines, each knowing where in the block it stands. Pure.

Blocks of one group are built alike: what stands at the same path in each of them has the
same meaning. So a group is read path by path (`shapes`), where a single post is read by
the order that people are used to (`drafts`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from capture.readers import wording
from capture.readers.facts import Candidate, Run
from capture.readers.stated_times import is_stated_time

_LONGEST_LINE = 140  # letters; a longer line is words, not a time
_MOST_SKIPPED = 6  # words before or after a time in its line
_HIDDEN = frozenset({"unseen", "navigation"})
_MAY_TELL = re.compile(
    r"\d|\b(?:i\s?(?:dag|går)|igår|idag|nu|now|siden|sedan|ago|vor|heute|gestern|today|yesterday"
    r"|nylig|nettopp|nyss|eben|dag|day|tag|time|hour|uge|uke|week|måned|month|år|year)",
    re.IGNORECASE,
)
_OTHER_TIME = re.compile(
    r"medlem|tilmeldt|registre|joined|member|since|seit|dabei|aktiv|sidst|sist |last |redig|rettet"
    r"|ændret|endret|edited|opdater|updated|bearbeitet|geändert|ändrad|fødselsdag|birthday|oprettet:"
    r"|member since|mitglied",
    re.IGNORECASE,
)
_ON = re.compile(r"^(?:den|d\.|am|on)\s+(?=\S*\d)", re.IGNORECASE)
EDGE = " \n·•|–—-,:;»«›()[]#"


PRESSED = re.compile(
    r"[.>](?:[\w-]*[-_])?(?:button|toolbar|actions?|controls?|footer|reactions?|votes?)(?:$|[-_.>:])"
    r"|>button\b",
    re.IGNORECASE,
)
ASIDE = re.compile(
    r"[.>](?:[\w-]*[-_])?(?:sign?(?:ature)?|avatar|badge|rank|usertitle|userextras?|postprofile)"
    r"(?:$|[-_.>:])",
    re.IGNORECASE,
)
SAID = re.compile(
    r"\s+(?:skrev|skriver|siger|sier|sagde|svarer|svarede|svarte|säger|schrieb|schreibt|sagt|sagte"
    r"|meint|wrote|writes|says|said|replied|commented|kommenterede|kommenterte)\b.*$",
    re.IGNORECASE | re.DOTALL,
)
Common = frozenset[tuple[str, str]]
"""Path and words of what most blocks of a group show."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one line that stand at one path. `line` counts from 0 within the block."""

    line: int
    text: str
    path: str
    marks: frozenset[str]
    link: int | None
    run: Run


def pieces_of(candidate: Candidate) -> list[Piece]:
    """What a block shows, split at its line breaks; without what nobody sees."""
    found: list[Piece] = []
    line, block = -1, None
    for run in candidate.runs:
        if run.marks & _HIDDEN:
            continue
        for nth, text in enumerate(run.text.split("\n")):
            if nth or run.block != block:
                line, block = line + 1, run.block
            if text.strip():
                found.append(Piece(line, text, run.path, run.marks, run.link, run))
    return found


def lines_of(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces, line by line."""
    lines: dict[int, list[Piece]] = {}
    for piece in pieces:
        lines.setdefault(piece.line, []).append(piece)
    return list(lines.values())


def text_of(pieces: Sequence[Piece]) -> str:
    """Pieces as text, a line for each line."""
    return wording.squeeze(
        "\n".join("".join(piece.text for piece in line) for line in lines_of(pieces))
    )


def time_in(text: str) -> str | None:
    """The stated time in a short line that holds little else ("Skrevet: 3. nov. 2026 14.03")."""
    words = " ".join(text[: 4 * _LONGEST_LINE].split())
    if not words or len(words) > _LONGEST_LINE or not _MAY_TELL.search(words):
        return None
    return _time_in(words)


@lru_cache(maxsize=4096)  # one day's posts say it again and again
def _time_in(words: str) -> str | None:
    if is_stated_time(words.strip(EDGE)):
        return _ON.sub("", words.strip(EDGE))
    if _OTHER_TIME.search(words):
        return None
    tokens = words.split(" ")
    for left in range(min(_MOST_SKIPPED, len(tokens)) + 1):
        for right in range(len(tokens), max(left, len(tokens) - _MOST_SKIPPED), -1):
            part = " ".join(tokens[left:right]).strip(EDGE)
            told = any(ch.isdigit() for ch in part) or " " in part
            if told and is_stated_time(part):
                return _ON.sub("", part)
    return None


def tells_other_time(text: str) -> bool:
    """Whether words speak of another time than that of the post: joined, last seen, edited."""
    return _OTHER_TIME.search(text) is not None


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a group: its pieces; the one that tells its time; its author, and who says so."""

    candidate: Candidate
    pieces: list[Piece]
    time: Piece | None = None
    author: str | None = None
    named_by: tuple[Piece, ...] = ()

    @property
    def told_author(self) -> str:
        """The name that the block bears as an attribute."""
        return self.candidate.shape.author if self.candidate.shape else ""

    def is_head(self, piece: Piece) -> bool:
        """Whether a piece is of the name or the time."""
        return piece is self.time or piece in self.named_by


def told_time(piece: Piece) -> str | None:
    """The time that a piece states."""
    if "time" in piece.marks:
        return " ".join(piece.text.split()).strip("· •|,") or None
    return time_in(piece.text)
