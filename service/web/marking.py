"""Marked spans in a text: the words that a rule pointed at, escaped and wrapped in `<mark>`."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from service.web.views.evidence import Mark


def marked(text: str, marks: Sequence[Mark]) -> Markup:
    """Return the text with its marks; spans are code points, as rules report them.

    Overlapping and touching marks are joined; a mark beyond the text is cut at its end, because
    a wrong mark must never hide the text from the one who has to decide about it.
    """
    pieces: list[Markup] = []
    at = 0
    for start, end in _joined(marks, len(text)):
        pieces.append(escape(text[at:start]))
        pieces.append(Markup("<mark>{}</mark>").format(text[start:end]))
        at = end
    pieces.append(escape(text[at:]))
    return Markup("").join(pieces)


def _joined(marks: Sequence[Mark], length: int) -> list[tuple[int, int]]:
    """Return the spans in order, without overlap and inside the text."""
    spans: list[tuple[int, int]] = []
    for mark in sorted(marks, key=lambda each: (each.start, each.end)):
        start, end = max(0, mark.start), min(length, mark.end)
        if start >= end:
            continue
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return spans
