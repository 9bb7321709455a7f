"""Text that any database keeps: what senders choose must never keep their evidence out."""

from __future__ import annotations

from typing import Any

NAME_SIZE = 500
TYPE_SIZE = 120
"""Characters of a file's name and of a media type that are kept."""


def clean(value: Any) -> Any:
    """Return text, alone or within a JSON value, with NUL and lone surrogates made U+FFFD."""
    if isinstance(value, str):
        text = value.replace("\x00", "\ufffd")
        if value.isascii():  # most is: no surrogate to look for
            return text
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    return value


def cut(name: str | None, longest: int) -> str | None:
    """Return the end of a name that is too long: there stands what sort of file it is."""
    return None if name is None else str(clean(name))[-longest:]
