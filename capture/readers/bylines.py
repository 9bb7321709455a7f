"""Lines that say who wrote and when: "Skrevet af Ole Hansen den 3. november 2026 kl. 12.03". Pure.

A line is read as a byline only where all of it is one: a name, a time and the
words between them. What is left over would be something that somebody said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from capture.readers import wording
from capture.readers.stated_times import is_stated_time

_LONGEST = 160  # letters
_MOST_WORDS = 18
_SEPARATORS = " \n·•|–—,;()"
_WRITTEN = (
    r"(?:(?:kommentar|svar|indlæg|innlegg|opslag|comment|reply|post)\ )?"
    r"(?:skrevet|postet|oprettet|indsendt|publiceret|publisert|opprettet|posted|written|submitted"
    r"|published|created)?"
)
_BY = re.compile(
    rf"^[\s–—-]*(?:{_WRITTEN}\ ?(?:af|av|by|fra|from)\b:?"
    r"|(?:forfatter|navn|author|name|user|bruger):)\s*",
    re.IGNORECASE | re.VERBOSE,
)
_DASHED = re.compile(r"^\s*[–—]\s*(?=\S)")
_SAID = re.compile(
    r"\s+(?:skrev|skriver|siger|sagde|svarer|svarede|kommenterede|kommenterer|sa|skreiv|wrote|writes"
    r"|says|said|replied|commented|posted)\s*:?$",
    re.IGNORECASE,
)
_AT = re.compile(r"\s+(?:den|d\.|on|at|kl\.?)$", re.IGNORECASE)
_ON = re.compile(r"^(?:den|d\.|on|at)\s+", re.IGNORECASE)
_HANDLE = re.compile(r"\s*\(?@[\w.@-]+\)?$")


@dataclass(frozen=True, slots=True)
class Byline:
    """Who wrote and the time as stated. `is_sure` where the line could say nothing else."""

    name: str
    stated: str | None
    is_sure: bool


def read_byline(line: str) -> Byline | None:
    """The name and time of a line that holds nothing else; None for every other line."""
    words = " ".join(line.split())
    if not words or len(words) > _LONGEST:
        return None
    by = _BY.match(words) or _DASHED.match(words)
    rest = words[by.end() :] if by else words
    tokens = rest.rstrip(": ").split(" ")
    if len(tokens) > _MOST_WORDS:
        return None
    for cut in range(1, len(tokens)):
        head, tail = " ".join(tokens[:cut]), " ".join(tokens[cut:])
        if is_stated_time(_bare(tail)):
            name = _name(head)
            if name is not None:
                sure = by is not None or _SAID.search(head) is not None or _is_full(name)
                return Byline(name, _ON.sub("", _bare(tail)), sure)
        if not by and is_stated_time(_bare(head)):
            name = _name(_BY.sub("", tail))
            if name is not None:
                return Byline(name, _bare(head), _is_full(name))
    said = _SAID.sub("", rest)
    if by or (said != rest and rest.endswith(":")):
        name = _name(rest)
        return None if name is None else Byline(name, None, is_sure=True)
    return None


def _bare(text: str) -> str:
    """The part of a line without what separates it from the rest; "(redigeret) 2 t" keeps both."""
    text = text.strip(" \n·•|–—,;")
    return text.strip("()") if text.count("(") != 1 or text.endswith(")") else text


def _is_full(name: str) -> bool:
    return len(name.split()) > 1


def _name(text: str) -> str | None:
    """The name in the part of a byline that is not the time."""
    text = _AT.sub("", _SAID.sub("", text.strip(_SEPARATORS)).strip(_SEPARATORS))
    text = _HANDLE.sub("", text).strip(_SEPARATORS + ":")
    text = wording.without_badge(text)
    is_name = (
        any(ch.isalpha() for ch in text)
        and wording.is_like_a_name(text)
        and not wording.is_action(text)
        and not is_stated_time(text)
        and not re.search(r"[!?:/]|\.\.", text)
    )
    return text if is_name else None
