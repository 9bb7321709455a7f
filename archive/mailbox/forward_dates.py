"""What a date typed into a forward means, in any of the languages that write one.

Only what is said is told: without a zone the answer has none, and where day
and month could be exchanged there is no answer.
"""

import email.utils
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from archive.mailbox.forward_words import fold

_FIRST_YEAR: Final = 1990

# Beginnings of month names, folded; longer ones first where one begins another.
_MONTHS: Final = tuple(
    tuple(fold(name) for name in names.split())
    for names in (
        "jan jaa gen ene янв січ sij led styc tam oca ιαν ιανου sau ion ean яну студ",
        "feb fev vee фев лют velj uno lut hel sub şub φεβ vas chwe ",
        "mar maa maerz marz mær mars мар бер ozuj brez marc μαρ kov maw березн maa",
        "apr abr avr апр квіт trav dub kwi huht nis απρ bal ebr abril",
        "may mai mag maj maio мая май трав svib kvet tou μαι geg mei mayi toukok",
        "jun juin juun iun giu июн юни черв lip cerv czer kesa haz ιουν bir meh jui",
        "jul juil juul iul lug июл юли лип srp cervenec lipca hein tem ιουλ lie gor",
        "aug rugp ago aou авг серп kol srpn sier elo agu αυγ rgp awst",
        "sep rugs set сен вер ruj zari wrz syys eyl σεπ rgs medi",
        "oct okt ott out окт жовт lis rijna pazd loka eki οκτ spa hyd",
        "nov ноя нов лист stud listop kas νοε lap tach",
        "dec dez dic des дек груд pros grud joul ara δεκ gru rha",
    )
)
_EXACT: Final = {
    # Where beginnings collide between languages, the whole word decides.
    "maaliskuuta": 3, "maaliskuu": 3, "marraskuuta": 11, "marraskuu": 11, "mars": 3, "marca": 3,
    "marzec": 3, "marts": 3, "marcius": 3, "maj": 5, "maja": 5, "maya": 5, "maijs": 5,
    "mayis": 5, "toukokuuta": 5, "cervence": 7, "cervenec": 7, "cervna": 6, "cerven": 6,
    "czerwca": 6, "lipca": 7, "lipnja": 6, "lipanj": 6, "srpna": 8, "srpen": 8, "srpnja": 7,
    "srpanj": 7, "listopadu": 11, "listopad": 11, "listopada": 11, "листопада": 11,
    "лютого": 2, "липня": 7, "травня": 5, "travnja": 4, "travanj": 4, "kvetna": 5, "kveten": 5,
    "kwietnia": 4, "ledna": 1, "leden": 1, "lutego": 2, "luty": 2, "unora": 2, "unor": 2,
    "brezna": 3, "brezen": 3, "dubna": 4, "duben": 4, "zari": 9, "rijna": 10, "rijen": 10,
    "prosince": 12, "prosinec": 12, "prosinca": 12, "prosinac": 12, "sijecnja": 1, "veljace": 2,
    "ozujka": 3, "svibnja": 5, "kolovoza": 8, "rujna": 9, "studenoga": 11, "studenog": 11,
    "tammikuuta": 1, "helmikuuta": 2, "huhtikuuta": 4, "kesakuuta": 6, "heinakuuta": 7,
    "elokuuta": 8, "syyskuuta": 9, "lokakuuta": 10, "joulukuuta": 12, "ocak": 1, "subat": 2,
    "mart": 3, "nisan": 4, "haziran": 6, "temmuz": 7, "agustos": 8, "eylul": 9, "ekim": 10,
    "kasim": 11, "aralik": 12, "ιουνιου": 6, "ιουλιου": 7, "μαρτιου": 3, "μαιου": 5, "juli": 7,
    "juni": 6, "juin": 6, "juillet": 7, "giugno": 6, "luglio": 7, "stycznia": 1, "wrzesnia": 9,
    "pazdziernika": 10, "grudnia": 12, "sierpnia": 8, "marzo": 3, "mai": 5, "mei": 5, "marec": 3,
}  # fmt: skip
_MONTHS_A_YEAR: Final = 12
_NEAR: Final = re.compile(r"(?<![\d:.])(\d{1,2})(?!\d)")
_WORD: Final = re.compile(r"[^\W\d_]+")
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_EAST: Final = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?")
_YEAR_FIRST: Final = re.compile(r"(\d{4})[./]\s?(\d{1,2})[./]\s?(\d{1,2})")
_NUMBERS: Final = re.compile(r"(?<!\d)(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?!\d)")
_TIME: Final = re.compile(r"(?<!\d)([01]?\d|2[0-4])[:.h]([0-5]\d)(?:[:.]([0-5]\d))?(?!\d)")
_HALF: Final = re.compile(
    r"(?<![^\W\d_])(a\.?\s?m\.?|p\.?\s?m\.?|fm|em|ap\.?|ip\.?|π\.?μ\.?|μ\.?μ\.?|上午|下午|午前|午後|오전|오후)"
    r"(?![^\W\d_])",
    re.IGNORECASE,
)
_AFTERNOON: Final = ("p", "em", "ip", "μ", "下午", "午後", "오후")
_OFFSET: Final = re.compile(r"(?:GMT|UTC)?\s?([+-])(\d{1,2}):?(\d{2})?(?!\d)")
_ZONES: Final = {
    "gmt": 0, "utc": 0, "z": 0, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "wet": 0, "west": 1,
    "eet": 2, "eest": 3, "msk": 3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7,
    "mdt": -6, "pst": -8, "pdt": -7, "bst": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Day:
    """A day, and the text without it where it was written in figures."""

    year: int
    month: int
    day: int
    rest: str


def understand(written: str) -> str | None:
    """Return a date as ISO 8601, with its offset where one is said, or None."""
    text = written[:200]
    day = _day(text)
    if day is None:
        return _standard(text)
    clock = _clock(day.rest)
    try:
        moment = datetime(
            day.year, day.month, day.day, *(clock or (0, 0, 0)), tzinfo=_zone(day.rest)
        )
    except ValueError:
        return None
    if moment.year < _FIRST_YEAR:
        return None
    if clock is None:
        return moment.date().isoformat()
    return moment.isoformat(timespec="seconds" if moment.second else "minutes")


def _standard(text: str) -> str | None:
    try:
        return email.utils.parsedate_to_datetime(text).isoformat(timespec="seconds")
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _day(text: str) -> _Day | None:
    for shape in (_ISO, _EAST, _YEAR_FIRST):
        if found := shape.search(text):
            return _Day(int(found[1]), int(found[2]), int(found[3]), _around(text, found))
    named = _named(text)
    if named is not None:
        return named
    for found in _NUMBERS.finditer(text):
        day = _numbers(text, found)
        if day is not None:
            return day
    return None


def _around(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"


def _numbers(text: str, found: re.Match[str]) -> _Day | None:
    first, mark, second, year = int(found[1]), found[2], int(found[3]), int(found[4])
    year += 2000 if year < 100 else 0  # noqa: PLR2004 - two digits
    day_first = mark == "." or first > _MONTHS_A_YEAR or first == second
    half = _HALF.search(text)
    # American programs write AM and PM, and the month first.
    month_first = second > _MONTHS_A_YEAR or (half is not None and half[0][0] in "aApP")
    if not day_first and not month_first:
        return None
    day, month = (first, second) if day_first else (second, first)
    if not (1 <= month <= _MONTHS_A_YEAR and day >= 1):
        return None  # "09.00.00" is a time
    return _Day(year, month, day, _around(text, found))


def _named(text: str) -> _Day | None:
    year = re.search(r"(?<!\d)(?:19|20)\d{2}(?!\d)", text)
    if year is None:
        return None
    # The last one: "mar" and "maa…" begin Tuesdays and Mondays as well, and these stand first.
    for word in reversed(list(_WORD.finditer(text))):
        month = _month(word[0])
        if month is None:
            continue
        before = [match for match in _NEAR.finditer(text, 0, word.start()) if _is_day(match, text)]
        after = [match for match in _NEAR.finditer(text, word.end()) if _is_day(match, text)]
        nearest = before[-1] if before else (after[0] if after else None)
        if nearest is not None:
            return _Day(int(year[0]), month, int(nearest[1]), text)
    return None


def _is_day(match: re.Match[str], text: str) -> bool:
    follows = text[match.end(1) : match.end(1) + 3]
    is_time = re.match(r"[:h]\d\d|\.\d\d", follows) is not None
    return 1 <= int(match[1]) <= 31 and not is_time  # noqa: PLR2004 - days of a month


@lru_cache(maxsize=4096)
def _month(word: str) -> int | None:
    folded = fold(word)
    if folded in _EXACT:
        return _EXACT[folded]
    if len(folded) < 3:  # noqa: PLR2004 - "m" or "de" is no month
        return None
    found = [
        number for number, beginnings in enumerate(_MONTHS, 1) if folded.startswith(beginnings)
    ]
    return found[0] if len(found) == 1 else None


def _clock(text: str) -> tuple[int, int, int] | None:
    found = _TIME.search(text)
    if found is None:
        return None
    hour, minute, second = int(found[1]) % 24, int(found[2]), int(found[3] or 0)
    half = _HALF.search(text)
    if half is not None and hour <= 12:  # noqa: PLR2004 - a clock of twelve hours
        late = half[0].lower().replace(".", "").replace(" ", "").startswith(_AFTERNOON)
        hour = hour % 12 + (12 if late else 0)
    return hour, minute, second


def _zone(text: str) -> timezone | None:
    clock = _TIME.search(text)
    rest = text[clock.end() :] if clock else text
    if found := _OFFSET.search(rest):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        if minutes > 14 * 60:
            return None
        return timezone(timedelta(minutes=minutes if found[1] == "+" else -minutes))
    for word in _WORD.findall(rest):
        if word.isupper() and word.lower() in _ZONES:
            hours = _ZONES[word.lower()]
            return timezone(timedelta(hours=hours)) if hours else UTC
    return None
