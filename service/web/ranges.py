"""One range of a file, as players of sound and film ask for it (RFC 9110 §14)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_ONE: Final = re.compile(r"bytes=[ \t]*(\d{0,18})[ \t]*-[ \t]*(\d{0,18})[ \t]*", re.IGNORECASE)


class NotSatisfiable(ValueError):
    """The range begins behind the end, or asks for the last 0 bytes."""


def wanted(headers: Mapping[str, str], size: int, etag: str) -> tuple[int, int] | None:
    """Return the first byte and the one behind the last; None for all of it.

    What is no single range of bytes is passed over, as RFC 9110 §14.2 allows, and so is one
    whose `If-Range` names another state than this (§13.1.5). Raises `NotSatisfiable`.
    """
    found = _ONE.fullmatch(headers.get("range", "").strip())
    if found is None or found[1] == found[2] == "":
        return None
    if (condition := headers.get("if-range")) is not None and condition.strip() != etag:
        return None
    if not found[1]:
        last = int(found[2])
        if not last or not size:
            raise NotSatisfiable(found[0])
        return max(0, size - last), size
    first = int(found[1])
    if found[2] and int(found[2]) < first:
        return None  # RFC 9110 §14.1.1: no range at all
    if first >= size:
        raise NotSatisfiable(found[0])
    return first, min(size, int(found[2]) + 1) if found[2] else size
