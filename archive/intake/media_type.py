"""What the first bytes say a file is. A comparison with known beginnings, not a parser."""

from __future__ import annotations

from typing import Final

from archive.confinement import typing_by_content

HEAD_SIZE: Final = 8192
"""So many bytes are looked at; office files name their parts within them."""

UNKNOWN: Final = typing_by_content.UNKNOWN

_MAIL: Final = "message/rfc822"
_MAYBE_MAIL: Final = frozenset({"text/plain", "text/html", "application/mbox"})


def media_type_of(head: bytes, filename: str | None = None) -> str:
    """Return the media type that the first bytes show; the name only decides between mail and text.

    Unknown bytes are `application/octet-stream`: everything is kept whatever it is.
    """
    found = typing_by_content.media_type_of(head)
    if found in _MAYBE_MAIL and (filename or "").lower().endswith(".eml"):
        return _MAIL
    return found
