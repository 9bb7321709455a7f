"""The rows of a file of names: who is meant, and by what else they are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from moderation.signals.employees import is_usable_name
from service.organisation.columns import Column, column_of, plain
from service.organisation.refusals import FileFault, FileUnusable, RowFault, Unusable
from service.organisation.table import Row, read_table
from service.organisation.wanted import RowRefused, fold

MOST_NAMES: Final = 12
"""So many nicknames, and so many titles, one person has at most."""
LONGEST: Final = 200
_NICKNAMES: Final = frozenset(
    {
        "nickname",
        "nicknames",
        "alias",
        "aliases",
        "kaldenavn",
        "kaldenavne",
        "kælenavn",
        "kælenavne",
        "øgenavn",
        "øgenavne",
        "tilnavn",
        "tilnavne",
        "kallenavn",
        "kjælenavn",
        "klengenavn",
        "oppnavn",
    }
)
_BETWEEN: Final = re.compile(r"[|;,/\n]")
_BETWEEN_TITLES: Final = re.compile(r"[|;\n]")


@dataclass(frozen=True, slots=True)
class WantedName:
    """What one row says: a name, and by what else its person is called or known."""

    line: int
    name: str
    email: str | None
    number: str | None
    nicknames: tuple[str, ...]
    titles: tuple[str, ...]
    unit: str | None


def split_names(text: str) -> tuple[str, ...]:
    """Return the nicknames in a cell or field: one a line, or divided by | ; , or /."""
    return _split(_BETWEEN, text)


def split_titles(text: str) -> tuple[str, ...]:
    """Return the titles in a cell or field: one a line, or divided by | or ;, as commas belong."""
    return _split(_BETWEEN_TITLES, text)


def _split(between: re.Pattern[str], text: str) -> tuple[str, ...]:
    names = (" ".join(one.split()) for one in between.split(text))
    found: dict[str, str] = {}
    for one in names:
        if one and is_usable_name(one):
            found.setdefault(fold(one), one[:LONGEST])
    return tuple(found.values())[:MOST_NAMES]


def is_nicknames(name: str) -> bool:
    """Tell whether a column is one of nicknames."""
    return plain(name) in _NICKNAMES


def _is_known(name: str) -> bool:
    return column_of(name) is not None or is_nicknames(name)


def read_names(content: bytes) -> Iterator[WantedName | Unusable]:
    """Yield what each row says, or why it cannot be used; raises `FileUnusable`."""
    table = read_table(content, _is_known)
    places: dict[Column | str, int] = {}
    for place, name in enumerate(table.header.cells):
        key = "nicknames" if is_nicknames(name) else column_of(name)
        if key is None:
            continue
        if key in places:
            raise FileUnusable(FileFault.COLUMN_TWICE, table.header.line)
        places[key] = place
    if not {Column.NAME, Column.LAST_NAME} & set(places):
        raise FileUnusable(FileFault.NO_HEADER, table.header.line)
    for row in table.rows:
        try:
            yield _wanted(row, places, len(table.header.cells))
        except RowRefused as refused:
            yield Unusable(row.line, refused.fault, refused.what)


def _wanted(row: Row, places: Mapping[Column | str, int], width: int) -> WantedName:
    if any(row.cells[width:]):
        raise RowRefused(RowFault.MORE_CELLS)

    def cell(key: Column | str) -> str:
        place = places.get(key)
        text = row.cells[place] if place is not None and place < len(row.cells) else ""
        if any(unicodedata.category(sign) in {"Cc", "Cs", "Co", "Cn"} for sign in text):
            raise RowRefused(RowFault.NOT_PRINTABLE)
        return text

    given, family = cell(Column.FIRST_NAME), cell(Column.LAST_NAME)
    name = " ".join((cell(Column.NAME) or f"{given} {family}").split())
    unit = " ".join(cell(Column.UNIT).split(">")[-1].split())
    if not is_usable_name(name):
        raise RowRefused(RowFault.NO_PERSON)
    for text in (name, unit):
        if len(text) > LONGEST:
            raise RowRefused(RowFault.TOO_LONG, text[:40])
    return WantedName(
        row.line,
        name,
        cell(Column.EMAIL).lower() or None,
        cell(Column.NUMBER) or None,
        split_names(cell("nicknames")),
        split_titles(cell(Column.TITLE)),
        unit or None,
    )
