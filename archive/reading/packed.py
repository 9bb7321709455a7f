"""Compressed files and tapes (gzip, bzip2, xz, tar): what is in them, by reading through once."""

import bz2
import io
import lzma
import tarfile
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final

from archive.reading.listing import Entry, Listing
from archive.reading.streams import MIB, TooMuch, Unpacked

MOST_UNPACKED: Final = 2048 * MIB
"""So many bytes are unpacked at most, into nothing; beyond them it is called a bomb."""

_XZ_MEMORY: Final = 128 * MIB
_GZIP: Final = 16 + zlib.MAX_WBITS
_BLOCK: Final = 512
_USTAR: Final = slice(257, 262)


def read_packed(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    """Tell what a compressed file or tape holds.

    Facts: `format` (`gzip`, `bzip2`, `xz`, `tar`, or two joined by a plus),
    `bomb`, and the facts of `Listing`; a compressed single file is its one entry.
    """
    del media_type  # the bytes decide
    counted = _Counted(source)
    stream = io.BufferedReader(counted, 64 * 1024)
    head = stream.peek(8)[:8]
    found = next((one for one in _KINDS if head.startswith(one[0])), None)
    names = [found[1]] if found else []
    inside: io.BufferedReader[Any] = stream
    unpacked: Unpacked | None = None
    if found is not None:
        unpacked = Unpacked(stream, found[2](), MOST_UNPACKED)
        inside = io.BufferedReader(unpacked, 64 * 1024)
    try:
        is_tape = inside.peek(_BLOCK)[_USTAR] == b"ustar"
    except TooMuch:
        is_tape = False
    yield {"format": "+".join([*names, *(["tar"] if is_tape else [])]) or "unknown"}
    listing = Listing()
    bomb = False
    try:
        if is_tape:
            for entry in _tape(inside):
                listing.add(entry)
        else:
            while inside.read(MIB):
                pass
    except TooMuch:
        bomb = True
    except (tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError, ValueError):
        listing.left_out()
    listing.packed = counted.size
    if not is_tape and unpacked is not None:
        listing.add(Entry("", unpacked.unpacked, counted.size, None, 1))
    if bomb:
        listing.left_out()
    facts = listing.facts()
    yield facts | {"bomb": bomb or facts["bomb"]}


class _Counted(io.RawIOBase):
    """A stream that counts what went by."""

    def __init__(self, source: BinaryIO) -> None:
        super().__init__()
        self._source = source
        self.size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        data = self._source.read(len(view))
        view[: len(data)] = data
        self.size += len(data)
        return len(data)


def _tape(stream: BinaryIO) -> Iterator[Entry]:
    with tarfile.open(fileobj=stream, mode="r|", errorlevel=1) as tape:
        for member in tape:
            when = _moment(member.mtime)
            yield Entry(member.name, member.size, None, when, 1)
            tape.members = []  # type: ignore[attr-defined]  # else every one of millions is kept


def _moment(seconds: float) -> str | None:
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
    except (ValueError, OSError, OverflowError):
        return None


def _gunzip() -> Callable[[bytes, int], bytes]:
    """Unpack one gzip member after another (RFC 1952 §2.2)."""
    state = zlib.decompressobj(_GZIP)

    def more(data: bytes, most: int) -> bytes:
        nonlocal state
        if state.eof:
            left = (state.unused_data + data).lstrip(b"\0")
            if not left:
                return b""
            state, data = zlib.decompressobj(_GZIP), left
            return state.decompress(data, most)
        return state.decompress(state.unconsumed_tail + data, most)

    return more


def _with(make: Callable[[], Any]) -> Callable[[], Callable[[bytes, int], bytes]]:
    """Unpack one stream of bzip2 or xz after another."""

    def begin() -> Callable[[bytes, int], bytes]:
        state = make()

        def more(data: bytes, most: int) -> bytes:
            nonlocal state
            if state.eof:
                data = state.unused_data + data
                if not data.strip(b"\0"):
                    return b""
                state = make()
            out: bytes = state.decompress(data, most)
            return out

        return more

    return begin


_KINDS: Final = (
    (b"\x1f\x8b", "gzip", _gunzip),
    (b"BZh", "bzip2", _with(bz2.BZ2Decompressor)),
    (b"\xfd7zXZ\0", "xz", _with(lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY))),
)
