"""Stated times: what a page writes for machines, as RFC 3339. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

_COPENHAGEN = ZoneInfo("Europe/Copenhagen")
_DATE_AND_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")


def rfc3339(written: str) -> str | None:
    """The moment that a `datetime` or `datePublished` states, or None.

    The offset is kept as the page wrote it. Without one, the page speaks of local
    time; we visit as a Dane, so that is Copenhagen's. A date without a time of day
    is no moment, nor is a local time that the clock change left out or gave twice.
    """
    written = written.strip()
    if not _DATE_AND_TIME.match(written):
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=_COPENHAGEN)
        if moment.utcoffset() != moment.replace(fold=1).utcoffset():
            return None
    offset = moment.utcoffset()
    if offset is None or offset.total_seconds() % 60:
        return None  # RFC 3339 §5.6: an offset has no seconds
    return moment.isoformat()
