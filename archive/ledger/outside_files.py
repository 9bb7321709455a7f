"""Heads as they come back from outside: a note, the mail in which a witness kept it, a time-stamp.

Also a folder of them. A mail may have been saved as text by a program that
broke its lines or marked them as quoted; the note is found in it all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.policy import default
from pathlib import Path
from typing import Final

from archive.errors import ArchiveError

_MOST_BYTES: Final = 64 * 1024 * 1024
_MOST_LOOKED_AT: Final = 8192
_DER: Final = 0x30
_ROOT: Final = re.compile(r"[A-Za-z0-9+/]{43}=")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_QUOTED: Final = re.compile(r"^(?:>[> ]*|\s+)")


class NotAHead(ArchiveError):
    """The file holds neither a signed note nor a time-stamp."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} holds neither a signed head nor a time-stamp")
        self.name = name


class HeadTooLarge(ArchiveError):
    """The file is text, and longer than is searched for heads: what is left of it might hold one.

    `name` is that of the file.
    """

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is larger than 64 MiB; give the mails with the heads by themselves"
        )
        self.name = name


@dataclass(frozen=True, slots=True)
class GivenHead:
    """What one file holds: a signed note, or a time-stamp that speaks of one."""

    name: str
    note: str | None = None
    token: bytes | None = None


def read_given(path: Path) -> tuple[GivenHead, ...]:
    """Read a file, or every head in a folder.

    Raises `NotAHead` where there is none, `HeadTooLarge` for a text that is not searched whole.
    """
    if path.is_dir():
        found = tuple(one for file in sorted(path.iterdir()) for one in _quietly(file))
    else:
        found = tuple(_read(path))
    if not found:
        raise NotAHead(path.name)
    return found


def _quietly(path: Path) -> Iterator[GivenHead]:
    """A folder may hold other things too."""
    if path.is_file() and not path.is_symlink():
        yield from _read(path)


def _read(path: Path) -> Iterator[GivenHead]:
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES + 1)
    if data[:1] == bytes([_DER]) and data[1:2] > b"\x7f":
        yield GivenHead(path.name, token=data)
        return
    if len(data) > _MOST_BYTES:
        if b"\0" in data[:_MOST_LOOKED_AT]:
            return  # a film, a database: no text holds a NUL
        raise HeadTooLarge(path.name)
    text = data.decode("utf-8", "replace")
    notes = list(notes_in(text)) or [n for part in _texts(data) for n in notes_in(part)]
    yield from (GivenHead(path.name, note=note) for note in dict.fromkeys(notes))


def notes_in(text: str) -> Iterator[str]:
    """Yield every signed note that stands in a text, brought back into its one form."""
    lines = [_QUOTED.sub("", line).rstrip() for line in text.splitlines()]
    for place in range(len(lines) - 4):
        origin, size, root, empty, signature = lines[place : place + 5]
        if empty or not size.isdigit() or not _ROOT.fullmatch(root) or not origin:
            continue
        dash, _, rest = signature.partition(" ")
        name, _, blob = rest.partition(" ")
        if dash != "—" or name != origin:
            continue
        for line in lines[place + 5 :]:
            if not _BASE64.fullmatch(line) or blob.endswith("="):
                break
            blob += line
        yield f"{origin}\n{size}\n{root}\n\n— {origin} {blob}\n"


def _texts(data: bytes) -> Iterator[str]:
    """Yield the text parts of a mail, their transfer encoding undone."""
    try:
        message = message_from_bytes(data, policy=default)
        for part in message.walk():
            if part.get_content_maintype() == "text":
                yield str(part.get_content())
    except (MessageError, LookupError, ValueError, KeyError, AttributeError):
        return
