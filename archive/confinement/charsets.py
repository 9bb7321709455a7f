"""Bytes to text in whatever character set a mail claims, never with an exception."""

import codecs
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
