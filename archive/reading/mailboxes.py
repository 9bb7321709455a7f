"""A mailbox file (mbox, RFC 4155): the list of its mails, each read when handed in by itself."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from archive.mailbox.fields import Fields

MOST_LISTED: Final = 2_000
_MOST_HEADER: Final = 64 * 1024
_BEGIN: Final = re.compile(rb"From \S+ .*\d\d:\d\d")
_LINE: Final = 64 * 1024


def read_mailbox(source: BinaryIO, media_type: str) -> Iterator[dict[str, Any]]:
    """Tell the mails of a mailbox: `mails` (from, subject, date, size), their count, `text`."""
    del media_type
    mails: list[dict[str, Any]] = []
    count = 0
    header, size, in_header = bytearray(), 0, False
    last_blank = True
    while line := source.readline(_LINE):
        if last_blank and _BEGIN.match(line):
            if count:
                _keep(mails, header, size)
            count += 1
            header, size, in_header = bytearray(), 0, True
            last_blank = False
            continue
        blank = not line.strip()
        if in_header and not blank and len(header) < _MOST_HEADER:
            header += line
        in_header = in_header and not blank
        last_blank = blank
        size += len(line)
    if count:
        _keep(mails, header, size)
    lines = [" · ".join(filter(None, (one["from"], one["subject"]))) for one in mails]
    yield {
        "mails": mails,
        "mails_count": count,
        "mails_complete": count == len(mails),
        "text": "\n".join(lines),
    }


def _keep(mails: list[dict[str, Any]], header: bytearray, size: int) -> None:
    if len(mails) >= MOST_LISTED:
        return
    fields = Fields.read(bytes(header), set())
    date = fields.date("date")
    mails.append(
        {
            "from": fields.text("from"),
            "subject": fields.text("subject"),
            "date": (date.understood or date.written) if date else None,
            "size": size,
        }
    )
