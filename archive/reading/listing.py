"""The list of what an archive holds: names as they stand, sizes, how deep; nothing unpacked."""

import re
from dataclasses import dataclass
from typing import Any, Final

MOST_LISTED: Final = 5_000
MOST_DEPTH: Final = 5
_LONGEST_NAME: Final = 400
_BOMB_RATIO: Final = 200
_BOMB_SIZE: Final = 100 * 1024 * 1024
_UNSAFE: Final = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)|[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in an archive; sizes in bytes as stated, `modified` as stated, without zone."""

    name: str
    size: int
    packed: int | None
    modified: str | None
    depth: int


class Listing:
    """Entries as they are found, up to a ceiling; all of them are counted.

    `packed` is the size of the archive itself, in bytes.
    """

    def __init__(self, packed: int = 0) -> None:
        self._entries: list[list[Any]] = []
        self.packed = packed
        self._count = self._size = self._unsafe = self._depth = 0
        self._complete = True

    def add(self, entry: Entry) -> None:
        """Take an entry."""
        self._count += 1
        self._size += max(0, entry.size)
        self._depth = max(self._depth, entry.depth)
        self._unsafe += bool(_UNSAFE.search(entry.name))
        if len(self._entries) < MOST_LISTED:
            row = [entry.name[:_LONGEST_NAME], entry.size, entry.packed, entry.modified]
            self._entries.append([*row, entry.depth])

    def left_out(self) -> None:
        """Say that something in it was not looked into."""
        self._complete = False

    def facts(self) -> dict[str, Any]:
        """Return what is told.

        `entries` (name, size, packed size, modified, depth), `entries_count`,
        `entries_complete`, `unpacked_size` (as stated), `depth`, `unsafe_names`
        (that would leave the folder they are unpacked in), `bomb` (it says it
        unpacks to far more than it is), and the names as `text`.
        """
        bomb = self._size > _BOMB_SIZE and self._size > _BOMB_RATIO * max(1, self.packed)
        text = "\n".join(str(row[0]) for row in self._entries)
        return {
            "entries": self._entries,
            "entries_count": self._count,
            "entries_complete": self._complete and self._count == len(self._entries),
            "unpacked_size": self._size,
            "depth": self._depth,
            "unsafe_names": self._unsafe,
            "bomb": bomb,
            "text": text,
            "text_state": "read" if text else "no_text",
        }
