"""An upload, from the network straight into the vault: no byte of it ever lies unsealed on a disk.

The event loop only gathers chunks; parsing, hashing, sealing and fsync run in a
worker thread, a megabyte at a time, so memory stays constant and nobody waits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from urllib.parse import unquote_to_bytes

import anyio
from anyio.to_thread import run_sync
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from archive.intake.receive import Held, Receiving
from service.errors import TooManyFiles, UploadInvalid, UploadTooLarge

T = TypeVar("T")
GATHERED = 1024 * 1024
HEARD_BYTES = 64 * 1024 * 1024
HEARD_SECONDS = 10.0
MOST_HEADER_BYTES = 8 * 1024
MOST_FIELD_BYTES = 64 * 1024
MOST_FIELDS = 20
LONGEST_NAME = 300
_EXTENDED_NAME = re.compile(rb";\s*filename\*\s*=\s*\"?[\w.-]*'[\w-]*'([^;\"\s]*)", re.IGNORECASE)


class Door(Protocol):
    """Where files go: the archive's intake."""

    def begin(self) -> Receiving:
        """Begin to receive one original."""


@dataclass(frozen=True)
class Incoming:
    """One file whose bytes are sealed and durable, and not yet registered."""

    filename: str | None
    held: Held


@dataclass
class Uploaded:
    """What came: fields, files, and the error that ended it early, if one did.

    The files stand even where there is an error: what is durable is not thrown away.
    """

    fields: dict[str, str] = field(default_factory=dict)
    files: list[Incoming] = field(default_factory=list)
    error: Exception | None = None


@dataclass(frozen=True)
class UploadLimits:
    """How much one upload may hold; `admit` sees the fields before the first file is taken."""

    files: int
    bytes: int
    fields: frozenset[str]
    admit: Callable[[Mapping[str, str]], None] | None = None


async def receive_upload(
    request: Request,
    door: Door,
    limits: UploadLimits,
    turns: anyio.CapacityLimiter,
    then: Callable[[Uploaded], T],
) -> T:
    """Stream a multipart body into the door, and do `then` with what came of it.

    `then` runs where the last bytes were taken, in the same thread: each change
    of threads costs as much as the hash of a picture.
    """
    result = Uploaded()
    try:
        boundary = _boundary(request, limits)
    except (UploadInvalid, UploadTooLarge) as refused:
        result.error = refused
        await _hear_out(request)
        return await run_sync(then, result, limiter=turns)
    parts = _Parts(door, limits, result, boundary)
    waiting, answer = bytearray(), None
    try:
        async for chunk in request.stream():
            waiting += chunk
            if len(waiting) >= GATHERED:
                taken, waiting = bytes(waiting), bytearray()
                await run_sync(parts.feed, taken, limiter=turns)
        answer = await run_sync(_end, parts, waiting, result, then, limiter=turns)
    except ClientDisconnect as gone:
        # What came last may hold the ends of files, which are kept; nobody hears of its errors.
        with suppress(Exception):
            await run_sync(parts.feed, bytes(waiting), limiter=turns)
        result.error = gone
    except Exception as failed:  # noqa: BLE001 — kept beside the files that are safe already
        result.error = _told(failed)
    finally:
        if parts.under_way:
            with anyio.CancelScope(shield=True):
                await run_sync(parts.abandon, limiter=turns)
    if answer is not None:
        return answer.result()
    await _hear_out(request)
    return await run_sync(then, result, limiter=turns)


def _end(
    parts: _Parts, rest: bytearray, result: Uploaded, then: Callable[[Uploaded], T]
) -> Future[T] | None:
    """Take the last bytes and do `then`; None where they were no good end."""
    try:
        parts.end(bytes(rest))
    except Exception as failed:  # noqa: BLE001 — kept beside the files that are safe already
        result.error = _told(failed)
        return None
    answer: Future[T] = Future()
    try:
        answer.set_result(then(result))
    except Exception as failed:  # noqa: BLE001 — raised again where the upload itself is through
        answer.set_exception(failed)
    return answer


def _told(failed: Exception) -> Exception:
    if isinstance(failed, MultipartParseError):
        return UploadInvalid("the body is no well-formed multipart form")
    return failed


async def _hear_out(request: Request) -> None:
    """Take and forget some of what still comes: who is cut off while sending hears no answer."""
    heard = 0
    with anyio.move_on_after(HEARD_SECONDS), suppress(ClientDisconnect, RuntimeError):
        async for chunk in request.stream():  # RuntimeError: it has come to its end already
            heard += len(chunk)
            if heard > HEARD_BYTES:
                return


def _boundary(request: Request, limits: UploadLimits) -> bytes:
    if stated_length(request) > limits.bytes:
        raise UploadTooLarge(f"an upload holds at most {limits.bytes} bytes")
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 0 < len(boundary) <= 200:  # noqa: PLR2004 — RFC 2046: 70; some send more
        raise UploadInvalid("send multipart/form-data with a boundary")
    return boundary


