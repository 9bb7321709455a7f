"""What a confined child does: put up the walls, read one item, answer, end.

It never returns to the starter's code: every way out is `os._exit`.
"""

import io
import os
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final, NoReturn

from archive.confinement.frames import END_FRAME, Piece, facts_frame, failed_frame, piece_frame
from archive.confinement.limits import Limits
from archive.confinement.walls import MAX_DESCRIPTORS, Layers, put_up

# A reader takes the item as a stream and its stated media type, and tells facts
# (which add up) and pieces as it finds them, so that a failure midway leaves
# what was known before.
Reader = Callable[[BinaryIO, str], Iterator[dict[str, Any] | Piece]]

DONE: Final = 0
FAILED: Final = 70
OUT_OF_MEMORY: Final = 71


class InputTooLarge(Exception):
    """The item is larger than its limit."""


class _Capped(io.RawIOBase):
    """Descriptor 0, up to a number of bytes."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._left = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        data = os.read(0, len(view))
        self._left -= len(data)
        if self._left < 0:
            raise InputTooLarge
        view[: len(data)] = data
        return len(data)


def become_child(
    reader: Reader | None,
    media_type: str,
    limits: Limits,
    *,
    source: int,
    sink: int,
    slot: int,
    load_seccomp: Callable[[], None] | None,
) -> NoReturn:
    """Turn this forked process into a reading of one item; without reader only tell the walls."""
    code = FAILED
    try:
        _only_descriptors(source, sink)
        layers = put_up(limits, slot, load_seccomp)
        code = _tell_walls(layers) if reader is None else _read(reader, media_type, limits)
    except MemoryError:
        code = OUT_OF_MEMORY
    finally:
        os._exit(code)


def _only_descriptors(source: int, sink: int) -> None:
    """Leave open nothing but the item (0), the answer (1) and a sink for error text (2)."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    # First out of the way: source or sink may themselves be 0, 1 or 2.
    high = [os.dup(number) for number in (source, sink, nowhere)]
    while min(high) < 3:  # noqa: PLR2004 - 0, 1 and 2 are about to be replaced
        high = [os.dup(number) for number in high]
    for target, number in enumerate(high):
        os.dup2(number, target, inheritable=False)
    os.closerange(3, MAX_DESCRIPTORS)


def _tell_walls(layers: Layers) -> int:
    _send(facts_frame(layers.as_facts()))
    _send(END_FRAME)
    return DONE


def _read(reader: Reader, media_type: str, limits: Limits) -> int:
    stream = io.BufferedReader(_Capped(limits.input))
    try:
        for part in reader(stream, media_type):
            _send(piece_frame(part) if isinstance(part, Piece) else facts_frame(part))
        _send(END_FRAME)
    except MemoryError:
        _send(failed_frame("too_much_memory"))
        return OUT_OF_MEMORY
    except Exception:  # noqa: BLE001 - whatever a parser throws at hostile bytes is one fact
        _send(failed_frame("could_not_be_read"))
        return FAILED
    return DONE


def _send(frame: bytes) -> None:
    view = memoryview(frame)
    while view:
        view = view[os.write(1, view) :]
