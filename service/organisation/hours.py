"""Working hours: whether somebody is at work at a moment, and when they are next. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from service.procedure.working_time import WorkingTime, public_holidays

_DAY: Final = timedelta(days=1)
_LONGEST: Final = 400
"""So many days ahead are looked at: a year and every run of closed days in it."""


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When somebody works, by the clock on the wall.

    `weekdays` as in ISO 8601 (Monday is 1); `closed` are days `MM-DD` on which the municipality
    is shut by agreement; `on_holidays` that they work then and on public holidays too.
    """

    weekdays: frozenset[int]
    begins: time
    ends: time
    country: Literal["DK", "NO"] = "DK"
    zone: Literal["Europe/Copenhagen", "Europe/Oslo"] = "Europe/Copenhagen"
    closed: frozenset[str] = frozenset()
    on_holidays: bool = False

    def is_at_work(self, moment: datetime) -> bool:
        """Whether they are at work at this moment."""
        return self.next_at_work(moment) == moment.astimezone(UTC)

    def next_at_work(self, moment: datetime) -> datetime:
        """Return the first moment from this one on at which they are at work, in UTC."""
        now = moment.astimezone(UTC)
        first = moment.astimezone(ZoneInfo(self.zone)).date()
        for day in self._days_from(first):
            begins, ends = self._at(day, self.begins), self._at(day, self.ends)
            if now < ends and begins < ends:  # all of it may lie in the hour that is leapt over
                return max(now, begins)
        return now  # no day in more than a year: nothing is gained by waiting

    def _days_from(self, first: date) -> Iterator[date]:
        return (one for one in (first + n * _DAY for n in range(_LONGEST)) if self._is_day(one))

    def _is_day(self, day: date) -> bool:
        if day.isoweekday() not in self.weekdays:
            return False
        shut = f"{day:%m-%d}" in self.closed or day in public_holidays(self.country, day.year)
        return self.on_holidays or not shut

    def _at(self, day: date, wall: time) -> datetime:
        return datetime.combine(day, wall, ZoneInfo(self.zone)).astimezone(UTC)


def of_procedure(working_time: WorkingTime) -> WorkingHours:
    """Return the hours that the municipality's procedure counts its deadlines by."""
    return WorkingHours(
        weekdays=working_time.weekdays,
        begins=working_time.opens,
        ends=working_time.closes,
        country=working_time.country,
        zone=working_time.zone,
        closed=working_time.closed,
    )


def waits_until(
    now: datetime, own: WorkingHours, usual: WorkingHours, deadline: datetime | None
) -> datetime:
    """Return when somebody is told of what is not urgent: when they are next at work.

    Where that is not before the deadline, in the municipality's `usual` hours; where those are
    not before it either, at once.
    """
    for hours in (own, usual):
        at = hours.next_at_work(now)
        if deadline is None or at < deadline:
            return at
    return now.astimezone(UTC)
