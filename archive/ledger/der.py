"""As much of DER as it takes to bring the certificates of a time-stamp into their order.

The set of certificates in an answer is not signed, and OpenSSL 3.0 writes it in
the order of its configuration, where DER (X.690 §11.6) wants it sorted; a
strict reader refuses such an answer whole.
"""

from __future__ import annotations

from collections.abc import Iterator

_SEQUENCE = 0x30
_CONTEXT_0 = 0xA0
_LONGEST_LENGTH = 4
_LONG = 0x80


class NotDer(ValueError):
    """The bytes are not DER of the expected shape."""


def sorted_certificates(answer: bytes) -> bytes:
    """Return a TimeStampResp with the certificates of its SignedData in DER's order.

    RFC 3161 §2.4.2, RFC 5652 §5.1. An answer without a token, or in order
    already, comes back as it is; raises `NotDer` for what is neither.
    """
    path = (
        (_SEQUENCE, 0),  # TimeStampResp
        (_SEQUENCE, 1),  # its TimeStampToken, after the status
        (_CONTEXT_0, 1),  # the content, after the content's type
        (_SEQUENCE, 0),  # SignedData
    )
    start, end = 0, len(answer)
    for tag, place in path:
        elements = list(_elements(answer, start, end))
        if len(elements) <= place:
            return answer
        found, start, end = elements[place][0], elements[place][2], elements[place][3]
        if found != tag:
            raise NotDer(f"tag {found:#x} stands where {tag:#x} is due")
    for tag, _, first, last in _elements(answer, start, end):
        if tag == _CONTEXT_0:
            parts = [answer[at:until] for _, at, _, until in _elements(answer, first, last)]
            return answer[:first] + b"".join(sorted(parts)) + answer[last:]
    return answer


def _elements(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield tag, start, start of the value and end of each element that stands side by side."""
    while start < end:
        value, length = start + 2, data[start + 1] if start + 1 < end else _LONG
        if length >= _LONG:
            size = length - _LONG
            if not 1 <= size <= _LONGEST_LENGTH or value + size > end:
                raise NotDer("the length of an element is not readable")
            length = int.from_bytes(data[value : value + size], "big")
            value += size
        if value + length > end:
            raise NotDer("an element is longer than what holds it")
        yield data[start], start, value, value + length
        start = value + length
