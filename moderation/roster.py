"""Reading a staff roster that somebody hands in: TOML, JSON or CSV, told apart by its content.

    [[employee]]
    name = "Mette Sørensen"
    nicknames = ["Mulle"]
    title = "socialrådgiver"
    unit = "Jobcentret"

JSON is a list of objects with the same keys. CSV has the same words as its first line, `;` or `,`
between fields and `|` between nicknames.
"""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from moderation.errors import RosterError
from moderation.signals.employees import is_usable_name
from moderation.values import RosterEntry


def read_roster(text: str) -> tuple[RosterEntry, ...]:
    """Return the entries; RosterError says which one (from 1) cannot be used, and why."""
    stripped = text.lstrip("\ufeff").strip()
    if not stripped:
        return ()
    rows = _rows(stripped)
    return tuple(_entry(row, number) for number, row in enumerate(rows, 1))


def _rows(text: str) -> Iterable[Any]:
    try:
        if text.startswith(("[{", "[\n", "[ ")):
            rows = json.loads(text)
        elif "[[employee]]" in text:
            rows = tomllib.loads(text).get("employee", [])
        else:
            first = text.splitlines()[0]
            rows = list(csv.DictReader(text.splitlines(), delimiter=";" if ";" in first else ","))
    except (ValueError, csv.Error) as problem:
        raise RosterError(f"the roster cannot be read: {problem}") from problem
    if not isinstance(rows, list):
        raise RosterError("the roster is no list of employees")
    return rows


def _entry(row: Any, number: int) -> RosterEntry:
    if not isinstance(row, Mapping):
        raise RosterError(f"employee {number} is no set of fields")
    fields = {str(key).strip().lower(): value for key, value in row.items() if key is not None}
    name = fields.get("name")
    if not isinstance(name, str) or not is_usable_name(name):
        raise RosterError(f"employee {number} has no name with letters")
    nicknames = fields.get("nicknames") or ()
    if isinstance(nicknames, str):
        nicknames = nicknames.split("|")
    if not isinstance(nicknames, list | tuple) or not all(isinstance(n, str) for n in nicknames):
        raise RosterError(f"employee {number}: nicknames is a list of texts")
    return RosterEntry(
        name=name.strip(),
        nicknames=tuple(n.strip() for n in nicknames if is_usable_name(n)),
        title=_optional(fields.get("title")),
        unit=_optional(fields.get("unit")),
    )


def _optional(value: Any) -> str | None:
    return value.strip() if isinstance(value, str) and value.strip() else None
