"""Text out of XML that a stranger wrote: streaming, no entities, no document types, capped."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final
from xml.parsers import expat

MOST_TEXT: Final = 2_000_000
_LONGEST_GAP: Final = 2


class NotWellFormed(Exception):
    """It is no XML, or declares what no document needs (entities)."""


class Enough(Exception):
    """As much text as is kept has been read."""


class Text:
    """Text as it grows, up to a ceiling of characters."""

    def __init__(self, most: int = MOST_TEXT) -> None:
        self._parts: list[str] = []
        self._left = most

    def add(self, text: str) -> None:
        """Take text; raises `Enough`."""
        self._parts.append(text[: self._left])
        self._left -= len(text)
        if self._left <= 0:
            raise Enough

    def done(self) -> str:
        """Return the whole, without blank ends of lines and long gaps."""
        lines, gap = [], 0
        for line in "".join(self._parts).splitlines():
            bare = line.rstrip()
            gap = 0 if bare else gap + 1
            if gap < _LONGEST_GAP:
                lines.append(bare)
        return "\n".join(lines).strip("\n")


Started = Callable[[str, Mapping[str, str]], None]
Ended = Callable[[str], None]


def walk(
    chunks: Iterable[bytes], started: Started, ended: Ended, characters: Callable[[str], None]
) -> None:
    """Tell elements (without prefix) and characters in order.

    Raises:
        NotWellFormed: at the first fault; what stood before it has been told.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: started(_local(name), attributes)
    parser.EndElementHandler = lambda name: ended(_local(name))
    parser.CharacterDataHandler = characters
    # Entities are how a few bytes become gigabytes (CWE-776); no office program writes them.
    parser.EntityDeclHandler = _refuse
    parser.UnparsedEntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise NotWellFormed from error


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _refuse(*_: object) -> int:
    raise NotWellFormed
