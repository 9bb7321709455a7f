"""Frames: how a confined child tells what it read, and how little we believe of it.

A frame is one kind byte, a length of four bytes (big-endian) and a payload:

* ``F``: facts, one JSON object in UTF-8; later objects add to earlier ones;
* ``P``: a piece, raw bytes after one length byte and that many bytes of name;
* ``X``: the reading ended early; the payload is the reason;
* ``E``: the reading ended well; empty.

A child may have been taken over by what it read, so the receiving side caps
everything, takes JSON only as plain values, and cleans text that no database
or page could hold (NUL, lone surrogates).
"""

import json
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

HEADER: Final = struct.Struct(">cI")
MAX_FACTS: Final = 16 * 1024 * 1024
MAX_DEPTH: Final = 40
MAX_NAME: Final = 200

type_facts: Final = b"F"
type_piece: Final = b"P"
type_failed: Final = b"X"
type_end: Final = b"E"
_KINDS: Final = (type_facts, type_piece, type_failed, type_end)


class FrameError(Exception):
    """The stream of frames is not one that our own child writes."""


class PieceTooLarge(FrameError):
    """A piece is larger than all output that the reading may have."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that a reader took out of an item: a picture, an attachment."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """What a program found in an item: facts, and pieces by name."""

    facts: dict[str, Any] = field(default_factory=dict)
    pieces: dict[str, bytes] = field(default_factory=dict)


def facts_frame(facts: dict[str, Any]) -> bytes:
    """Return the frame of one object of facts."""
    payload = json.dumps(clean(facts), ensure_ascii=False, separators=(",", ":")).encode()
    return HEADER.pack(type_facts, len(payload)) + payload


def piece_frame(piece: Piece) -> bytes:
    """Return the frame of one piece."""
    name = piece.name.encode()[:MAX_NAME]
    return (
        HEADER.pack(type_piece, 1 + len(name) + len(piece.data))
        + bytes([len(name)])
        + name
        + (piece.data)
    )


def failed_frame(reason: str) -> bytes:
    """Return the frame that ends a reading early."""
    payload = reason.encode()
    return HEADER.pack(type_failed, len(payload)) + payload


_SURROGATE: Final = re.compile("[\ud800-\udfff]")
END_FRAME: Final = HEADER.pack(type_end, 0)


class FrameReader:
    """Takes bytes as they come and yields complete frames; never holds more than one frame extra.

    Raises:
        FrameError: for an unknown kind or a frame above its ceiling.
    """

    def __init__(self, max_frame: int) -> None:
        self._max_frame = max_frame
        self._buffer = bytearray()

    def feed(self, chunk: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield (kind, payload) of each frame that this chunk completes."""
        self._buffer += chunk
        while len(self._buffer) >= HEADER.size:
            kind, length = HEADER.unpack_from(self._buffer)
            if kind == type_piece and length > self._max_frame:
                raise PieceTooLarge
            if kind not in _KINDS or (kind != type_piece and length > MAX_FACTS):
                raise FrameError
            end = HEADER.size + length
            if len(self._buffer) < end:
                return
            payload = bytes(memoryview(self._buffer)[HEADER.size : end])
            del self._buffer[:end]
            yield kind, payload


def read_facts(payload: bytes) -> dict[str, Any]:
    """Return the object of a facts frame, with text cleaned.

    Raises:
        FrameError: when it is not a JSON object, or nests too deeply.
    """
    try:
        facts = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise FrameError from error
    if not isinstance(facts, dict):
        raise FrameError
    cleaned = clean(facts)
    if not isinstance(cleaned, dict):  # pragma: no cover - clean keeps the outer type
        raise FrameError
    return cleaned


def read_piece(payload: bytes) -> Piece:
    """Return the piece of a piece frame.

    Raises:
        FrameError: when its name is not text.
    """
    if not payload:
        raise FrameError
    size = payload[0]
    try:
        name = payload[1 : 1 + size].decode()
    except UnicodeDecodeError as error:
        raise FrameError from error
    return Piece(name, payload[1 + size :])


def clean(value: Any, depth: int = 0) -> Any:
    """Return plain values whose text can be stored and shown anywhere.

    NUL becomes U+2400 (its visible symbol) and a lone surrogate U+FFFD.

    Raises:
        FrameError: deeper than any reader of ours nests.
    """
    if depth > MAX_DEPTH:
        raise FrameError
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(str(key)): clean(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item, depth + 1) for item in value]
    return value


def clean_text(text: str) -> str:
    """Return text without NUL and lone surrogates."""
    if "\0" in text:
        text = text.replace("\0", "\u2400")
    try:
        text.encode()
    except UnicodeEncodeError:  # rare, and looking for it takes thirty times as long
        return _SURROGATE.sub("\ufffd", text)
    return text
