"""A link as a QR code (ISO/IEC 18004) in the page itself: no picture of it lies anywhere."""

from __future__ import annotations

import segno
from markupsafe import Markup


def code_of(url: str) -> Markup:
    """Return the SVG of an address; its size is left to the style sheet."""
    drawn = segno.make(url, error="m", micro=False).svg_inline(
        omitsize=True, border=4, light="#fff", dark="#24211c", svgclass="v-code", lineclass=None
    )
    return Markup(drawn)  # noqa: S704 — segno draws it of numbers; no text of the address is in it
