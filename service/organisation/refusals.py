"""Why a file, or one row of it, cannot be used: facts with a stable key, words elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FileFault(StrEnum):
    """What is wrong with a whole file."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    NOT_TEXT = "not_text"
    QUOTES = "quotes"
    NO_HEADER = "no_header"
    COLUMN_TWICE = "column_twice"


class FileUnusable(ValueError):
    """Nothing of this file can be used; `line` is where reading stopped, if anywhere."""

    def __init__(self, fault: FileFault, line: int | None = None) -> None:
        super().__init__(f"{fault} (line {line})" if line else str(fault))
        self.fault = fault
        self.line = line


class RowFault(StrEnum):
    """What is wrong with one row."""

    MORE_CELLS = "more_cells"
    TOO_LONG = "too_long"
    NOT_PRINTABLE = "not_printable"
    NO_NAME = "no_name"
    NO_KEY = "no_key"
    NO_PERSON = "no_person"
    EMAIL_WRONG = "email_wrong"
    EMAIL_TWICE = "email_twice"
    EMAIL_OF_ANOTHER = "email_of_another"
    NUMBER_DIFFERS = "number_differs"
    ROWS_DISAGREE = "rows_disagree"
    LEFT_BEFORE = "left_before"
    LANGUAGE_UNKNOWN = "language_unknown"
    ROLE_UNKNOWN = "role_unknown"
    ROLE_NOWHERE = "role_nowhere"
    UNIT_UNKNOWN = "unit_unknown"
    UNIT_TWO_PLACES = "unit_two_places"
    UNIT_CIRCLE = "unit_circle"
    UNIT_NUMBER_DIFFERS = "unit_number_differs"
    UNIT_NAME_TAKEN = "unit_name_taken"
    YOURSELF = "yourself"
    NAME_OF_SEVERAL = "name_of_several"
    NAME_TWICE = "name_twice"


@dataclass(frozen=True, slots=True)
class Unusable:
    """One row that is left aside; `what` is the cell that says why."""

    line: int
    fault: RowFault
    what: str = ""
