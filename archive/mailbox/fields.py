"""Header fields, each read under a guard: one unreadable field never costs the others."""

import email.header
import email.message
import email.utils
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from archive.confinement.charsets import decode_bytes
from archive.mailbox.values import Address, Date

MAX_FIELDS: Final = 1_000
MAX_VALUE: Final = 64 * 1024
MAX_PARAMETERS: Final = 4 * 1024
MAX_ADDRESSES: Final = 500
MAX_SHOWN: Final = 2_000
_FIRST_YEAR: Final = 1990  # an earlier date is a clock that was never set

_FIELD_BREAK: Final = re.compile(rb"\r?\n(?![ \t])")
_FOLD: Final = re.compile(r"\r?\n[ \t]*")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_BETWEEN_WORDS: Final = re.compile(r"(\?=)\s+(=\?)")
_WORD: Final = re.compile(r"=\?([^?\s]{1,40})\?([bBqQ])\?([^?]{0,2000})\?=")
_ADDRESS: Final = re.compile(r"[^\s<>()\[\],;:\"@]{1,64}@[^\s<>()\[\],;:\"@]{1,255}")
_MEDIA_TYPE: Final = re.compile(r"(?i)\s*([a-z0-9!#$&^_.+-]{1,60})/([a-z0-9!#$&^_.+-]{1,80})")


@dataclass(frozen=True, slots=True)
class Fields:
    """The header fields of one part in their order: lower-case name and raw bytes."""

    items: tuple[tuple[str, bytes], ...]

    @classmethod
    def read(cls, block: bytes, defects: set[str]) -> "Fields":
        """Return the fields of a header block; what is no field is left out and said."""
        items: list[tuple[str, bytes]] = []
        for line in _FIELD_BREAK.split(block, maxsplit=MAX_FIELDS):
            if len(items) == MAX_FIELDS:
                defects.add("too_many_fields")
                break
            name, colon, value = line.partition(b":")
            if colon and name and len(name) <= 200 and name.strip().isascii():  # noqa: PLR2004 — longer names are no header fields
                if len(value) > MAX_VALUE:
                    defects.add("field_too_long")
                items.append((name.strip().decode("ascii").lower(), value[:MAX_VALUE].strip()))
            elif line.strip():
                defects.add("line_without_field")
        return cls(tuple(items))

    def raw(self, name: str) -> str | None:
        """Return the first field of this name as text, unfolded, encoded words as they stand."""
        for key, value in self.items:
            if key == name:
                return _unfolded(value)
        return None

    def all(self, name: str) -> tuple[str, ...]:
        """Return every field of this name as readable text."""
        return tuple(readable(_unfolded(value)) for key, value in self.items if key == name)

    def text(self, name: str) -> str | None:
        """Return the first field of this name as readable text."""
        raw = self.raw(name)
        return None if raw is None else readable(raw)

    def date(self, name: str) -> Date | None:
        """Return a date as it is written and, where it can be understood, in UTC."""
        written = self.text(name)
        return None if written is None else understand_date(written)

    def addresses(self, name: str) -> tuple[Address, ...]:
        """Return the addresses of every field of this name."""
        found: list[Address] = []
        for key, value in self.items:
            if key == name and len(found) < MAX_ADDRESSES:
                found += parse_addresses(_unfolded(value))
        return tuple(found[:MAX_ADDRESSES])

    def parameter(self, name: str, parameter: str) -> str | None:
        """Return a parameter of a field (`charset` of Content-Type), decoded."""
        raw = self.raw(name)
        if raw is None or ";" not in raw:
            return None
        raw = raw[:MAX_PARAMETERS]
        try:
            carrier = email.message.Message()
            carrier["content-type"] = raw
            value = carrier.get_param(parameter, None)
            if value is None:
                return None
            plain = email.utils.collapse_rfc2231_value(value)
        except Exception:  # noqa: BLE001 - the library raises whatever the bytes provoke
            found = re.search(rf"{parameter}\s*=\s*\"?([^\";]+)", raw, re.IGNORECASE)
            plain = found[1] if found else ""
        return readable(plain).strip() or None


def _unfolded(value: bytes) -> str:
    text, _, _ = decode_bytes(value, None)
    return _FOLD.sub(" ", text)


def readable(text: str) -> str:
    """Return a field with encoded words decoded and nothing that could begin a line of its own."""
    if "=?" in text:
        text = _WORD.sub(_decoded_word, _BETWEEN_WORDS.sub(r"\1\2", text))
    return _CONTROL.sub(" ", text).strip()[:MAX_SHOWN]


def _decoded_word(found: re.Match[str]) -> str:
    charset = found[1].partition("*")[0]  # RFC 2231 §5: a language may follow
    try:
        (data, _), *_ = email.header.decode_header(f"=?x?{found[2]}?{found[3]}?=")
    except Exception:  # noqa: BLE001 - a word that cannot be decoded is shown as it stands
        return found[0]
    if isinstance(data, str):
        return data
    return decode_bytes(data, charset)[0]


def parse_addresses(raw: str) -> list[Address]:
    """Return name and address of everyone named in a field, as far as it can be read."""
    try:
        pairs = email.utils.getaddresses([raw])
    except Exception:  # noqa: BLE001 - RecursionError, IndexError: take what looks like an address
        pairs = []
    found = [Address(readable(name), readable(address)) for name, address in pairs if address]
    if found:
        return found
    return [Address("", address) for address in _ADDRESS.findall(raw)[:MAX_ADDRESSES]] or (
        [Address(readable(raw), "")] if raw.strip() else []
    )


def understand_date(written: str) -> Date:
    """Return a date with its meaning in UTC, or without where it has none."""
    try:
        moment = email.utils.parsedate_to_datetime(written[:200])
        if moment.tzinfo is None:  # "-0000": UTC, its place unknown (RFC 5322 §3.3)
            moment = moment.replace(tzinfo=UTC)
        moment = moment.astimezone(UTC)
    except Exception:  # noqa: BLE001 - ValueError, TypeError, OverflowError, IndexError
        return Date(written, None)
    known = moment.year >= _FIRST_YEAR
    return Date(written, datetime.isoformat(moment, timespec="seconds") if known else None)


def media_type_of(fields: Fields, default: str) -> str:
    """Return the stated media type in lower case, or the default where it cannot be read."""
    raw = fields.raw("content-type")
    found = _MEDIA_TYPE.match(raw) if raw else None
    return f"{found[1]}/{found[2]}".lower() if found else default


def boundary_of(fields: Fields) -> bytes | None:
    """Return the boundary of a multipart as bytes."""
    boundary = fields.parameter("content-type", "boundary")
    return boundary.encode("utf-8", "replace").rstrip() if boundary else None
