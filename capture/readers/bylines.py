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
_FROM = re.compile(r"^(?:fra|from)\b(?!:)", re.IGNORECASE)
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
    """Who wrote, and the time as stated.

    `is_sure` where even a paragraph could say nothing else, `is_likely` where another
    line could not; else the name must be set apart to be believed ("Nej, i går").
    """

    name: str
    stated: str | None
    is_sure: bool
    is_likely: bool


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
    cuts = ((" ".join(tokens[:cut]), " ".join(tokens[cut:])) for cut in range(1, len(tokens)))
    parted = (_parted(head, tail, words, told=by is not None) for head, tail in cuts)
    return next((byline for byline in parted if byline), None) or _without_time(rest, words)


def _parted(head: str, tail: str, words: str, *, told: bool) -> Byline | None:
    """A name and a time, in either order."""
    if is_stated_time(_bare(tail)) and (name := _name(head)) is not None:
        said = _SAID.search(head) is not None
        return _with_time(name, _ON.sub("", _bare(tail)), words, told=told or said)
    if not told and is_stated_time(_bare(head)) and (name := _name(_BY.sub("", tail))) is not None:
        return _with_time(name, _bare(head), words, told=False)
    return None


def _without_time(rest: str, words: str) -> Byline | None:
    """Only a name, after "Af" or before "skrev:"."""
    name = _name(rest)
    if name is None or not (_BY.match(words) or (rest.endswith(":") and _SAID.search(rest))):
        return None
    full = len(name.split()) > 1 and not _FROM.match(words)
    return Byline(name, None, is_sure=False, is_likely=full)


def _with_time(name: str, stated: str, words: str, *, told: bool) -> Byline:
    full = len(name.split()) > 1
    parted = re.search(r"[·•|()–—]", words) is not None
    sure = told or (full and (parted or "," in words))
    return Byline(name, stated, is_sure=sure, is_likely=sure or full or parted)


def _bare(text: str) -> str:
    """The part of a line without what separates it from the rest; "(redigeret) 2 t" keeps both."""
    text = text.strip(" \n·•|–—,;")
    return text.strip("()") if text.count("(") != 1 or text.endswith(")") else text


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
