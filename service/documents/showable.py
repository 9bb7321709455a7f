"""Bringing strangers' text to what a page can show, so that nothing in it acts and nothing is lost.

What no font of ours has, and what would act instead of being seen (control
characters, marks that turn the writing round), stands as its number: `[U+202E]`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final

from service.documents.fonts import coverage

MOST_MARKS: Final = 4
"""So many marks may stand on one letter; more would reach over what stands above and beneath."""

LONGEST_RUN: Final = 24
"""Characters without a space, after which a line may be broken."""

_TAB: Final = "    "
_JOINERS: Final = frozenset("\u200c\u200d\ufe0f")
_MARKS: Final = frozenset({"Mn", "Me", "Mc"})
_ASIDE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SKINS: Final = range(0x1F3FB, 0x1F400)
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})


def showable(text: str) -> str:
    """Return text as a page can show it; line ends are told alike."""
    text = "\n".join(text.splitlines())
    if not set(text) - _simple():
        return text
    return "".join(_shown(cluster) for cluster in _clusters(text))


def one_line(text: object) -> str:
    """Return text as one showable line, without what an end of line could hide."""
    return " ".join(showable(str(text)).split())


def pieces(line: str) -> list[str]:
    """Divide a line where it may be broken though it has no space: long words, addresses."""
    if max(map(len, line.split()), default=0) <= LONGEST_RUN:
        return [line]
    found: list[str] = [""]
    run = 0
    for cluster in _clusters(line):
        run = 0 if cluster.isspace() else run + 1
        if run > LONGEST_RUN:
            found.append("")
            run = 1
        found[-1] += cluster
    return found


def right_to_left(text: str) -> bool:
    """Tell whether a text begins in a script that is written from the right."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction == "L":
            return False
        if direction in _RIGHT_TO_LEFT:
            return True
    return False


@cache
def _simple() -> frozenset[str]:
    """Characters that need no second look: in the first font, and no marks."""
    plain = (chr(point) for point in coverage()[0])
    return frozenset(one for one in plain if unicodedata.category(one) not in _ASIDE | _MARKS) | {
        "\n"
    }


def _clusters(text: str) -> Iterator[str]:
    """Yield each character with the marks and joiners that follow it."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not _follows(text[at]):
            yield text[start:at]
            start = at


def _follows(character: str) -> bool:
    if character < "\u0300":
        return False
    return (
        character in _JOINERS
        or ord(character) in _SKINS
        or unicodedata.category(character) in _MARKS
    )


def _shown(cluster: str) -> str:
    if len(cluster) == 1:
        return _one(cluster)
    fit = cluster[: MOST_MARKS + 1]
    while len(fit) > 1 and not any(set(map(ord, fit)) <= font for font in coverage()):
        fit = fit[:-1]
    told = "".join(map(_number, cluster[len(fit) :]))
    return (fit if len(fit) > 1 else _one(fit)) + told


def _one(character: str) -> str:
    if character in "\n ":
        return character
    if character == "\t":
        return _TAB
    if unicodedata.category(character) in _ASIDE | _MARKS:
        return _number(character)
    point = ord(character)
    return character if any(point in font for font in coverage()) else _number(character)


def _number(character: str) -> str:
    return f"[U+{ord(character):04X}]"