def stated_length(request: Request) -> int:
    """Return how many bytes the sender says will come; 0 where it does not say."""
    stated = request.headers.get("content-length", "")
    return int(stated) if stated.isascii() and stated.isdigit() else 0


class _Parts:
    """The parser's callbacks: headers to parts, data to fields or to the vault."""

    def __init__(self, door: Door, limits: UploadLimits, result: Uploaded, boundary: bytes) -> None:
        self._door = door
        self._limits = limits
        self._result = result
        self._size = 0
        self._ended = False
        self._headers: dict[bytes, bytes] = {}
        self._name, self._value, self._header_bytes = bytearray(), bytearray(), 0
        self._field: str | None = None
        self._text = bytearray()
        self._filename: str | None = None
        self._file: Receiving | None = None
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begins,
                "on_header_field": self._header_name,
                "on_header_value": self._header_value,
                "on_header_end": self._header_ends,
                "on_headers_finished": self._headers_end,
                "on_part_data": self._data,
                "on_part_end": self._part_ends,
                "on_end": self._form_ends,
            },
            max_header_size=MOST_HEADER_BYTES,
        )

    def feed(self, data: bytes) -> None:
        """Parse more of the body."""
        self._size += len(data)
        if self._size > self._limits.bytes:
            raise UploadTooLarge(f"an upload holds at most {self._limits.bytes} bytes")
        self._parser.write(data)

    @property
    def under_way(self) -> bool:
        """Whether a file has begun that has not ended."""
        return self._file is not None

    def end(self, data: bytes) -> None:
        """Parse the rest; a body cut short is an error."""
        if data:
            self.feed(data)
        self._parser.finalize()
        if not self._ended:
            raise UploadInvalid("the upload was cut short")

    def abandon(self) -> None:
        """Forget the file that was under way when the upload broke off."""
        if self._file is not None:
            self._file.abandon()
            self._file = None

    def _part_begins(self) -> None:
        self._headers, self._header_bytes = {}, 0
        self._name.clear()
        self._value.clear()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._count(end - start)
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._count(end - start)
        self._value += data[start:end]

    def _count(self, more: int) -> None:
        self._header_bytes += more
        if self._header_bytes > MOST_HEADER_BYTES:
            raise UploadInvalid("the headers of a part are too long")

    def _header_ends(self) -> None:
        self._headers[bytes(self._name).lower()] = bytes(self._value)
        self._name.clear()
        self._value.clear()

    def _headers_end(self) -> None:
        disposition = self._headers.get(b"content-disposition", b"")
        _, options = parse_options_header(disposition)
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if (filename := _stated_name(options, disposition)) is not None:
            self._begin_file(name, filename)
            return
        if name not in self._limits.fields or name in self._result.fields:
            raise UploadInvalid(f"unknown or repeated field {name[:60]!r}", field=name[:60])
        if len(self._result.fields) >= MOST_FIELDS:
            raise UploadInvalid("too many fields")
        self._field = name
        self._text.clear()

    def _begin_file(self, name: str, filename: str) -> None:
        if name != "files":
            raise UploadInvalid("files stand in the field 'files'", field=name[:60])
        if self._limits.admit is not None and not self._result.files:
            self._limits.admit(self._result.fields)
        if len(self._result.files) >= self._limits.files:
            raise TooManyFiles(self._limits.files)
        self._filename = clean_filename(filename)
        self._file = self._door.begin()

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(memoryview(data)[start:end])
            return
        if len(self._text) + end - start > MOST_FIELD_BYTES:
            raise UploadInvalid("a field is too long", field=self._field)
        self._text += data[start:end]

    def _part_ends(self) -> None:
        if self._file is not None:
            # A browser sends an empty, nameless part for a file input without a choice.
            if self._filename is None and self._file.size == 0:
                self.abandon()
                return
            held = self._file.finish()
            self._file = None
            self._result.files.append(Incoming(self._filename, held))
        elif self._field is not None:
            try:
                self._result.fields[self._field] = self._text.decode()
            except UnicodeDecodeError as bad:
                raise UploadInvalid("fields are UTF-8", field=self._field) from bad
            self._field = None

    def _form_ends(self) -> None:
        self._ended = True


def _stated_name(options: Mapping[bytes, bytes], disposition: bytes) -> str | None:
    """Return the name of a part that is a file, None for a field.

    RFC 7578 §4.2 forbids `filename*` in forms. Some programs send nothing else;
    their file is kept all the same.
    """
    if b"filename" in options:
        return options[b"filename"].decode("utf-8", "replace")
    extended = _EXTENDED_NAME.search(disposition)
    return None if extended is None else unquote_to_bytes(extended[1]).decode("utf-8", "replace")


def clean_filename(name: str) -> str | None:
    """Return a file name fit to show: no path, no control characters, not over-long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(
        c for c in last if c.isprintable() and c not in "\u202a\u202b\u202d\u202e\u2066"
    )
    return clean.strip()[:LONGEST_NAME] or None
