"""What the blocks of one group say: their own words, and not the site's around them. Pure.

What most of them show at the same place is the site's: labels, things to press. What stands
at a place that all of them have, beneath no name and no time, is what was said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from capture.readers import wording
from capture.readers.pieces import (
    ASIDE,
    EDGE,
    PRESSED,
    SAID,
    Block,
    Common,
    Piece,
    lines_of,
    tells_other_time,
    text_of,
)

_SAME_SHARE = 0.6  # what so many blocks have in common is the site's, not theirs
_LEAST_COMMON = 3
_NEARLY_ALL = 0.8
_MOST_LETTERS = 0.6
_MOST_WORDS_OF_PERSON = 6
_FEW_WORDS = 3
_TWO = 2
_SPOKEN = re.compile(
    r"[.>](?:[\w-]*[-_])?(?:body|content|text|message|msg|copy|tekst|innhold|indhold|inhalt|bbwrapper)"
    r"(?:$|[.>:])",
    re.IGNORECASE,
)
_OF_PERSON = re.compile(
    r"(?:antal )?(?:indlæg|innlegg|inlägg|posts?|messages?|beiträge|svar|point|karma|likes?"
    r"|location|sted|by|bor|bosted|wohnort|ort|fra|from|køn|alder|age|rang|rank|status|gruppe|group)"
    r"\s*:?\s*[\d.,]*|(?:location|sted|by|bosted|wohnort|ort|fra|from|køn|alder|rang|rank)\s*:.*"
    r"|[\d.,]+\s(?:point|points|poeng|poäng|punkte|indlæg|posts?|innlegg|inlägg|beiträge|likes?)",
    re.IGNORECASE,
)


def common_of(blocks: Sequence[Block]) -> Common:
    """Words that most blocks show at the same path: labels and things to press."""
    seen = Counter(
        one
        for block in blocks
        for one in {(piece.path, wording.squeeze(piece.text)) for piece in block.pieces}
    )
    if len(blocks) == _TWO:
        # Of two, both may have said the same: only what no words of theirs would stand in.
        spoken = {
            (p.path, wording.squeeze(p.text))
            for block in blocks
            for p in block.pieces
            if "paragraph" in p.marks or _SPOKEN.search(p.path)
        }
        return frozenset(one for one, count in seen.items() if count == _TWO and one not in spoken)
    least = max(_LEAST_COMMON, _SAME_SHARE * len(blocks))
    return frozenset(one for one, count in seen.items() if count >= least)


def _is_common(piece: Piece, common: Common) -> bool:
    return (piece.path, wording.squeeze(piece.text)) in common


def _under(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix + ">")


def body_path(blocks: Sequence[Block], common: Common) -> str | None:
    """The outermost path beneath which most of the blocks' own words stand, and no name or time."""
    heads = {piece.path for block in blocks for piece in block.pieces if block.is_head(piece)}
    letters: Counter[str] = Counter()
    held: Counter[str] = Counter()
    total = 0
    for block in blocks:
        seen: set[str] = set()
        for piece in block.pieces:
            if block.is_head(piece) or _is_chrome(piece, common):
                continue
            size = len(piece.text.strip())
            total += size
            steps = piece.path.split(">")
            for depth in range(2, len(steps) + 1):
                prefix = ">".join(steps[:depth])
                letters[prefix] += size
                if prefix not in seen:
                    seen.add(prefix)
                    held[prefix] += 1
    fits = [
        prefix
        for prefix in letters
        if held[prefix] >= _NEARLY_ALL * len(blocks)
        and letters[prefix] >= _MOST_LETTERS * total
        and not any(_under(head, prefix) for head in heads)
    ]
    return min(fits, key=lambda prefix: (-letters[prefix], len(prefix)), default=None)


def _is_chrome(piece: Piece, common: Common) -> bool:
    """Whether words are surely not what somebody said."""
    text = wording.squeeze(piece.text)
    if "button" in piece.marks or _is_common(piece, common):
        return True
    if ASIDE.search(piece.path) or ("paragraph" not in piece.marks and _is_of_person(text)):
        return True
    pressed = piece.link is not None or PRESSED.search(piece.path) is not None
    return pressed and (wording.is_action(text) or wording.is_permalink_word(text))


def _is_of_person(text: str) -> bool:
    """Whether a short line tells of the one who wrote: "Medlem siden: jan 2019", "Indlæg: 31"."""
    words = text.split()
    labelled = _OF_PERSON.fullmatch(text) is not None
    return len(words) <= _MOST_WORDS_OF_PERSON and (
        labelled or (tells_other_time(text) and ":" in text)
    )


def words_of(block: Block, body: str | None, common: Common) -> str:
    """What somebody said in a block: what stands beneath `body`, else what nothing else claims."""
    kept: list[Piece] = []
    if body is not None:
        kept = [p for p in block.pieces if _under(p.path, body) and "button" not in p.marks]
        kept = [p for p in kept if not (p.link is not None and wording.is_action(p.text))]
        if text_of(kept):
            return text_of(kept)
    for line in lines_of(block.pieces):
        own = [p for p in line if not block.is_head(p) and not _is_chrome(p, common)]
        rest = wording.squeeze("".join(piece.text for piece in own))
        if any(block.is_head(piece) for piece in line):
            bare = SAID.sub("", f" {rest}").strip(EDGE + "()#.")
            is_said = bare and not wording.is_byline_rest(bare) and not _is_label(own)
        else:
            is_said = rest and not _is_only_pressed(own)
        if is_said:
            kept += own
    return text_of(kept).lstrip(":, \n")


def _is_label(own: Sequence[Piece]) -> bool:
    """Whether what is left of the line with the name is no more than its surroundings."""
    return all(
        piece.link is not None
        or ("paragraph" not in piece.marks and len(piece.text.split()) <= _FEW_WORDS)
        for piece in own
    )


def _is_only_pressed(own: Sequence[Piece]) -> bool:
    worded = [piece for piece in own if not wording.is_only_signs(piece.text)]
    if not worded:
        return "paragraph" not in own[0].marks
    return all(wording.is_action(piece.text) for piece in worded)
