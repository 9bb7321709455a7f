"""Streams for readers that may not hold a whole item: the end of a large file, capped unpacking."""

import io
from typing import Any, BinaryIO, Final, Protocol

MIB: Final = 1024 * 1024
WHOLE: Final = 64 * MIB
END: Final = 16 * MIB
_CHUNK: Final = 256 * 1024


class Gone(OSError):
    """These bytes went by and were not kept."""


class TooMuch(Exception):
    """It unpacks to more than is looked at."""


class LargeFile(io.RawIOBase):
    """A file that can be read anywhere up to 64 MiB, and only at its end where it is larger.

    A directory of a ZIP file stands at the end, so that even a very large one
    can be listed in little memory.
    """

    def __init__(self, source: BinaryIO, whole: int = WHOLE, end: int = END) -> None:
        super().__init__()
        kept = bytearray()
        self.size = 0
        while chunk := source.read(_CHUNK):
            self.size += len(chunk)
            kept += chunk
            if self.size > whole and len(kept) > end + 4 * MIB:
                del kept[:-end]
        self._kept = bytes(kept)
        self._first = self.size - len(kept)
        self._place = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that any place can be asked for."""
        return True

    def tell(self) -> int:
        """Return the place."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; whether its bytes are there is told by the next read."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise OSError("before the beginning")
        self._place = base + offset
        return self._place

    def readinto(self, buffer: Any) -> int:
        """Read some bytes; raises `Gone`."""
        if self._place < self._first:
            raise Gone
        view = memoryview(buffer).cast("B")
        start = self._place - self._first
        data = self._kept[start : start + len(view)]
        view[: len(data)] = data
        self._place += len(data)
        return len(data)


class Unpacker(Protocol):
    """Takes packed bytes and gives at most so many of what they hold; it keeps the rest."""

    @property
    def is_whole(self) -> bool:
        """Whether what it took comes to an end."""

    def more(self, data: bytes, most: int) -> bytes:
        """Take bytes and return some."""


class Unpacked(io.RawIOBase):
    """What a compressed stream unpacks to, forwards only and at most `most` bytes.

    Raises `TooMuch` beyond the ceiling. `breaks_off` says that the stream ended
    where more was due; what it gave until then was given all the same.
    """

    def __init__(self, source: BinaryIO, unpacker: Unpacker, most: int) -> None:
        super().__init__()
        self._source = source
        self._unpacker = unpacker
        self._left = most
        self.unpacked = 0
        self.breaks_off = False

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Unpack some bytes."""
        view = memoryview(buffer).cast("B")
        data = self._unpacker.more(b"", len(view))
        while not data:
            chunk = self._source.read(64 * 1024)
            if not chunk:
                self.breaks_off = not self._unpacker.is_whole
                return 0
            data = self._unpacker.more(chunk, len(view))
        self.unpacked += len(data)
        if self.unpacked > self._left:
            raise TooMuch
        view[: len(data)] = data
        return len(data)


class Forward:
    """A stream of known size as a library wants it that would like to seek.

    It goes forwards by reading, and backwards only within what it has kept of
    the beginning; asked for anything else it says that the file has ended.
    """

    _KEPT: Final = 4 * MIB

    def __init__(self, source: BinaryIO, size: int) -> None:
        self._source = source
        self._size = size
        self._start = bytearray()
        self._read = 0
        self._place = 0

    def tell(self) -> int:
        """Return the place."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        self._place = offset if whence == io.SEEK_SET else self._size + offset
        return self._place

    def read(self, size: int) -> bytes:
        """Return bytes from the place on; nothing where they went by."""
        if self._place < self._read:
            data = bytes(self._start[self._place : self._place + size])
            self._place += len(data)
            return data
        while self._read < self._place:
            if not self._take(min(_CHUNK, self._place - self._read)):
                return b""
        data = self._take(size)
        self._place += len(data)
        return data

    def _take(self, size: int) -> bytes:
        data = self._source.read(size)
        if self._read == len(self._start) < self._KEPT:
            self._start += data
        self._read += len(data)
        return data
