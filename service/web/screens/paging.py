"""Where a list goes on: the place of its last row, as a query that a plain link can carry."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote
from uuid import UUID


def page_query(place: tuple[datetime, UUID]) -> str:
    """Return `before=…&after=…` for the rows that come after this moment and id."""
    moment, key = place
    return f"before={quote(moment.isoformat())}&after={key}"


def place_of(before: datetime | None, after: UUID | None) -> tuple[datetime, UUID] | None:
    """Return the place that such a query names, or None for the beginning."""
    return (before, after) if before is not None and after is not None else None
