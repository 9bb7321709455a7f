"""Bytes to text in whatever character set a mail claims, never with an exception."""

import codecs
import re
from typing import Final

# Names that mail programs write and Python does not know.
_ALIASES: Final = {
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "x-sjis": "shift-jis",
    "x-gbk": "gbk",
    "ks_c_5601-1987": "cp949",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "ansi": "windows-1252",
    "x-user-defined": "windows-1252",
    "cp-850": "cp850",
    # What calls itself Latin 1 is Windows-1252 in mail, as on the web (WHATWG Encoding §4.2).
    "iso-8859-1": "windows-1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-9": "windows-1254",
}
_MOST: Final = 0.7
_FEW: Final = 0.02
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffe\uffff]")

# Codecs that are no character sets, or take quadratic time.
_REFUSED: Final = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
)


def known_charset(name: str | None) -> str | None:
    """Return Python's name of a character set, None when there is none."""
    if not name:
        return None
    wanted = name.strip().strip("'\"").lower()
    try:
        found = codecs.lookup(_ALIASES.get(wanted, wanted))
    except (LookupError, ValueError, UnicodeError):
        return None
    usable = found._is_text_encoding and found.name.replace("-", "_") not in _REFUSED  # noqa: SLF001 - the only place where Python says it
    return found.name if usable else None


def unmarked_utf16(data: bytes) -> str | None:
    """Return which UTF-16 these bytes are in where no mark says so; None where in neither.

    In western writing every other byte is NUL. What does not decode, or holds
    control characters then, is no text.
    """
    units = len(data) // 2
    if units < 2 or 0 not in data:  # noqa: PLR2004 - one letter and a NUL may be anything
        return None
    first, second = data[0 : 2 * units : 2].count(0), data[1 : 2 * units : 2].count(0)
    if second >= _MOST * units and first <= _FEW * units:
        name = "utf-16-le"
    elif first >= _MOST * units and second <= _FEW * units:
        name = "utf-16-be"
    else:
        return None
    try:
        text = codecs.getincrementaldecoder(name)().decode(data)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else name


def decode_bytes(data: bytes, stated: str | None) -> tuple[str, str, bool]:
    """Return the text, the character set used, and whether it is certain.

    Certain means: the stated set exists and every byte fits it, or nothing was
    stated and the bytes are UTF-8.
    """
    charset = known_charset(stated)
    if charset is not None:
        text, fits = _try(data, charset)
        if fits:
            return text, charset, True
    text, fits = _try(data, "utf-8")
    if fits:
        return text, "utf-8", not stated
    if charset is None or charset == "utf-8":
        charset = "cp1252"
    return data.decode(charset, "replace"), charset, False


def _try(data: bytes, charset: str) -> tuple[str, bool]:
    try:
        return data.decode(charset), True
    except (UnicodeError, ValueError):
        return "", False
