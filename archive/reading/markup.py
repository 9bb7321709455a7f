"""Web pages, drawings (SVG) and other XML as text: what they say, never what they do."""

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final

from archive.confinement.charsets import decode_bytes
from archive.confinement.plain_text import read_text
from archive.mailbox.html_text import read_html
from archive.reading.xml_text import Enough, NotWellFormed, Text, walk

MOST_BYTES: Final = 4 * 1024 * 1024
_CHARSET: Final = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_SCRIPT: Final = re.compile(rb"<script|\son[a-z]+\s*=|javascript:", re.IGNORECASE)
_BLOCKS: Final = frozenset({"text", "tspan", "p", "title", "desc", "row", "item", "entry"})
_SILENT: Final = frozenset({"script", "style"})


def read_markup(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    """Tell the text of HTML, SVG or XML.

    Facts: `text`, `links` (HTML), `active` (it holds a script or what would
    start one), `complete`. What is no markup after all is told as plain text.
    """
    data = source.read(MOST_BYTES + 1)
    shown = data[:MOST_BYTES]
    yield {"active": bool(_SCRIPT.search(shown)), "complete": len(data) <= MOST_BYTES}
    if media_type.startswith("text/html") or b"<html" in shown[:2048].lower():
        yield _page(shown)
        return
    text = Text()
    try:
        _drawing(shown, text)
    except Enough:
        yield {"complete": False}
    except NotWellFormed:
        yield from read_text(io.BytesIO(shown), media_type)
        return
    yield {"text": text.done()}


def _page(data: bytes) -> dict[str, Any]:
    stated = _CHARSET.search(data[:4096])
    text, charset, certain = decode_bytes(data, stated[1].decode() if stated else None)
    read = read_html(text)
    return {
        "text": read.text,
        "links": list(read.links),
        "charset": charset,
        "charset_certain": certain,
    }


def _drawing(data: bytes, text: Text) -> None:
    silent = 0

    def start(name: str, _: Mapping[str, str]) -> None:
        nonlocal silent
        silent += name in _SILENT

    def end(name: str) -> None:
        nonlocal silent
        silent -= name in _SILENT
        if name in _BLOCKS:
            text.add("\n")

    def characters(found: str) -> None:
        if not silent:
            text.add(found)

    walk([data], start, end, characters)
