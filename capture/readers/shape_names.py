"""Who wrote the blocks of one group: by the place at which their names stand. Pure.

Words are a name by what they are (short, like a person's), by what is said of them (a
telling class, a link to people, "Af …", "… skrev") and by where they stand; a place is that
of the names by how many blocks have one there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from capture.readers import wording
from capture.readers.authors import leads_to_profile
from capture.readers.bylines import read_byline
from capture.readers.pieces import ASIDE, EDGE, PRESSED, SAID, Block, Piece, lines_of, told_time
from capture.readers.stated_times import is_stated_time

_LONGEST_NAME = 60
_LONG_LINE = 120  # letters; who is named in so long a line is spoken of
_MOST_NAME_WORDS = 6
_LEAST_COMMON = 3
_LEAST_WORTH = 4.0
_FIRST_LINES = 4
_NEXT_LINES = 2
_NAMED = re.compile(
    r"(?:^|[-_.>])(?:author|user-?name|user-?link|user|display-?name|poster|byline|nick(?:name)?"
    r"|member|forfatter|bruger(?:navn)?|navn|name|autor|verfasser|författare|skribent|avsender|fn)"
    r"(?:$|[-_.>:])",
    re.IGNORECASE,
)
_LEADS = re.compile(
    r"^[\s–—»›•|-]*(?:(?:skrevet|postet|oprettet|indsendt|indlæg|innlegg|posted|written|submitted"
    r"|geschrieben|verfasst|skrivet|kommentar|comment)\s)?(?:af|av|by|fra|from|von)\b:?\s+"
    r"|^(?:forfatter|navn|author|name|user|bruger|autor|von|namn|af|av|by)\s*:\s*"
    r"|^(?:(?:de|med|mange|bedste|beste|venlige?|vennlige?|kærlige?|kjærlige?|bästa|mit|viele|liebe"
    r"|kind|best|freundlichen)\s+){0,3}(?:hilsen|hilsner|hälsning(?:ar)?|grüßen?|gruß|regards)"
    r"(?:\s+(?:fra|från|from|von))?[\s,:]+|^(?:mvh|dbh|vh|kh|mfg)\b[\s.,:]+",
    re.IGNORECASE,
)
_FROM = re.compile(r"\s(?:aus|fra|från|from)\s\S+$")
_NOT_NAMES = re.compile(
    r"^(?:siger|sier|skriver|skrev|säger|sagt|schrieb|says|said|wrote|svarede|svarer)$|^(?:re:|sv:|aw:|citat|citér|quote|svar|indlæg|innlegg|posts?|beiträge|kommentar|gæst|emne"
    r"|subject|titel|tema|besked|hjemmeside|website|email|e-mail|offline|online|køn|by|fra|sted"
    r"|location|wohnort|bosted|joined|medlem)\b.{0,3}$|^re:|^sv:",
    re.IGNORECASE,
)


def author_paths(blocks: Sequence[Block]) -> list[str]:
    """The paths at which the blocks' authors may stand, the likeliest first."""
    worth: dict[str, float] = {}
    count: Counter[str] = Counter()
    names: dict[str, set[str]] = {}
    for block in blocks:
        seen: set[str] = set()
        wordy = 0
        for piece in block.pieces:
            pressed = "button" in piece.marks and piece.link is None
            if piece.path in seen or (pressed and not _NAMED.search(piece.path)):
                continue
            seen.add(piece.path)
            name = _name_of(block, piece)
            if not name:
                wordy += any(ch.isalpha() for ch in piece.text) and piece is not block.time
                continue
            count[piece.path] += 1
            names.setdefault(piece.path, set()).add(name)
            worth[piece.path] = worth.get(piece.path, 0.0) + _worth(block, piece, name, wordy)
            wordy += 1
    n = len(blocks)
    ranked = []
    for path, held in count.items():
        share = held / n
        value = worth[path] / held + 3 * share
        if len(names[path]) == 1 and held >= _LEAST_COMMON and n >= _LEAST_COMMON:
            value -= 3  # the same in all of them
        ranked.append((value, path))
    ranked.sort(reverse=True)
    return [path for value, path in ranked if value >= _LEAST_WORTH]


