"""DER (X.690 §10), as far as certificates and time-stamps need it. Strict: no other encoding."""

from __future__ import annotations

BOOLEAN, INTEGER, BITS, OCTETS, OID = 0x01, 0x02, 0x03, 0x04, 0x06
SEQUENCE, SET, UTC_TIME, GENERAL_TIME = 0x30, 0x31, 0x17, 0x18
DEEPEST = 64


class Malformed(ValueError):
    """The bytes are no DER, or not of the shape that is asked for."""


class Der:
    """One value: its tag, its content, and all of its bytes as they stand."""

    def __init__(self, tag: int, content: bytes, whole: bytes) -> None:
        self.tag = tag
        self.content = content
        self.whole = whole

    def parts(self) -> list[Der]:
        """Return the values inside."""
        found, rest = [], self.content
        while rest:
            one, rest = _first(rest)
            found.append(one)
        return found

    def only(self, tag: int) -> Der:
        """Return itself where it has this tag; raises `Malformed`."""
        if self.tag != tag:
            raise Malformed("another tag was expected")
        return self

    def inner(self) -> Der:
        """Return the one value inside."""
        parts = self.parts()
        if len(parts) != 1:
            raise Malformed("one value was expected")
        return parts[0]

    def number(self) -> int:
        """Return an INTEGER's value."""
        return int.from_bytes(self.only(INTEGER).content, "big", signed=True)

    def oid(self) -> str:
        """Return an OBJECT IDENTIFIER in dots."""
        arcs, value = [], 0
        for byte in self.only(OID).content:
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                arcs.append(value)
                value = 0
        if not arcs:
            raise Malformed("an empty identifier")
        first = min(arcs[0] // 40, 2)
        return ".".join(str(one) for one in [first, arcs[0] - 40 * first, *arcs[1:]])

    def moment(self) -> str:
        """Return a time as `YYYYMMDDhhmmss`, UTC; fractions of a second are left out."""
        text = self.content.decode("ascii", "replace")
        if self.tag == UTC_TIME and text[:2].isdigit():
            text = ("19" if text[:2] >= "50" else "20") + text
        elif self.tag != GENERAL_TIME:
            raise Malformed("a time was expected")
        if not text.endswith("Z") or not text[:14].isdigit() or len(text) < 15:
            raise Malformed("a time in UTC was expected")
        return text[:14]


def der(data: bytes) -> Der:
    """Read one value and nothing after it; raises `Malformed`."""
    one, rest = _first(data)
    if rest:
        raise Malformed("there is more than one value")
    return one


def _first(data: bytes) -> tuple[Der, bytes]:
    if len(data) < 2 or data[0] & 0x1F == 0x1F:
        raise Malformed("cut off, or a tag that is not used here")
    length, start = data[1], 2
    if length & 0x80:
        count = length & 0x7F
        start = 2 + count
        length = int.from_bytes(data[2:start], "big")
        if not 1 <= count <= 4 or len(data) < start or length < 0x80 or not data[2]:
            raise Malformed("a length that is not in the shortest form")
    end = start + length
    if len(data) < end:
        raise Malformed("cut off")
    return Der(data[0], data[start:end], data[:end]), data[end:]
