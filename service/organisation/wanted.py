"""What a file says of units, people and roles; rows that say nothing usable are told apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from service.organisation.columns import (
    EVERYWHERE_SIGN,
    LANGUAGES,
    Column,
    column_of,
    is_everywhere,
    plain,
    role_of,
)
from service.organisation.refusals import FileFault, FileUnusable, RowFault, Unusable
from service.organisation.table import FileTable, Row, read_table

_ADDRESS: Final = re.compile(r"[^@\s<>\"]{1,64}@[^@\s<>\"]{1,255}")
_LONGEST: Final[Mapping[Column, int]] = {
    Column.NAME: 200,
    Column.EMAIL: 320,
    Column.NUMBER: 40,
    Column.TITLE: 200,
    Column.PHONE: 40,
    Column.UNIT_NUMBER: 40,
}
_UNIT_LONGEST: Final = 200
_BETWEEN_ROLES: Final = re.compile(r"[|;,+\n]")
_SAME: Final = ("name", "email", "number", "unit", "title", "phone", "language")


@dataclass(frozen=True, slots=True)
class WantedUnit:
    """A unit that the file names; what is None the file leaves as it stands."""

    name: str
    line: int
    number: str | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class WantedRole:
    """A role that the file gives: in the person's own unit, in a named one, or everywhere."""

    role: str
    unit: str | None = None
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class WantedPerson:
    """A person that the file names; what is None the file leaves as it stands."""

    line: int
    name: str | None
    email: str | None
    number: str | None
    unit: str | None = None
    title: str | None = None
    phone: str | None = None
    language: str | None = None
    roles: tuple[WantedRole, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything that a file says; `says_roles` is whether it has a column of roles at all."""

    units: tuple[WantedUnit, ...]
    people: tuple[WantedPerson, ...]
    unusable: tuple[Unusable, ...]
    says_roles: bool
    other_columns: tuple[str, ...]


class RowRefused(ValueError):
    """This row cannot be used."""

    def __init__(self, fault: RowFault, what: str = "") -> None:
        super().__init__(str(fault))
        self.fault = fault
        self.what = what


def fold(name: str) -> str:
    """Return a name as names are compared: composed, without regard to case or doubled spaces."""
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()


def read_wanted(
    content: bytes, roles: tuple[str, ...], numbers: Mapping[str, str] | None = None
) -> Wanted:
    """Return what a file says; raises `FileUnusable`.

    `roles` are those of the table of rights, `numbers` the units' numbers with their names.
    """
    table = read_table(content, lambda name: column_of(name) is not None)
    places, others = _places(table.header)
    reader = _Reader(places, len(table.header.cells), roles, _numbers(table, places, numbers or {}))
    for row in table.rows:
        reader.take(row)
    return Wanted(
        units=tuple(reader.units.values()),
        people=tuple(reader.people),
        unusable=tuple(reader.unusable),
        says_roles=Column.ROLE in places,
        other_columns=others,
    )


def _places(header: Row) -> tuple[dict[Column, int], tuple[str, ...]]:
    places: dict[Column, int] = {}
    others: list[str] = []
    for place, name in enumerate(header.cells):
        column = column_of(name)
        if column is None:
            others += [name] if name else []
        elif column in places:
            raise FileUnusable(FileFault.COLUMN_TWICE, header.line)
        else:
            places[column] = place
    if not {Column.NAME, Column.LAST_NAME, Column.UNIT} & set(places):
        raise FileUnusable(FileFault.NO_HEADER, header.line)
    return places, tuple(others)


def _numbers(
    table: FileTable, places: Mapping[Column, int], known: Mapping[str, str]
) -> dict[str, str]:
    """Return the units' numbers with their names, as this file has them."""
    numbers = dict(known)
    name, number = places.get(Column.UNIT), places.get(Column.UNIT_NUMBER)
    if name is not None and number is not None:
        for row in table.rows:
            if max(name, number) < len(row.cells) and row.cells[name] and row.cells[number]:
                numbers[row.cells[number]] = _path(row.cells[name])[-1]
    return numbers


def _path(cell: str) -> list[str]:
    return [" ".join(one.split()) for one in cell.split(">") if one.strip()] or [""]


@dataclass
class _Reader:
    """Rows one after another; a unit or person may stand in several."""

    places: Mapping[Column, int]
    width: int
    roles: tuple[str, ...]
    numbers: Mapping[str, str]
    units: dict[str, WantedUnit] = field(default_factory=dict)
    people: list[WantedPerson] = field(default_factory=list)
    unusable: list[Unusable] = field(default_factory=list)
    _by_email: dict[str, int] = field(default_factory=dict)
    _by_number: dict[str, int] = field(default_factory=dict)

    def take(self, row: Row) -> None:
        """Take one row, or say why not; what it said of units then counts no more either."""
        before = dict(self.units)
        try:
            self._take(row)
        except RowRefused as refused:
            self.units = before
            self.unusable.append(Unusable(row.line, refused.fault, refused.what))

    def _take(self, row: Row) -> None:
        if any(row.cells[self.width :]):
            raise RowRefused(RowFault.MORE_CELLS)
        cells = {
            column: row.cells[place] if place < len(row.cells) else ""
            for column, place in self.places.items()
        }
        for column, cell in cells.items():
            _require_clean(column, cell)
        given, family = cells.get(Column.FIRST_NAME, ""), cells.get(Column.LAST_NAME, "")
        name = " ".join((cells.get(Column.NAME) or f"{given} {family}").split())
        email = cells.get(Column.EMAIL, "").lower() or None
        number = cells.get(Column.NUMBER) or None
        unit = self._unit(row.line, cells)
        if not name and email is None and number is None:
            if cells.get(Column.ROLE) or unit is None:
                raise RowRefused(RowFault.NO_PERSON)
            return
        if email is None and number is None:
            raise RowRefused(RowFault.NO_KEY, name)
        if email is not None and not _ADDRESS.fullmatch(email):
            raise RowRefused(RowFault.EMAIL_WRONG, email)
        self._person(
            WantedPerson(
                line=row.line,
                name=name or None,
                email=email,
                number=number,
                unit=unit,
                title=cells.get(Column.TITLE) or None,
                phone=cells.get(Column.PHONE) or None,
                language=_language(cells.get(Column.LANGUAGE, "")),
                roles=self._roles(cells, unit),
            )
        )

    def _unit(self, line: int, cells: Mapping[Column, str]) -> str | None:
        """Note the unit of a row with those above it, and return its name."""
        number = cells.get(Column.UNIT_NUMBER) or None
        if cells.get(Column.UNIT) == EVERYWHERE_SIGN:
            return None  # the whole municipality, and no unit of that name
        path = _path(cells.get(Column.UNIT, ""))
        if not path[-1]:
            if number is None:
                return None
            if number not in self.numbers:
                raise RowRefused(RowFault.UNIT_UNKNOWN, number)
            path = [self.numbers[number]]
        above = cells.get(Column.PARENT, "")
        if above:
            path = [*_path(self.numbers.get(above, above)), path[-1]]
        for place, name in enumerate(path):
            if len(name) > _UNIT_LONGEST:
                raise RowRefused(RowFault.TOO_LONG, name[:40])
            parent = path[place - 1] if place else None
            last = place == len(path) - 1
            self._note(WantedUnit(name, line, number if last else None, parent))
        return path[-1]

    def _note(self, unit: WantedUnit) -> None:
        known = self.units.get(fold(unit.name))
        if known is None:
            self.units[fold(unit.name)] = unit
            return
        if unit.parent and known.parent and fold(unit.parent) != fold(known.parent):
            raise RowRefused(RowFault.UNIT_TWO_PLACES, unit.name)
        if unit.number and known.number and unit.number != known.number:
            raise RowRefused(RowFault.UNIT_NUMBER_DIFFERS, unit.name)
        says_more = unit.parent is not None and known.parent is None
        self.units[fold(unit.name)] = replace(
            known,
            number=known.number or unit.number,
            parent=known.parent or unit.parent,
            line=unit.line if says_more else known.line,
        )

    def _roles(self, cells: Mapping[Column, str], unit: str | None) -> tuple[WantedRole, ...]:
        found: list[WantedRole] = []
        where = cells.get(Column.ROLE_UNIT, "")
        if not where and cells.get(Column.UNIT) == EVERYWHERE_SIGN:
            where = EVERYWHERE_SIGN  # whoever has one column for both writes it there
        for word in _BETWEEN_ROLES.split(cells.get(Column.ROLE, "")):
            if not word.strip():
                continue
            role = role_of(word, self.roles)
            if role is None:
                raise RowRefused(RowFault.ROLE_UNKNOWN, word.strip())
            if role == "employee":  # each of ours is one
                continue
            if is_everywhere(where):
                found.append(WantedRole(role, everywhere=True))
            else:
                named = _path(self.numbers.get(where, where))[-1] if where else unit
                found.append(WantedRole(role, named))
        return tuple(found)

    def _person(self, person: WantedPerson) -> None:
        """Take a person, or join what another row says of the same one."""
        by_number = self._by_number.get(person.number) if person.number else None
        by_email = self._by_email.get(person.email) if person.email else None
        place = by_email if by_number is None else by_number
        if place is None:
            place = len(self.people)
            self.people.append(person)
        else:
            known = self.people[place]
            if (by_email is not None and by_email != place) or (
                known.number and person.number and known.number != person.number
            ):
                raise RowRefused(RowFault.EMAIL_TWICE, person.email or "")
            self.people[place] = _joined(known, person)
        joined = self.people[place]
        if joined.number:
            self._by_number[joined.number] = place
        if joined.email:
            self._by_email[joined.email] = place


def _joined(known: WantedPerson, more: WantedPerson) -> WantedPerson:
    said = {name: getattr(more, name) for name in _SAME if getattr(more, name) is not None}
    for name, value in said.items():
        if getattr(known, name) not in (None, value):
            raise RowRefused(RowFault.ROWS_DISAGREE, str(known.line))
    roles = known.roles + tuple(one for one in more.roles if one not in known.roles)
    return replace(known, roles=roles, **said)


def _require_clean(column: Column, cell: str) -> None:
    if len(cell) > _LONGEST.get(column, 1000):
        raise RowRefused(RowFault.TOO_LONG, cell[:40])
    if any(unicodedata.category(sign) in {"Cc", "Cs", "Co", "Cn"} for sign in cell):
        raise RowRefused(RowFault.NOT_PRINTABLE, column)


def _language(cell: str) -> str | None:
    if not cell:
        return None
    language = LANGUAGES.get(plain(cell))
    if language is None:
        raise RowRefused(RowFault.LANGUAGE_UNKNOWN, cell)
    return language
