"""Times as people read them beside a post: "for 2 timer siden", "i går kl. 14.03". Pure.

Danish, Norwegian, Swedish, German and English. Only words that stand alone are judged, so that a
sentence which speaks of a day is never taken for the time it was written.
"""

from __future__ import annotations

import re
from functools import lru_cache

_UNITS = (
    r"sek(?:und(?:er)?)?|seconds?|secs?|s|min(?:ut(?:ter)?|utes?|s)?|m|t|timer?|time|h|hrs?|hours?"
    r"|d|dage?|dg|døgn|dager|days?|u|uger?|uker?|w|wks?|weeks?|md|mdr|måneder?|mnd|mo|mos|months?"
    r"|år|y|yrs?|years?"
    r"|tim|timm(?:e|ar)|dagar|dygn|veck(?:a|or)|månad(?:er)?|sekund(?:er|en)?|minuten?|stunden?|std\.?"
    r"|tag(?:en?)?|wochen?|monat(?:en?)?|jahr(?:en?)?"
)
_LETTERS = r"[smthduwy]\.?"
_NUMBERS = (
    r"en|et|ett|ei|an?|one|to|two|tre|three|et\ par|a\ few|a\ couple\ of|få|nogle"
    r"|ein|einer|einem|zwei|drei|två|ett\ par|några|ein\ paar|einigen"
)
_ABOUT = (
    r"(?:(?:for|ca\.?|cirka|omkring|næsten|nesten|over|under|mere\ end|mindre\ end|about|around"
    r"|vor|för|etwa|rund|über|almost|more\ than|less\ than)\ )*"
)
_RELATIVE = (
    rf"{_ABOUT}(?:\d{{1,3}}\ ?(?:{_UNITS})|(?:{_NUMBERS})\ (?!{_LETTERS}$)(?:{_UNITS}))\.?"
    rf"(?:(?:,|\ og|\ and)?\ (?:\d{{1,2}})\ ?(?:{_UNITS})\.?)?(?:\ (?:siden|sedan|ago))?"
)
_WEEKDAYS = r"(?:man|tirs|ons|tors|fre|lør|søn)dag|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_WEEKDAYS += (
    r"|(?:mån|tis|ons|tors|fre|lör|sön)dag|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch"
)
_SHORT_WEEKDAYS = r"man|tir|tirs|ons|tor|tors|fre|lør|søn|mon|tue|wed|thu|fri|sat|sun"
_SHORT_WEEKDAYS += r"|mån|tis|lör|sön|mo|di|mi|do|fr|sa|so"
_MONTHS = (
    r"(?:jan|feb|mar|mär|apr|maj|mai|may|jun|jul|aug|sep|sept|okt|oct|nov|dec|des|dez)\.?"
    r"|(?:januar|februar|marts|mars|april|juni|juli|august|september|oktober|november|december"
    r"|desember|january|february|march|june|july|october|januari|februari|augusti|märz|mai|dezember)"
)
_HOUR = r"(?:[01]?\d|2[0-3])[.:][0-5]\d(?:[.:][0-5]\d)?(?:\ ?[ap]\.?m\.?)?"
_ZONE = r"(?:\ ?(?:UTC|GMT|CES?T|Z)(?:[+-]\d{1,2})?)?"
_CLOCK = (
    r"(?:\s?(?:,|-|–|—|·|•|\|)?\s?(?:(?:kl\.?|klokken|klockan|at|um|@)\ ?)?"
    rf"{_HOUR}{_ZONE}(?:\ Uhr)?)"
)
_DAYS = (
    r"i\ ?dag|heute|(?:vor)?gestern|i\ ?kväll|i\ ?går|i\ ?forgårs"
    r"|i\ aftes|i\ morges|i\ nat|i\ formiddags|i\ eftermiddags"
    r"|today|yesterday|last\ night|this\ morning|(?:sidste|forrige|last)\ (?:uge|uke|week|måned"
    rf"|month|år|year)|(?:i\ )?(?:{_WEEKDAYS})s?"
)
_ON = r"(?:(?:den|d\.|d|the|on|am)\ )?"
_DAY_OF_WEEK = rf"(?:(?:{_WEEKDAYS}|{_SHORT_WEEKDAYS})\.?,?\ {_ON})"
_DATES = (
    rf"{_ON}\d{{1,2}}(?:\.|st|nd|rd|th)?\ (?:of\ )?(?:{_MONTHS})(?:,?\ (?:\d{{4}}|'\d{{2}}))?"
    rf"|(?:{_MONTHS})\ \d{{1,2}}(?:st|nd|rd|th)?(?:,?\ \d{{4}})?"
    rf"|{_ON}\d{{1,2}}(?:[./-]\d{{1,2}}[./-]|/\d{{1,2}}\ )\d{{2}}(?:\d{{2}})?"
    r"|\d{4}[-./]\d{2}[-./]\d{2}"
)
_STATED_TIME = re.compile(
    rf"""(?:
        {_RELATIVE}
        |(?:lige|akkurat)\ nu|just\ now|nyss|just\ nu|gerade\ eben|nu|nå\ nettopp|nettopp
        |for\ nylig|recently|moments?\ ago
        |(?:{_DAYS}){_CLOCK}?
        |{_DAY_OF_WEEK}?(?:{_DATES}),?{_CLOCK}?
        |{_DAY_OF_WEEK}\d{{1,2}}/\d{{1,2}}{_CLOCK}?
        |{_ON}\d{{1,2}}/\d{{1,2}}{_CLOCK}
        |(?:kl\.?\ ?)?{_HOUR}{_ZONE}(?:\ Uhr)?
        |{_DAY_OF_WEEK}(?:{_MONTHS})\ \d{{1,2}},?\ \d{{4}}{_CLOCK}?
        |{_HOUR}(?:,|\ [-–·|])?\ (?:{_DATES})
        |(?:{_MONTHS})\ \d{{4}}
        |\d{{4}}-\d{{2}}-\d{{2}}[T\ ]\d{{2}}:\d{{2}}(?::\d{{2}}(?:\.\d{{1,6}})?)?
            (?:Z|[+-]\d{{2}}:?\d{{2}})?
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_EDITED = re.compile(
    r"^\(?(?:redigeret|rettet|redigert|edited|bearbeitet|redigerad)\)?[\s·•|,]+|[\s·•|,]+\(?(?:redigeret|rettet|redigert"
    r"|edited|bearbeitet|redigerad)\)?$",
    re.IGNORECASE,
)
_LONGEST = 80  # letters; a stated time is a line at most, and longer words are not even tried


def is_stated_time(text: str) -> bool:
    """Whether the words, alone, tell when something was written."""
    words = " ".join(text.split())
    if not words or len(words) > _LONGEST:
        return False
    return _is_stated(words)


@lru_cache(maxsize=4096)  # the posts of a page say the same days again and again
def _is_stated(words: str) -> bool:
    return _STATED_TIME.fullmatch(_EDITED.sub("", words).strip("· •|")) is not None
