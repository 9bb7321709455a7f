"""Moments, sizes, spans and digests as people say them, in the language of the page.

Moments come in UTC and are said in Copenhagen time against the request's own `now`; this module
has no clock. Words go through the catalogue (`translate`); numbers and months through Babel.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, get_group_symbol

COPENHAGEN: Final = ZoneInfo("Europe/Copenhagen")

# English is British: days before months and no "PM".
FORMATS: Final = {"da": "da_DK", "nb": "nb_NO", "en": "en_GB"}

_CLOCK: Final = {"da": "%H.%M", "nb": "%H.%M", "en": "%H:%M"}
_A_WEEK: Final = 7
_KILO: Final = 1000
_UNITS: Final = ("kB", "MB", "GB", "TB")


class Words:
    """The words of one language; `translate` looks a msgid up in its catalogue."""

    def __init__(
        self,
        language: str,
        translate: Callable[[str], str],
        plural: Callable[[str, str, int], str],
    ) -> None:
        self.language = language
        self._locale, self._thousands = _figures(language)
        self._ = translate
        self._n = plural

    def clock(self, moment: datetime) -> str:
        """Return the time of day in Copenhagen ("14.03")."""
        return moment.astimezone(COPENHAGEN).strftime(_CLOCK[self.language])

    def day(self, moment: datetime | date, now: datetime) -> str:
        """Return the day as people say it ("i dag", "mandag", "3. februar", "3. februar 2026")."""
        the_day = _day_of(moment)
        today = _day_of(now)
        away = (the_day - today).days
        near = {-1: self._("yesterday"), 0: self._("today"), 1: self._("tomorrow")}
        if away in near:
            return near[away]
        if 1 < away < _A_WEEK:
            return _dated(the_day, "EEEE", self._locale)
        if the_day.year == today.year:
            return _dated(the_day, self._("d MMMM"), self._locale)
        return _dated(the_day, self._("d MMMM y"), self._locale)

    def numeric_day(self, moment: datetime | date) -> str:
        """Return a day in figures, as rules are dated ("3.2.2027")."""
        return _dated(_day_of(moment), self._("d.M.y"), self._locale)

    def moment(self, moment: datetime, now: datetime) -> str:
        """Return day and time as people say them ("i går kl. 14.03")."""
        return self._("%(day)s at %(time)s") % {
            "day": self.day(moment, now),
            "time": self.clock(moment),
        }

    def exact(self, moment: datetime) -> str:
        """Return the exact moment with its distance from UTC, for hovering and for print."""
        local = moment.astimezone(COPENHAGEN)
        pattern = _CLOCK[self.language]
        said = self._("%(day)s at %(time)s") % {
            "day": _dated(local.date(), self._("d MMMM y"), self._locale),
            "time": local.strftime(f"{pattern}{pattern[2]}%S"),
        }
        return f"{said} (UTC{local.isoformat()[-6:]})"

    def span(self, length: timedelta) -> str:
        """Return a length of time in its two largest useful units ("2 døgn", "3 timer")."""
        minutes = max(0, int(length.total_seconds() // 60))
        hours, days = minutes // 60, minutes // (60 * 24)
        # A clock of 72 hours is counted in hours to its end; longer ones in days.
        if hours > 72:  # noqa: PLR2004 — the police clock's own length
            return self._n("%(num)d day", "%(num)d days", days) % {"num": days}
        if hours >= 1:
            return self._n("%(num)d hour", "%(num)d hours", hours) % {"num": hours}
        return self._n("%(num)d minute", "%(num)d minutes", minutes) % {"num": minutes}

    def until(self, due: datetime, now: datetime) -> str:
        """Return how long is left, or how long ago the deadline passed."""
        if due >= now:
            return self._("%(span)s left") % {"span": self.span(due - now)}
        return self._("%(span)s past the deadline") % {"span": self.span(now - due)}

    def size(self, count: int) -> str:
        """Return a number of bytes with three figures ("3,2 MB"); decimal units as on labels."""
        if count < _KILO:
            return self._n("%(num)d byte", "%(num)d bytes", count) % {"num": count}
        power = min((len(str(count)) - 1) // 3, len(_UNITS))
        amount = count / _KILO**power
        pattern = "0.0" if amount < 10 else "0"  # noqa: PLR2004 — one decimal below ten
        return f"{format_decimal(amount, pattern, locale=self._locale)} {_UNITS[power - 1]}"

    def number(self, count: int) -> str:
        """Return a whole number with the language's grouping ("1.240")."""
        return f"{count:,}".replace(",", self._thousands)


@cache
def _figures(language: str) -> tuple[Locale, str]:
    """Return the locale of a language, and what stands between its thousands."""
    locale = Locale.parse(FORMATS[language])
    return locale, str(get_group_symbol(locale))


@lru_cache(maxsize=4096)
def _dated(day: date, pattern: str, locale: Locale) -> str:
    """Return a day by a pattern of CLDR; a screen names the same few days again and again."""
    return str(format_date(day, pattern, locale=locale))


def short_digest(digest: str) -> str:
    """Return the first and last eight digits of a digest, enough to compare by eye."""
    return f"{digest[:8]}…{digest[-8:]}" if len(digest) > 20 else digest  # noqa: PLR2004 — as is


def _day_of(moment: datetime | date) -> date:
    """Return the day in Copenhagen; a plain date is already one."""
    if isinstance(moment, datetime):
        return moment.astimezone(COPENHAGEN).date()
    return moment


def local_moment(text: str) -> datetime | None:
    """Return the moment that a `datetime-local` field states, in Copenhagen; None where none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=COPENHAGEN)
