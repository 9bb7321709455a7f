"""Counting time as a municipality does: hours, working hours, working days, days, months.

`hours` are elapsed hours, so 72 hours stay 72 hours across a change of the clocks. Working hours
elapse only while the workplace is open. Working days end at closing time; days and months end
with the local day. All moments in and out are aware; those out are UTC.

The public holidays come from the kept package `holidays` (MIT), which computes them (no network):
it knows that Store Bededag was a holiday until 2023 and what Norway keeps, and is corrected when
a parliament changes its mind. Days on which a municipality is closed by agreement are data.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Annotated, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field, StringConstraints

_DAY = timedelta(days=1)
_END_OF_DAY = time(23, 59, 59)

Weekday = Annotated[int, Field(ge=1, le=7, strict=True)]
MonthDay = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]


@cache
def public_holidays(country: Literal["DK", "NO"], year: int) -> frozenset[date]:
    """Return the public holidays of a year, Sundays that are holidays included."""
    import holidays  # with it come the calendars of the world: most commands need none

    return frozenset(holidays.country_holidays(country, years=year))


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """When the workplace is open; `weekdays` as in ISO 8601 (Monday is 1)."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    country: Literal["DK", "NO"]
    zone: Literal["Europe/Copenhagen", "Europe/Oslo"]
    opens: time = time(8)
    closes: time = time(16)
    weekdays: Annotated[frozenset[Weekday], Field(min_length=1)] = frozenset({1, 2, 3, 4, 5})
    closed: frozenset[MonthDay] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a day without an hour in it, which no deadline could ever pass."""
        if self.opens >= self.closes:
            raise ValueError("a working day opens before it closes")

    def is_working_day(self, day: date) -> bool:
        """Whether the workplace is open on this day at all."""
        return (
            day.isoweekday() in self.weekdays
            and f"{day:%m-%d}" not in self.closed
            and day not in public_holidays(self.country, day.year)
        )

    def local(self, moment: datetime) -> datetime:
        """Return the moment as the clock on the wall shows it."""
        return moment.astimezone(ZoneInfo(self.zone))

    def after_hours(self, start: datetime, hours: int) -> datetime:
        """Return the moment `hours` elapsed hours after `start`."""
        return start.astimezone(UTC) + timedelta(hours=hours)

    def after_working_hours(self, start: datetime, hours: int) -> datetime:
        """Return the moment at which `hours` open hours have passed since `start`."""
        left, now = timedelta(hours=hours), start.astimezone(UTC)
        for day in self._working_days_from(self.local(start).date()):
            opens, closes = self._at(day, self.opens), self._at(day, self.closes)
            begin = max(now, opens)
            if begin < closes:
                if left <= closes - begin:
                    return begin + left
                left -= closes - begin
        raise AssertionError("the days of a calendar do not end")  # pragma: no cover

    def after_working_days(self, start: datetime, days: int) -> datetime:
        """Return closing time of the `days`-th working day after the day of `start`.

        Zero means the same day, or the next working day where the workplace has closed.
        """
        local = self.local(start)
        first = local.date()
        if days == 0:
            late = local.timetz().replace(tzinfo=None) >= self.closes
            day = next(self._working_days_from(first + _DAY if late else first))
        else:
            coming = self._working_days_from(first + _DAY)
            day = next(one for count, one in enumerate(coming, start=1) if count == days)
        return self._at(day, self.closes)

    def after_days(self, start: datetime, days: int) -> datetime:
        """Return the end of the local day `days` days after the day of `start`."""
        return self._at(self.local(start).date() + timedelta(days=days), _END_OF_DAY)

    def after_months(self, start: datetime, months: int) -> datetime:
        """Return the end of the same day `months` later; the 31st becomes the month's last day."""
        day = self.local(start).date()
        year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
        last = monthrange(year, month + 1)[1]
        return self._at(date(year, month + 1, min(day.day, last)), _END_OF_DAY)

    def start_of_day(self, moment: datetime) -> datetime:
        """Return the first moment of the local day."""
        return self._at(self.local(moment).date(), time.min)

    def reminder_before(self, due: datetime, hours: int) -> datetime:
        """Return the last open moment at least `hours` before `due`, for a reminder (C22)."""
        latest = due.astimezone(UTC) - timedelta(hours=hours)
        day = self.local(latest).date()
        while not (self.is_working_day(day) and self._at(day, self.opens) <= latest):
            day -= _DAY
        return min(latest, self._at(day, self.closes))

    def is_open(self, moment: datetime) -> bool:
        """Whether the workplace is open at this moment."""
        local = self.local(moment)
        return self.is_working_day(local.date()) and self.opens <= local.time() < self.closes

    def _at(self, day: date, wall: time) -> datetime:
        return datetime.combine(day, wall, ZoneInfo(self.zone)).astimezone(UTC)

    def _working_days_from(self, day: date) -> Iterator[date]:
        while True:
            if self.is_working_day(day):
                yield day
            day += _DAY
