"""Where a list of hits goes on, written for an address and read again."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from archive.search.finding import Mark


def mark_to(mark: Mark) -> str:
    """Write where a list goes on, for an address."""
    told = [mark.top, mark.floor, mark.count, int(mark.as_written), mark.place]
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()


def mark_from(text: str) -> Mark | None:
    """Read where a list goes on; None where it is nothing that we gave."""
    try:
        told: Any = json.loads(base64.urlsafe_b64decode(text[:200].encode()))
        top, floor, count, as_written, place = (int(one) for one in told)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        return None
    if not all(0 <= one < 2**63 for one in (top, floor, count, place)):
        return None
    return Mark(top, floor, count, bool(as_written), place)
