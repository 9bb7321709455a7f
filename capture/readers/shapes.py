"""From blocks of one shape to what each says: author, time, text, by where it stands. Pure.

What stands at the same path in every block means the same (`shape_names`, `shape_words`). The
path of the time is the one whose words are times.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from capture.readers.drafts import Draft, bare_draft, read_draft
from capture.readers.facts import Candidate
from capture.readers.pieces import (
    EDGE,
    Block,
    Common,
    Piece,
    pieces_of,
    tells_other_time,
    time_in,
    told_time,
)
from capture.readers.shape_names import author_paths, with_author
from capture.readers.shape_words import body_path, common_of, words_of
from capture.readers.stated_times import is_stated_time
from capture.readers.times import rfc3339

_NUMBERED = re.compile(r"[#№]\s?\d+|nr\.? ?\d+", re.IGNORECASE)
_FAR_LONGER = 3
_LEAST_TIMED = 0.25  # a day that few of them name is one of which they speak


def read_group(candidates: Sequence[Candidate], page_url: str) -> list[Draft]:
    """What each of a group's blocks says."""
    blocks = [Block(candidate, pieces_of(candidate)) for candidate in candidates]
    common = common_of(blocks)
    time_paths = _ranked(blocks, _time_value)
    blocks = [replace(block, time=_first_at(block, time_paths)) for block in blocks]
    name_paths = author_paths(blocks)
    blocks = [with_author(block, name_paths) for block in blocks]
    body = body_path(blocks, common)
    return [_draft(block, body, common, page_url) for block in blocks]


def _ranked(blocks: Sequence[Block], value: Callable[[Block, Piece], float]) -> list[str]:
    """Paths by how well the words at each serve, best first; without those that serve few."""
    worth: dict[str, float] = {}
    first: dict[str, int] = {}
    for block in blocks:
        best: dict[str, float] = {}
        for nth, piece in enumerate(block.pieces):
            worthy = value(block, piece)
            best[piece.path] = max(best.get(piece.path, 0.0), worthy)
            first[piece.path] = min(first.get(piece.path, nth), nth)
        for path, worthy in best.items():
            worth[path] = worth.get(path, 0.0) + worthy
    least = _LEAST_TIMED * len(blocks)
    return sorted((p for p in worth if worth[p] >= least), key=lambda p: (-worth[p], first[p]))


def _time_value(block: Block, piece: Piece) -> float:
    if told_time(piece) is None:
        return 0.0
    line = "".join(other.text for other in block.pieces if other.line == piece.line)
    if tells_other_time(line) and not is_stated_time(line.strip()):
        return 0.1
    clock = re.search(r"\d[:.]\d\d\b", piece.text) is not None
    spoken = "paragraph" in piece.marks and len(line) > len(piece.text) * _FAR_LONGER
    return 1 + 0.3 * ("time" in piece.marks) + 0.1 * clock - 0.6 * spoken


def _first_at(block: Block, paths: Sequence[str]) -> Piece | None:
    for path in paths:
        for piece in block.pieces:
            if piece.path == path and told_time(piece) is not None:
                return piece
    return None


def _draft(block: Block, body: str | None, common: Common, page_url: str) -> Draft:
    plain = bare_draft(block.candidate, page_url)
    text = words_of(block, body, common)
    if not text or block.time is None:
        plain = read_draft(block.candidate, page_url)
    name, links = block.author, block.candidate.links
    stated = plain.time_stated if block.time is None else _stated(block, block.time)
    if not text:
        text = plain.text if plain.text != name else ""
    url = next(
        (links[piece.link].href for piece in block.named_by if piece.link is not None),
        next((link.href for link in links if name and link.text == name), None),
    )
    return replace(
        plain,
        author=name or None,
        author_url=url,
        permalink=plain.permalink or _permalink(block),
        time=_moment(block, stated) or (plain.time if stated == plain.time_stated else None),
        time_stated=stated,
        text=text,
    )


def _stated(block: Block, time: Piece) -> str | None:
    """The time as shown; the whole line where day and hour stand in elements of their own."""
    line = [p for p in block.pieces if p.line == time.line and p not in block.named_by]
    at = line.index(time) if time in line else 0
    for beside in (line, line[max(0, at - 1) : at + 1], line[at : at + 2]):
        whole = " ".join("".join(piece.text for piece in beside).split()).strip(EDGE)
        if len(beside) > 1 and is_stated_time(whole):
            return whole
    return told_time(time)


def _moment(block: Block, stated: str | None) -> str | None:
    """The moment written for machines at the time that was chosen; else what is shown, if exact."""
    for time in block.candidate.times:
        shown = {" ".join(time.text.split()).strip("· •|,"), time_in(time.text)}
        if stated in shown or (not time.text and stated is None):
            return rfc3339(time.written) or rfc3339(stated or "")
    return rfc3339(stated) if stated else None


def _permalink(block: Block) -> str | None:
    """A link to a place on the page that only a post has: its number, its own fragment."""
    for piece in block.pieces:
        link = block.candidate.links[piece.link] if piece.link is not None else None
        if link is not None and link.href and _NUMBERED.fullmatch(piece.text.strip()):
            return link.href
    return None
