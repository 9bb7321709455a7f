"""A Bilagshæfte from its values: worded, then printed."""

from __future__ import annotations

from datetime import UTC

from service.documents.compiling import Printed, Told, printed
from service.documents.order import Order
from service.documents.values import Booklet
from service.documents.wording import Wording


def printed_booklet(booklet: Booklet, language: str, most_bytes: int | None, told: Told) -> Printed:
    """Return the parts as PDF files, in order; raises `DocumentFailed`, `FontsMissing`."""
    wording = Wording(language)
    _ = wording._
    order = Order(
        template="appendix.typ",
        data=wording.data(booklet),
        annexes=[wording.annex(one) for one in booklet.annexes],
        made_at=booklet.made_at.astimezone(UTC).replace(microsecond=0).isoformat(),
        part_line=_("Part {part} of {parts}"),
        slice_line=_("Piece {number} of {count}, from above."),
        cut_line=_("It goes on; the whole of it is in the original."),
        seconds=0,
        most_bytes=most_bytes,
    )
    return printed(order, booklet.images, told)