def _worth(block: Block, piece: Piece, name: str, before: int) -> float:
    """How much words look like an author, by what they are and where they stand."""
    value = 5.0 * (block.told_author == name)
    if _NAMED.search(piece.path) or piece.marks & {"named", "author"}:
        value += 2.5
    if piece.link is not None:
        value += 2.5 if leads_to_profile(block.candidate, piece.run) else 0.5
    value += 1.0 * bool(piece.marks & {"strong", "heading"})
    value += 1.0 if is_like_people(name) else -1.5 * (len(name.split()) > 1)
    value += max(0.0, 1.2 - 0.4 * before)
    value += 1.0 * (_LEADS.match(piece.text) is not None or SAID.search(piece.text) is not None)
    value += 0.8 * piece.text.rstrip().endswith(":")
    if block.time is not None:
        apart = abs(piece.line - block.time.line)
        value += 1.0 if apart == 0 else 0.6 if apart <= _NEXT_LINES else 0.0
    value -= 2.0 * piece.text.lstrip().startswith("@")
    line = sum(len(other.text) for other in block.pieces if other.line == piece.line)
    value -= 1.5 * (line > _LONG_LINE and not piece.text.rstrip().endswith(":"))
    value -= 1.5 * bool(PRESSED.search(piece.path) or ASIDE.search(piece.path))
    value -= 1.0 * ("paragraph" in piece.marks and not piece.marks & {"strong", "link", "named"})
    return value


def with_author(block: Block, paths: Sequence[str]) -> Block:
    """The block with its author: the name at the first path that has one, or that of a byline."""
    for path in paths:
        piece = next((piece for piece in block.pieces if piece.path == path), None)
        name = _name_of(block, piece) if piece is not None else ""
        if piece is not None and name:
            return replace(block, author=name, named_by=(piece,))
    for line in lines_of(block.pieces)[:_FIRST_LINES]:
        byline = read_byline("".join(piece.text for piece in line))
        if byline is not None and (byline.is_sure or byline.is_likely or block.time in line):
            return replace(block, author=byline.name, named_by=tuple(line))
    return replace(block, author=block.told_author or None)


def _name_of(block: Block, piece: Piece) -> str:
    return _name_beside(piece) if piece is block.time else _name_in(piece.text)


def _name_in(text: str) -> str:
    """The name that a short piece says, without the words around it; empty where it says none."""
    words = " ".join(text.split())
    led = _LEADS.match(words)
    words = words[led.end() :] if led else words
    words = wording.without_badge(SAID.sub("", words).strip(EDGE)).strip(EDGE)
    words = re.sub(r"\s*\(?@[\w.@-]+\)?$", "", words) or words
    fits = (
        0 < len(words) <= _LONGEST_NAME
        and len(words.split()) <= _MOST_NAME_WORDS
        and any(ch.isalpha() for ch in words)
        and not wording.is_action(words)
        and not wording.is_badge(words)
        and not is_stated_time(words)
        and not _NOT_NAMES.match(words)
        and not re.search(r"[!?]$|\.\.|\w{4}\.$", words)
    )
    return words if fits else ""


def _name_beside(time: Piece) -> str:
    """The name that stands in one piece with the time ("Ole Hansen, 3. nov. 2026")."""
    rest = " ".join(time.text.split()).replace(told_time(time) or "\0", " ")
    name = _FROM.sub("", _name_in(rest))
    return name if is_like_people(name) else ""


def is_like_people(name: str) -> bool:
    """Whether a name could be a person's or an account's: "Version 1.0" and titles are none."""
    words = name.split()
    numbered = len(words) > 1 and any(word[0].isdigit() for word in words)
    return bool(words) and wording.is_like_a_name(name) and not numbered
