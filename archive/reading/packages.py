"""ZIP files: office documents give their text, all others the list of what is in them.

Nothing is ever unpacked to disk. A list costs no unpacking at all; text and
lists within lists are unpacked as streams, within one budget for the whole item.
"""

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from archive.reading import office
from archive.reading.listing import MOST_DEPTH, Entry, Listing
from archive.reading.streams import MIB, Gone, LargeFile, TooMuch
from archive.reading.xml_text import Enough, NotWellFormed, Text

BUDGET: Final = 128 * MIB
_MOST_INSIDE: Final = 16 * MIB
_ENCRYPTED: Final = 0x1
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
    EOFError, OSError, ValueError, OverflowError, NotImplementedError, RuntimeError,
)  # fmt: skip
"""What `zipfile` and the unpackers beneath it raise for one part: ValueError for a bad name,
OverflowError for a place that no file has."""

_ZIP: Final = b"PK\x03\x04"


def read_package(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    """Tell a ZIP file's list, and its text where it is an office document.

    Facts: `format` (`docx`, `xlsx`, `pptx`, `odf`, `zip`), `text`, `text_state`
    (`read`, `no_text`, `too_large`, `broken`), `text_complete`, `encrypted`,
    `macros`, and the facts of `Listing`.
    """
    del media_type  # what is in it decides
    file = LargeFile(source)
    with zipfile.ZipFile(io.BufferedReader(file)) as package:
        infos = package.infolist()
        names = [info.filename for info in infos]
        kind = office.kind_of(names)
        locked = any(info.flag_bits & _ENCRYPTED for info in infos)
        macros = any(name.endswith(("vbaProject.bin", "/Module1.xml")) for name in names)
        yield {"format": kind or "zip", "encrypted": locked, "macros": macros}
        budget = _Budget(package)
        if kind is not None:
            yield _document(kind, names, budget)
            return
        listing = Listing(packed=file.size)
        _list(package, listing, budget, "", 1)
        yield listing.facts()


class _Budget:
    """Opens parts as streams, all of them together within one ceiling."""

    def __init__(self, package: zipfile.ZipFile, left: int = BUDGET) -> None:
        self._package = package
        self.left = left

    def opened(self, name: str) -> Iterator[bytes]:
        with self._package.open(name) as part:
            while chunk := part.read(64 * 1024):
                self.left -= len(chunk)
                if self.left < 0:
                    raise TooMuch
                yield chunk


def _document(kind: str, names: list[str], budget: _Budget) -> dict[str, Any]:
    text, state = Text(), ""
    read: list[str] = []
    try:
        read.extend(office.add_text(kind, names, budget.opened, text))
    except Enough:
        state = "read"
    except (TooMuch, Gone):
        state = "too_large"
    except (NotWellFormed, KeyError, *_BROKEN):
        state = "broken"
    found = text.done()
    complete = not state
    if not state or (state in ("broken", "too_large") and found):
        state = "read" if found else "no_text"
    facts: dict[str, Any] = {"text_state": state, "text_complete": complete, "parts": len(read)}
    return facts | ({"text": found} if found else {})


def _list(
    package: zipfile.ZipFile, listing: Listing, budget: _Budget, above: str, depth: int
) -> None:
    for info in package.infolist():
        year, month, day, hour, minute, second = info.date_time
        when = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}"
        entry = Entry(above + info.filename, info.file_size, info.compress_size, when, depth)
        listing.add(entry)
        if not info.filename.endswith("/"):  # `is_dir` fails where there is no name at all
            _look_inside(package, info, listing, budget, entry)


def _look_inside(
    package: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    listing: Listing,
    budget: _Budget,
    entry: Entry,
) -> None:
    """List a ZIP file within a ZIP file, if it is small enough and not too deep."""
    locked = info.flag_bits & _ENCRYPTED
    if locked or not entry.name.lower().endswith((".zip", ".docx", ".xlsx", ".pptx", ".jar")):
        return
    if entry.depth >= MOST_DEPTH or info.file_size > _MOST_INSIDE or budget.left < _MOST_INSIDE:
        listing.left_out()
        return
    try:
        with package.open(info) as part:
            data = part.read(_MOST_INSIDE + 1)
        budget.left -= len(data)
        if len(data) > _MOST_INSIDE or not data.startswith(_ZIP):
            return
        with zipfile.ZipFile(io.BytesIO(data)) as inner:
            _list(inner, listing, budget, entry.name + "/", entry.depth + 1)
    except _BROKEN:
        listing.left_out()
