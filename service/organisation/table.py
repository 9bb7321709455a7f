"""A file of rows as offices make them: whatever character set, divider and quotes it has.

RFC 4180, and what Excel, payroll systems and Active Directory make of it.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Final

from service.organisation.refusals import FileFault, FileUnusable

MOST_BYTES: Final = 8 * 1024 * 1024
MOST_ROWS: Final = 50_000
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OTHER_FILES: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"{\\rtf")
"""How a workbook, an older one, a PDF and a letter begin: what people choose by mistake."""
_DIVIDERS: Final = (";", ",", "\t")


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `line` is where it begins, counted from 1 as an editor does."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileTable:
    """The first row, which names the columns, and the others."""

    header: Row
    rows: tuple[Row, ...]


def decoded(content: bytes) -> str:
    """Return the text of a file: UTF-8, UTF-16 or Windows-1252; raises `FileUnusable`."""
    if not content.strip(b"\r\n\t \x00"):
        raise FileUnusable(FileFault.EMPTY)
    if content.startswith(_OTHER_FILES):
        raise FileUnusable(FileFault.NOT_TEXT)
    if len(content) > MOST_BYTES:
        raise FileUnusable(FileFault.TOO_LARGE)
    for mark, charset in _MARKS:
        if content.startswith(mark):
            return _text(content[len(mark) :], charset)
    if (guess := _utf16_without_mark(content)) is not None:
        return _text(content, guess)
    try:
        return _text(content, "utf-8")
    except FileUnusable:
        # What Excel writes as "CSV" on a Danish machine.
        return _text(content, "cp1252")


def read_table(content: bytes, known: Callable[[str], bool]) -> FileTable:
    """Return the rows of a file, empty ones left out; raises `FileUnusable`.

    `known` tells a column's name from other words: the divider is the one that finds most.
    """
    text = decoded(content)
    skipped = 0
    first, _, rest = text.partition("\n")
    if first.strip().strip('"').lower().startswith("sep="):  # Excel's own hint
        text, skipped = rest, 1
    divider = max(_DIVIDERS, key=lambda one: _names_found(text, one, known))
    rows = _rows(text, divider, skipped)
    header = next(rows, None)
    if header is None:
        raise FileUnusable(FileFault.EMPTY)
    return FileTable(header, tuple(rows))


def _text(content: bytes, charset: str) -> str:
    try:
        text = content.decode(charset)
    except UnicodeDecodeError as wrong:
        raise FileUnusable(FileFault.NOT_TEXT) from wrong
    if "\x00" in text:
        raise FileUnusable(FileFault.NOT_TEXT)
    return text.removeprefix("\ufeff")


def _utf16_without_mark(content: bytes) -> str | None:
    """Tell UTF-16 by the empty half of each letter in the beginning."""
    start = content[:400]
    low, high = start[0::2].count(0), start[1::2].count(0)
    if high * 4 > len(start) and not low:
        return "utf-16-le"
    return "utf-16-be" if low * 4 > len(start) and not high else None


def _names_found(text: str, divider: str, known: Callable[[str], bool]) -> int:
    try:
        header = next(_rows(text, divider, 0), None)
    except FileUnusable:
        return 0
    return sum(known(cell) for cell in header.cells) if header else 0


def _rows(text: str, divider: str, skipped: int) -> Iterator[Row]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=divider, strict=True)
    line, count = 1 + skipped, 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                count += 1
                if count > MOST_ROWS + 1:
                    raise FileUnusable(FileFault.TOO_MANY_ROWS, line)
                yield Row(line, tuple(cell.strip() for cell in cells))
            line = reader.line_num + 1 + skipped
    except csv.Error as wrong:
        raise FileUnusable(FileFault.QUOTES, line) from wrong
