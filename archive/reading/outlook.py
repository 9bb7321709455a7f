"""A mail as Outlook saves it (.msg): who wrote, when, about what, its text, and those in it.

[MS-OXMSG] §2: a compound file whose streams are named after properties, of
which [MS-OXPROPS] tells the meaning. What is attached is named, not unpacked.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, BinaryIO, Final

import olefile

from archive.confinement.charsets import decode_bytes
from archive.mailbox.html_text import read_html

MOST_LISTED: Final = 2_000
MOST_TEXT: Final = 2_000_000
"""Characters of a mail and of those in it together."""

_MOST_BYTES: Final = 8 * 1024 * 1024
_DEEPEST: Final = 4
_MOST_ATTACHED: Final = 200
_MOST_NAME: Final = 400

_PROPERTIES: Final = "__properties_version1.0"
_SUBJECT, _BODY, _HTML = 0x0037, 0x1000, 0x1013
_SENDERS: Final = ((0x0C1A, 0x0042), (0x5D01, 0x5D02, 0x0C1F, 0x0065))
"""Names, then addresses: of the sender, or of whom the sender writes for; SMTP before others."""

_NAMES: Final = (0x3707, 0x3704, 0x3001)
_SUBMITTED, _DELIVERED = 0x00390040, 0x0E060040
_CODE_PAGES: Final = (0x3FFD0003, 0x3FDE0003)
_MAIL_INSIDE: Final = "__substg1.0_3701000D"
_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)
_UTF_8: Final = 65001


def read_outlook(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    """Tell `mails` (from, subject, date, attached, size) with those inside it, and their `text`.

    Nothing but `text_state` is told of a compound file that is no mail.
    """
    del media_type
    with olefile.OleFileIO(io.BytesIO(source.read())) as file:
        if not file.exists(_PROPERTIES):
            yield {"text_state": "no_text"}
            return
        mails: list[dict[str, Any]] = []
        texts: list[str] = []
        room = MOST_TEXT
        for mail in islice(_mails(file, (), 32), MOST_LISTED):
            mails.append(mail.told())
            texts.append(mail.text()[:room])
            room -= len(texts[-1])
            if len(mails).bit_count() == 1:  # each time twice as many: all of it is told anew
                yield _told(mails, texts)
        yield _told(mails, texts)


def _told(mails: list[dict[str, Any]], texts: list[str]) -> dict[str, Any]:
    return {
        "mails": mails,
        "mails_count": len(mails),
        "text": "\n\n".join(filter(None, texts)),
        "text_state": "read",
    }


@dataclass(frozen=True, slots=True)
class _Mail:
    sender: str
    subject: str
    date: str | None
    body: str
    attached: tuple[str, ...]

    def told(self) -> dict[str, Any]:
        return {
            "from": self.sender or None,
            "subject": self.subject or None,
            "date": self.date,
            "size": len(self.body),
            "attached": list(self.attached),
        }

    def text(self) -> str:
        head = " · ".join(filter(None, (self.sender, self.subject)))
        return "\n".join(filter(None, (head, self.body.strip(), *self.attached)))


def _mails(file: Any, inside: tuple[str, ...], head: int, depth: int = 0) -> Iterator[_Mail]:
    """Yield the mail of a storage and those attached to it; `head` as [MS-OXMSG] §2.4.1 says."""
    storage = _Storage(file, inside, head)
    attached = storage.attached()
    names = [_Storage(file, (*inside, one), 8).first(_NAMES)[:_MOST_NAME] for one in attached]
    yield _Mail(
        _sender(storage), storage.text(_SUBJECT), storage.date(), _body(storage), tuple(names)
    )
    for one in attached:
        within = (*inside, one, _MAIL_INSIDE)
        if depth < _DEEPEST and file.exists([*within, _PROPERTIES]):
            yield from _mails(file, within, 24, depth + 1)


def _sender(storage: "_Storage") -> str:
    name, address = (storage.first(ones) for ones in _SENDERS)
    if "@" not in address or address == name:
        return name or address
    return f"{name} <{address}>".strip()


def _body(storage: "_Storage") -> str:
    plain = storage.text(_BODY)
    if plain.strip():
        return plain.replace("\r\n", "\n").replace("\r", "\n")
    return str(read_html(storage.text(_HTML)).text)


class _Storage:
    """The properties of one mail or attachment in the file."""

    def __init__(self, file: Any, inside: tuple[str, ...], head: int) -> None:
        self._file, self._inside = file, inside
        data = self._stream(_PROPERTIES)[head:]
        self._fixed = {
            tag: value
            for tag, _, value in struct.iter_unpack("<II8s", data[: len(data) // 16 * 16])
        }

    def text(self, number: int) -> str:
        """Return a text by its property: in two bytes a letter, else in the mail's code page."""
        wide = self._stream(f"__substg1.0_{number:04X}001F")
        if wide:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        for kind in ("001E", "0102"):
            if narrow := self._stream(f"__substg1.0_{number:04X}{kind}"):
                return decode_bytes(narrow, self._charset())[0].rstrip("\0")
        return ""

    def first(self, numbers: tuple[int, ...]) -> str:
        """Return the first text that is there."""
        return next(filter(None, map(self.text, numbers)), "").strip()

    def date(self) -> str | None:
        """Return when it was sent, or came, in UTC."""
        for tag in (_SUBMITTED, _DELIVERED):
            ticks = int.from_bytes(self._fixed.get(tag, b""), "little")
            try:
                if ticks:
                    return (_EPOCH + timedelta(microseconds=ticks // 10)).isoformat()
            except OverflowError:
                continue
        return None

    def attached(self) -> list[str]:
        """Return the names of the storages of what is attached."""
        depth = len(self._inside)
        found = {
            path[depth]
            for path in self._file.listdir(streams=True, storages=True)
            if len(path) > depth
            and tuple(path[:depth]) == self._inside
            and path[depth].startswith("__attach_")
        }
        return sorted(found)[:_MOST_ATTACHED]

    def _charset(self) -> str | None:
        for tag in _CODE_PAGES:
            page = int.from_bytes(self._fixed.get(tag, b"")[:4], "little")
            if page:
                return "utf-8" if page == _UTF_8 else f"cp{page}"
        return None

    def _stream(self, name: str) -> bytes:
        path = [*self._inside, name]
        if not self._file.exists(path) or self._file.get_type(path) != olefile.STGTY_STREAM:
            return b""
        return bytes(self._file.openstream(path).read(_MOST_BYTES))
