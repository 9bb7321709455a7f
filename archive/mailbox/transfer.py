"""Content-Transfer-Encoding, decoded as far as it goes (RFC 2045 §6)."""

import binascii
import re
from typing import Final

from archive.mailbox.fields import Fields

_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]+")
_IDENTITY: Final = frozenset({"", "7bit", "8bit", "binary"})


def decoded(data: bytes, fields: Fields, defects: set[str]) -> bytes:
    """Return the bytes that a body stands for; where it is broken, those that can be had."""
    encoding = (fields.text("content-transfer-encoding") or "").strip().lower()
    if encoding in _IDENTITY:
        return data
    if encoding == "base64":
        return _base64(data, defects)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _uuencoded(data, defects)
    defects.add("unknown_transfer_encoding")
    return data


def _base64(data: bytes, defects: set[str]) -> bytes:
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        # Cut short or run together: whole groups of four can still be had.
        defects.add("broken_base64")
        sound = _NOT_BASE64.sub(b"", data)
        sound = sound[: len(sound) // 4 * 4]
        try:
            return binascii.a2b_base64(sound)
        except binascii.Error:
            return b""


def _uuencoded(data: bytes, defects: set[str]) -> bytes:
    out: list[bytes] = []
    inside = False
    for line in data.splitlines():
        if not inside:
            inside = line.startswith(b"begin ")
        elif line.strip() == b"end":
            break
        elif line:
            try:
                out.append(binascii.a2b_uu(line))
            except binascii.Error:
                defects.add("broken_uuencode")
    return b"".join(out)
