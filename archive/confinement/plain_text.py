"""Plain text: bytes to characters, with how sure we are of the character set."""

import codecs
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

MAX_BYTES: Final = 4 * 1024 * 1024

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes, stated: str | None = None) -> tuple[str, str, bool]:
    """Return the text, the character set used, and whether every byte fitted it.

    A mark at the beginning decides, then UTF-8 where all bytes fit it, then
    the stated set, then Windows-1252, which Danish programs wrote before UTF-8.
    """
    for mark, charset in _MARKS:
        if data.startswith(mark):
            return _as(data, charset)
    for charset in ("utf-8", stated or "windows-1252"):
        try:
            return data.decode(charset), charset, True
        except (UnicodeError, LookupError, ValueError):
            continue
    return _as(data, "windows-1252")


def _as(data: bytes, charset: str) -> tuple[str, str, bool]:
    text = data.decode(charset, "replace")
    return text, charset, "\ufffd" not in text


def read_text(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    """Tell the text of a file: `text`, `charset`, `charset_certain`, `complete`."""
    data = source.read(MAX_BYTES + 1)
    text, charset, fitted = decode(data[:MAX_BYTES], _charset_of(media_type))
    yield {
        "text": text,
        "charset": charset,
        "charset_certain": fitted,
        "complete": len(data) <= MAX_BYTES,
    }


def _charset_of(media_type: str) -> str | None:
    _, found, rest = media_type.partition("charset=")
    return rest.split(";")[0].strip(" \"'") or None if found else None
