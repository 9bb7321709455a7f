"""The text of scanned pages: those of a PDF that hold no text of their own, read as pictures."""

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from archive.reading.pdf import has_text, opened, rendered
from archive.reading.picture_text import read_pixels
from archive.reading.recognition import engine

MOST_PAGES: Final = 40
"""So many scanned pages of one document are read; the facts say of how many."""

_LONGEST: Final = 2_340
"""A4 at 200 dots an inch: what the language data was made for."""


def read_page_text(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    """Tell the text of each page without text as `page-N` (N from 0), the facts of `words.told`.

    Then `scanned_pages` (how many there are) and `scanned_pages_read` (how many were read).
    """
    del media_type
    engine()
    document = opened(source.read())
    if document is None:
        yield {"text_state": "encrypted"}
        return
    scanned = [number for number in range(len(document)) if not _has_text(document, number)]
    yield {"scanned_pages": len(scanned), "scanned_pages_read": 0}
    for count, number in enumerate(scanned[:MOST_PAGES], 1):
        picture = rendered(document, number, _LONGEST, grey=True)
        facts: dict[str, Any] = {}
        if picture is not None:
            for part in read_pixels(picture, None, picture.size):
                facts.update(part)
        yield {f"page-{number}": facts, "scanned_pages_read": count}


def _has_text(document: Any, number: int) -> bool:
    page = document[number]
    textpage = page.get_textpage()
    text = textpage.get_text_bounded()
    textpage.close()
    page.close()
    return has_text(text)
