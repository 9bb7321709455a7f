"""The text of office documents (ECMA-376, OpenDocument 1.3): what their XML parts say, in order."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from archive.reading.xml_text import NotWellFormed, Text, walk

Open = Callable[[str], Iterator[bytes]]
"""Gives a part's bytes by its name, within a budget."""

_CELLS: Final = frozenset({"tc", "table-cell"})
_NUMBER: Final = re.compile(r"(\d+)")
_MOST_SHEETS: Final = 200
_MOST_SHARED: Final = 500_000

_WORD: Final = re.compile(r"word/(document|footnotes|endnotes|comments|header\d*|footer\d*)\.xml")
_SLIDES: Final = re.compile(r"ppt/(slides/slide|notesSlides/notesSlide)\d+\.xml")
_SHEETS: Final = re.compile(r"xl/worksheets/sheet\d+\.xml")


def kind_of(names: Iterable[str]) -> str | None:
    """Return the format of a package by its parts; None where it is none of these."""
    found = set(names)
    if "[Content_Types].xml" in found:
        for start, kind in (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx")):
            if any(name.startswith(start) for name in found):
                return kind
    if "mimetype" in found and "content.xml" in found:
        return "odf"
    return None


def parts_of(kind: str, names: Iterable[str]) -> list[str]:
    """Return the parts that hold text, the main one first."""
    if kind == "odf":
        return ["content.xml"]
    shape = {"docx": _WORD, "pptx": _SLIDES, "xlsx": _SHEETS}[kind]
    found = sorted((name for name in names if shape.fullmatch(name)), key=_in_order)
    return found[:_MOST_SHEETS]


def add_text(kind: str, names: list[str], opened: Open, text: Text) -> Iterator[str]:
    """Add the text of every part; yield the names of those that were read.

    Raises `NotWellFormed`, `Enough`, and what opening raises.
    """
    shared = _shared(opened) if kind == "xlsx" and "xl/sharedStrings.xml" in names else []
    for name in parts_of(kind, names):
        if kind == "xlsx":
            _Sheet(shared, text).read(opened(name))
        else:
            _Prose(text, within="t" if kind != "odf" else None).read(opened(name))
        text.add("\n")
        yield name


def _in_order(name: str) -> tuple[int, list[object]]:
    main = 0 if name == "word/document.xml" or "/slides/" in name else 1
    return main, [int(part) if part.isdigit() else part for part in _NUMBER.split(name)]


class _Prose:
    """Paragraphs: the text of `t` elements (OOXML), or of everything in a paragraph (ODF)."""

    def __init__(self, text: Text, within: str | None) -> None:
        self._text = text
        self._within = within
        self._depth = 0

    def read(self, chunks: Iterable[bytes]) -> None:
        walk(chunks, self._start, self._end, self._characters)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == self._within or (self._within is None and name in ("p", "h")):
            self._depth += 1
        elif name == "tab":
            self._text.add("\t")
        elif name in ("br", "cr", "line-break"):
            self._text.add("\n")
        elif name == "s" and self._within is None:
            count = attributes.get("text:c", "1")
            self._text.add(" " * min(int(count) if count.isdigit() else 1, 100))

    def _end(self, name: str) -> None:
        if name == self._within or (self._within is None and name in ("p", "h")):
            self._depth -= 1
        if name in _CELLS:
            self._text.add("\t")
        elif name in ("p", "h", "tr", "table-row"):
            self._text.add("\n")

    def _characters(self, data: str) -> None:
        if self._depth > 0:
            self._text.add(data)


def _shared(opened: Open) -> list[str]:
    """Return the strings that the cells of a workbook name by number (ECMA-376 §18.4)."""
    found: list[str] = []
    now: list[str] = []
    within = 0

    def start(name: str, _: Mapping[str, str]) -> None:
        nonlocal within
        within += name == "t"

    def end(name: str) -> None:
        nonlocal within
        within -= name == "t"
        if name == "si":
            found.append("".join(now))
            now.clear()
            if len(found) > _MOST_SHARED:
                raise NotWellFormed

    def characters(data: str) -> None:
        if within > 0:
            now.append(data)

    walk(opened("xl/sharedStrings.xml"), start, end, characters)
    return found


class _Sheet:
    """A worksheet: its cells with tabs between, its rows as lines."""

    def __init__(self, shared: list[str], text: Text) -> None:
        self._shared = shared
        self._text = text
        self._type = ""
        self._value: list[str] = []
        self._within = False

    def read(self, chunks: Iterable[bytes]) -> None:
        walk(chunks, self._start, self._end, self._characters)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self._type, self._value = attributes.get("t", ""), []
        self._within = name in ("v", "t")

    def _end(self, name: str) -> None:
        self._within = False
        if name == "row":
            self._text.add("\n")
        elif name == "c" and self._value:
            value = "".join(self._value)
            if self._type == "s":
                number = int(value) if value.isdecimal() else -1
                value = self._shared[number] if 0 <= number < len(self._shared) else ""
            self._text.add(value + "\t")

    def _characters(self, data: str) -> None:
        if self._within:
            self._value.append(data)
