"""Plain text: bytes to characters, with how sure we are of the character set."""

import codecs
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from archive.confinement.charsets import decode_bytes, unmarked_utf16

MAX_BYTES: Final = 4 * 1024 * 1024

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    """Tell the text of a file: `text`, `charset`, `charset_certain`, `complete`.

    A mark at the beginning decides over what is stated, and so does a NUL in
    every other byte.
    """
    data = source.read(MAX_BYTES + 1)
    shown = data[:MAX_BYTES]
    marked = next((charset for mark, charset in _MARKS if shown.startswith(mark)), None)
    wide = None if marked else unmarked_utf16(shown)
    text, charset, certain = decode_bytes(shown, marked or wide or _charset_of(media_type))
    yield {
        "text": text,
        "charset": charset,
        "charset_certain": certain and wide is None,
        "complete": len(data) <= MAX_BYTES,
    }


def _charset_of(media_type: str) -> str | None:
    _, found, rest = media_type.partition("charset=")
    return rest.split(";")[0].strip(" \"'") or None if found else None
