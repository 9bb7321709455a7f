"""A mailbox file (mbox, RFC 4155): its mails by name, and what stands in each, so that it is found.

A mail that is to be weighed is handed in by itself; then it is read in full.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from archive.mailbox.bodies import read_bodies
from archive.mailbox.fields import Fields
from archive.mailbox.mime import cut

MOST_LISTED: Final = 2_000
MOST_TEXT: Final = 2_000_000
"""Characters of all mails together."""

_MOST_HEADER: Final = 64 * 1024
_MOST_OF_A_MAIL: Final = 1024 * 1024
_MOST_READ: Final = 32 * 1024 * 1024
_MOST_TEXT_OF_A_MAIL: Final = 50_000
_BEGIN: Final = re.compile(rb"From \S+ .*\d\d:\d\d")
_QUOTED: Final = re.compile(rb">+From ")
_LINE: Final = 64 * 1024


@dataclass(slots=True)
class _Mail:
    """One mail as its lines come: the beginning of its bytes, and how many there are."""

    room: int
    raw: bytearray = field(default_factory=bytearray)
    header: bytearray = field(default_factory=bytearray)
    size: int = 0
    in_header: bool = True

    def take(self, line: bytes) -> None:
        """Take a line, without the mark that keeps `From ` in a text from beginning a mail."""
        self.size += len(line)
        if self.in_header and not line.strip():
            self.in_header = False
        elif self.in_header and len(self.header) < _MOST_HEADER:
            self.header += line
        if len(self.raw) + len(line) <= self.room:
            quoted = not self.in_header and _QUOTED.match(line)
            self.raw += line[1:] if quoted else line
        else:
            self.room = 0  # nothing of what comes after a gap


@dataclass(slots=True)
class _Mails:
    """The mails of a mailbox, up to a ceiling; all of them are counted."""

    listed: list[dict[str, Any]] = field(default_factory=list)
    raws: list[bytes] = field(default_factory=list)
    count: int = 0
    held: int = 0

    def room(self) -> int:
        """How many bytes of the next mail are kept."""
        return max(0, min(_MOST_OF_A_MAIL, _MOST_READ - self.held))

    def add(self, mail: _Mail) -> None:
        self.count += 1
        if len(self.listed) >= MOST_LISTED:
            return
        fields = Fields.read(bytes(mail.header), set())
        date = fields.date("date")
        self.listed.append(
            {
                "from": fields.text("from"),
                "subject": fields.text("subject"),
                "date": (date.understood or date.written) if date else None,
                "size": mail.size,
            }
        )
        self.raws.append(bytes(mail.raw))
        self.held += len(mail.raw)

    def names(self) -> list[str]:
        """Who wrote each, and about what."""
        return [" · ".join(filter(None, (one["from"], one["subject"]))) for one in self.listed]


def read_mailbox(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    """Tell the mails of a mailbox: `mails` (from, subject, date, size), their count, `text`.

    `text` names every mail, and below each name stands the text of the mail,
    of so many as `mails_read` says.
    """
    del media_type
    mails = _split(source)
    names = mails.names()
    yield {
        "mails": mails.listed,
        "mails_count": mails.count,
        "mails_complete": mails.count == len(mails.listed),
        "mails_read": 0,
        "text": "\n".join(names),
    }
    texts, room, read = list(names), MOST_TEXT, 0
    for place, raw in enumerate(mails.raws):
        if not raw or room <= 0:
            continue
        text = _text(raw)[: min(room, _MOST_TEXT_OF_A_MAIL)]
        room -= len(text)
        read += 1
        texts[place] = f"{names[place]}\n{text}".strip()
    if read:
        yield {"mails_read": read, "text": "\n\n".join(texts)}


def _split(source: BinaryIO) -> _Mails:
    mails = _Mails()
    mail: _Mail | None = None
    last_blank = True
    while line := source.readline(_LINE):
        if last_blank and _BEGIN.match(line):
            if mail is not None:
                mails.add(mail)
            mail = _Mail(mails.room())
            last_blank = False
            continue
        last_blank = not line.strip()
        if mail is not None:
            mail.take(line)
    if mail is not None:
        mails.add(mail)
    return mails


def _text(raw: bytes) -> str:
    defects: set[str] = set()
    bodies = read_bodies(raw, cut(raw, defects), defects)
    return (bodies.text or bodies.text_from_html or "").strip()
