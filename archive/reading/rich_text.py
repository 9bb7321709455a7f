"""The text of Rich Text Format (RTF 1.9.1): plain words between groups and control words."""

import re
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from archive.confinement.charsets import decode_bytes
from archive.reading.xml_text import Enough, Text

MOST_BYTES: Final = 32 * 1024 * 1024
MOST_DEPTH: Final = 1_000

_TOKEN: Final = re.compile(
    rb"\\(?:'(?P<hex>[0-9A-Fa-f]{2})|(?P<word>[A-Za-z]{1,32})(?P<number>-?\d{1,10})? ?"
    rb"|(?P<symbol>[^A-Za-z]))|(?P<open>\{)|(?P<close>\})|[\r\n]+|(?P<plain>[^\\{}\r\n]+)",
    re.DOTALL,
)
_BREAKS: Final = {
    b"par": "\n", b"line": "\n", b"row": "\n", b"sect": "\n", b"page": "\n",
    b"tab": "\t", b"cell": "\t", b"emdash": "—", b"endash": "–", b"bullet": "•",
    b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
}  # fmt: skip
_SYMBOLS: Final = {b"~": "\u00a0", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}"}
# Groups that hold no words of the document.
_SILENT: Final = frozenset(
    b"fonttbl colortbl stylesheet info pict object themedata datastore filetbl listtable "
    b"listoverridetable rsidtbl generator xmlnstbl latentstyles fldinst".split()
)
_PAGES: Final = {b"ansi": "cp1252", b"mac": "mac-roman", b"pc": "cp437", b"pca": "cp850"}


def read_rich_text(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    """Tell the `text` of an RTF file, `complete`, and whether it holds `objects`."""
    del media_type
    data = source.read(MOST_BYTES + 1)
    reader = _Reader()
    try:
        reader.read(data[:MOST_BYTES])
        complete = len(data) <= MOST_BYTES
    except Enough:
        complete = False
    yield {
        "text": _joined(reader.text.done()),
        "complete": complete,
        "objects": rb"\objdata" in data or rb"\objocx" in data,
    }


class _Reader:
    def __init__(self) -> None:
        self.text = Text()
        self._page = "cp1252"
        self._waiting = bytearray()
        # Of each open group: is it silent, and how many characters stand for one of Unicode.
        self._groups: list[tuple[bool, int]] = []
        self._silent, self._skip = False, 1
        self._left_to_skip = 0
        self._star = False

    def read(self, data: bytes) -> None:
        for token in _TOKEN.finditer(data):
            kind = token.lastgroup
            if kind == "plain":
                self._byte(token["plain"])
            elif kind in ("word", "number"):
                self._word(token["word"], token["number"])
            elif kind == "hex":
                self._byte(bytes.fromhex(token["hex"].decode()))
            elif kind == "symbol":
                self._symbol(token["symbol"])
            elif kind == "open":
                self._flush()
                if len(self._groups) < MOST_DEPTH:
                    self._groups.append((self._silent, self._skip))
            elif kind == "close":
                self._flush()
                if self._groups:
                    self._silent, self._skip = self._groups.pop()
        self._flush()

    def _byte(self, data: bytes) -> None:
        self._star = False
        if self._left_to_skip:
            skipped = min(self._left_to_skip, len(data))
            self._left_to_skip -= skipped
            data = data[skipped:]
        if not self._silent:
            self._waiting += data

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._star = True
        elif symbol in b"\r\n":
            self._say("\n")
        elif symbol in _SYMBOLS:
            self._say(_SYMBOLS[symbol])

    def _word(self, word: bytes, number: bytes | None) -> None:
        if self._star or word in _SILENT:
            self._silent, self._star = True, False
        elif word == b"u" and number is not None:
            self._say(_character(int(number)))
            self._left_to_skip = self._skip
        elif word == b"uc" and number is not None:
            self._skip = max(0, min(int(number), 8))
        elif word == b"ansicpg" and number is not None:
            self._page = f"cp{int(number)}"
        elif word in _PAGES:
            self._page = _PAGES[word]
        elif word == b"bin":
            self._silent = True  # raw bytes follow: nothing in this group is text
        elif word in _BREAKS:
            self._say(_BREAKS[word])

    def _say(self, text: str) -> None:
        self._flush()
        if not self._silent:
            self.text.add(text)

    def _flush(self) -> None:
        if self._waiting:
            self.text.add(decode_bytes(bytes(self._waiting), self._page)[0])
            self._waiting.clear()


def _character(number: int) -> str:
    number = number + 65536 if number < 0 else number
    return chr(number) if 0 < number <= sys.maxunicode else ""


def _joined(text: str) -> str:
    """Join the halves in which what lies beyond 65535 is told; one without its other is none."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
