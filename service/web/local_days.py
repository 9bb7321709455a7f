"""Days and times as people type them, on the municipality's own clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator

from service.casework.organisation.away import Span

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
FARTHEST = date(2199, 12, 31)


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


OptionalDay = Annotated[date | None, BeforeValidator(_none_if_empty)]
"""A day, or an empty field."""
OptionalId = Annotated[UUID | None, BeforeValidator(_none_if_empty)]
"""The id of something chosen, or an empty choice."""


def today(now: datetime) -> date:
    """Return the day that it is here."""
    return now.astimezone(COPENHAGEN).date()


def beginning_of(day: date) -> datetime:
    """Return the first moment of a day here, as UTC."""
    return datetime.combine(day, time(), COPENHAGEN).astimezone(UTC)


def end_of(day: date | None) -> datetime | None:
    """Return the first moment after a day here, as UTC; None stays None."""
    return beginning_of(min(day, FARTHEST) + timedelta(days=1)) if day else None


def span_of(first: date, last: date | None, now: datetime) -> Span | None:
    """Return from a first day to a last one; None where they are over, or in no order."""
    since, until = beginning_of(max(min(first, FARTHEST), date(2000, 1, 1))), end_of(last)
    since = max(since, now) if first <= today(now) else since
    return None if until is not None and until <= since else Span(since, until)
