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
_BROKEN: Final = (tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError, ValueError)
_BLOCK: Final = 512
_USTAR: Final = slice(257, 262)


def read_packed(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    """Tell what a compressed file or tape holds.

    Facts: `format` (`gzip`, `bzip2`, `xz`, `tar`, or two joined by a plus),
    `bomb`, and the facts of `Listing`; a compressed single file is its one entry,
    whole where `entries_complete` is true.
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
        unpacked = Unpacked(stream, _Streams(found[2]), MOST_UNPACKED)
        inside = io.BufferedReader(unpacked, 64 * 1024)
    try:
        is_tape = inside.peek(_BLOCK)[_USTAR] == b"ustar"
    except (TooMuch, *_BROKEN):
        is_tape = False  # whatever it is will be met again
    yield {"format": "+".join([*names, *(["tar"] if is_tape else [])]) or "unknown"}
    listing = Listing()
    bomb = not _through(inside, listing, is_tape=is_tape)
    listing.packed = counted.size
    if unpacked is not None:
        if not is_tape:
            listing.add(Entry("", unpacked.unpacked, counted.size, None, 1))
        if unpacked.breaks_off:
            listing.left_out()
    facts = listing.facts()
    yield facts | {"bomb": bomb or facts["bomb"]}


def _through(inside: BinaryIO, listing: Listing, *, is_tape: bool) -> bool:
    """Read to the end, or as far as it goes; False where that is further than is looked."""
    try:
        if is_tape:
            for entry in _tape(inside):
                listing.add(entry)
        else:
            while inside.read(MIB):
                pass
    except TooMuch:
        listing.left_out()
        return False
    except _BROKEN:
        listing.left_out()
    return True


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


class _Gunzip:
    """A member of gzip (RFC 1952 §2.2) with the face of the other unpackers."""

    def __init__(self) -> None:
        self._state = zlib.decompressobj(_GZIP)

    @property
    def eof(self) -> bool:
        return self._state.eof

    @property
    def unused_data(self) -> bytes:
        return self._state.unused_data

    def decompress(self, data: bytes, most: int) -> bytes:
        return self._state.decompress(self._state.unconsumed_tail + data, most)


class _Streams:
    """Unpack one stream (gzip: member) after another, as these programs write them."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._state = make()

    @property
    def is_whole(self) -> bool:
        """Whether the last of them has come to its end."""
        return bool(self._state.eof)

    def more(self, data: bytes, most: int) -> bytes:
        """Return at most so many bytes; what could not be given yet is kept."""
        if self._state.eof:
            data = (self._state.unused_data + data).lstrip(b"\0")
            if not data:
                return b""
            self._state = self._make()
        out: bytes = self._state.decompress(data, most)
        return out


_KINDS: Final = (
    (b"\x1f\x8b", "gzip", _Gunzip),
    (b"BZh", "bzip2", bz2.BZ2Decompressor),
    (b"\xfd7zXZ\0", "xz", lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY)),
)
