"""What somebody types of a post that they see: its words, and what stands around them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from archive.records.columns import digest_of
from service.casework.capture.addresses import check_address
from service.errors import AddressInvalid, UploadInvalid

MOST_TEXT: Final = 15_000
"""Characters of one post; no platform takes as many."""
_LONGEST: Final = {"author": 300, "time_stated": 200}


@dataclass(frozen=True, slots=True)
class TypedWords:
    """A post as it was typed; everything but its text may be missing."""

    text: str
    author: str | None = None
    author_url: str | None = None
    permalink: str | None = None
    time_stated: str | None = None

    @property
    def identity(self) -> str:
        """By which the same post is known when it is typed again; never that of a captured one."""
        return f"typed:{digest_of([self.author, self.permalink])}"

    def said(self) -> tuple[str | None, ...]:
        """Return all that was typed, in a set order."""
        return self.text, self.author, self.author_url, self.permalink, self.time_stated


def words_from(fields: Mapping[str, str]) -> TypedWords:
    """Return what the form's fields say; raises `UploadInvalid` naming the field.

    A browser sends a line's end as two characters; what was typed has one.
    """
    text = _clean(fields.get("text", "")).replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text or len(text) > MOST_TEXT:
        raise UploadInvalid(f"between 1 and {MOST_TEXT} characters", "text")
    return TypedWords(
        text,
        author=_line(fields, "author"),
        author_url=_address(fields, "author_url"),
        permalink=_address(fields, "permalink"),
        time_stated=_line(fields, "time_stated"),
    )


def _line(fields: Mapping[str, str], name: str) -> str | None:
    told = " ".join(_clean(fields.get(name, "")).split())
    if len(told) > _LONGEST[name]:
        raise UploadInvalid(f"at most {_LONGEST[name]} characters", name)
    return told or None


def _address(fields: Mapping[str, str], name: str) -> str | None:
    told = fields.get(name, "").strip()
    if not told:
        return None
    try:
        return check_address(told)
    except AddressInvalid as refused:
        raise UploadInvalid(str(refused), name) from refused


def _clean(text: str) -> str:
    return text.replace("\x00", "\ufffd")
