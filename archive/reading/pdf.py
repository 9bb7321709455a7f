"""PDF: its pages, their text, and the first page as a picture. Scripts are counted and never run.

PDFium is built without a script engine and without XFA; forms are not
initialised, attachments are counted and left alone.
"""

import contextlib
import math
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from archive.confinement.frames import Piece
from archive.confinement.images import PREVIEW, copies

MOST_PAGES: Final = 1_000
MOST_TEXT: Final = 2_000_000
_MOST_ON_PAGE: Final = 200_000
_TOLD_EVERY: Final = 100
_LEAST: Final = 3
"""So many letters or digits make a page one with text; scanners write a number or two."""

_LARGEST: Final = 14_400.0
"""The longest side of a page in points (ISO 32000-1, annex C)."""

_STATED: Final = {
    "Title": "title", "Author": "author", "Creator": "program", "Producer": "producer",
    "CreationDate": "made", "ModDate": "changed",
}  # fmt: skip


def read_pdf(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any] | Piece]:
    """Tell a PDF's facts, its text page by page, then its first page as `preview`, `thumbnail`.

    Facts: `pages`, `encrypted`, `scripts`, `attachments`, `stated`, `page_texts`
    (one string a page), `pages_without_text` (numbers from 0), `text`,
    `text_state` (`read`, `no_text`, `encrypted`), `text_complete`.
    """
    del media_type
    document = opened(source.read())
    if document is None:
        yield {"encrypted": True, "text_state": "encrypted"}
        return
    pages = len(document)
    yield {
        "format": "PDF",
        "encrypted": False,
        "pages": pages,
        "scripts": max(0, pdfium_c.FPDFDoc_GetJavaScriptActionCount(document)),
        "attachments": max(0, pdfium_c.FPDFDoc_GetAttachmentCount(document)),
        "stated": _stated(document),
    }
    yield from _texts(document, pages)
    if pages:
        picture = rendered(document, 0, PREVIEW)
        if picture is not None:
            yield from copies(picture)


def opened(data: bytes) -> pdfium.PdfDocument | None:
    """Return the document, None where it needs a password; raises for what is none."""
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            return None
        raise


def rendered(
    document: pdfium.PdfDocument, number: int, longest: int, *, grey: bool = False
) -> Image.Image | None:
    """Return a page as a picture whose longer side is at most so many pixels; None if it has none.

    Annotations are shown, forms and scripts are not loaded.
    """
    page = document[number]
    try:
        width, height = page.get_size()
        side = max(width, height)
        if not math.isfinite(side) or side <= 0 or min(width, height) <= 0:
            return None
        scale = longest / min(side, _LARGEST) if side <= _LARGEST else longest / side
        bitmap = page.render(scale=scale, grayscale=grey, may_draw_forms=False)
        picture: Image.Image = bitmap.to_pil()
        return picture.convert("L" if grey else "RGB")
    finally:
        page.close()


def has_text(text: str) -> bool:
    """Tell whether a page's text is more than a stray number."""
    return sum(map(str.isalnum, text)) >= _LEAST


def _texts(document: pdfium.PdfDocument, pages: int) -> Iterator[dict[str, Any]]:
    texts: list[str] = []
    left = MOST_TEXT
    for number in range(min(pages, MOST_PAGES)):
        texts.append(_text(document, number)[:left])
        left -= len(texts[-1])
        if left <= 0:
            break
        if len(texts) % _TOLD_EVERY == 0:
            yield _told(texts, pages)
    yield _told(texts, pages)


def _told(texts: list[str], pages: int) -> dict[str, Any]:
    text = "\n\n".join(filter(None, texts))
    facts: dict[str, Any] = {
        "page_texts": list(texts),
        "pages_without_text": [n for n, one in enumerate(texts) if not has_text(one)],
        "text_complete": len(texts) == pages,
        "text_state": "read" if text.strip() else "no_text",
    }
    return facts | ({"text": text} if text.strip() else {})


def _text(document: pdfium.PdfDocument, number: int) -> str:
    try:
        page = document[number]
    except pdfium.PdfiumError:
        return ""  # one broken page among others
    try:
        textpage = page.get_textpage()
        text = textpage.get_text_bounded()
        textpage.close()
    except pdfium.PdfiumError:
        return ""
    finally:
        page.close()
    return str(text[:_MOST_ON_PAGE]).replace("\r\n", "\n").replace("\r", "\n").strip()


def _stated(document: pdfium.PdfDocument) -> dict[str, str]:
    found = {}
    with contextlib.suppress(pdfium.PdfiumError, UnicodeDecodeError):
        for key, name in _STATED.items():
            if value := document.get_metadata_value(key).strip():
                found[name] = value[:200]
    return found
