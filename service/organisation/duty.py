"""The duty list: who answers at a moment, by the clocks on the municipality's walls.

Each line begins on certain weekdays at a local time and ends at another, on the next day where
that is not later. Both ends are found on the wall's clock: a night shift is an hour shorter when
summer time begins and an hour longer when it ends, and of two lines that meet at 02:30 in the
doubled hour the second begins where the first ends (PEP 495: the first of two equal times; a time
that the clocks leap over is read as if they had not).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Europe/Copenhagen")
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One line: `weekdays` as in ISO 8601 (Monday is 1), `place` 1 is who is called first.

    `ends` not after `begins` means on the next day; the same time is around the clock.
    """

    id: UUID
    person_id: UUID
    first_day: date
    last_day: date | None
    weekdays: frozenset[int]
    begins: time
    ends: time
    place: int = 1


@dataclass(frozen=True, slots=True)
class Shift:
    """One turn of duty, `since` included and `until` not; aware UTC."""

    line: DutyLine
    since: datetime
    until: datetime

    @property
    def person_id(self) -> UUID:
        """Who has it."""
        return self.line.person_id


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which nobody is on duty."""

    since: datetime
    until: datetime


def on_duty(lines: Iterable[DutyLine], now: datetime) -> tuple[Shift, ...]:
    """Return the turns that run at a moment: who is called first comes first."""
    running = [one for line in lines for one in _around(line, now) if one.since <= now < one.until]
    return tuple(sorted(running, key=lambda one: (one.line.place, one.since, str(one.line.id))))


def shifts(lines: Iterable[DutyLine], since: datetime, until: datetime) -> tuple[Shift, ...]:
    """Return every turn of which some part lies between two moments, the earliest first."""
    first, last = since.astimezone(ZONE).date() - _DAY, until.astimezone(ZONE).date()
    found = [
        one
        for line in lines
        for one in _on_days(line, first, last)
        if one.until > since and one.since < until
    ]
    return tuple(sorted(found, key=lambda one: (one.since, one.line.place, str(one.line.id))))


def gaps(lines: Iterable[DutyLine], since: datetime, until: datetime) -> tuple[Gap, ...]:
    """Return when nobody is on duty between two moments."""
    found, reached = [], since
    for shift in shifts(lines, since, until):
        if shift.since > reached:
            found.append(Gap(reached, shift.since))
        reached = max(reached, shift.until)
    if reached < until:
        found.append(Gap(reached, until))
    return tuple(found)


def _around(line: DutyLine, now: datetime) -> Iterator[Shift]:
    """Yield the turns that may run at a moment: they began today or yesterday."""
    today = now.astimezone(ZONE).date()
    return _on_days(line, today - _DAY, today)


def _on_days(line: DutyLine, first: date, last: date) -> Iterator[Shift]:
    day = max(first, line.first_day)
    end = last if line.last_day is None else min(last, line.last_day)
    while day <= end:
        if day.isoweekday() in line.weekdays:
            over = day if line.ends > line.begins else day + _DAY
            since, until = _moment(day, line.begins), _moment(over, line.ends)
            if since < until:  # all of it may lie in the hour that the clocks leap over
                yield Shift(line, since, until)
        day += _DAY


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZONE).astimezone(UTC)
