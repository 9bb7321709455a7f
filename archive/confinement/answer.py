"""Feeding a child its item while taking its answer, and judging how the answer ended."""

import os
import selectors
import signal
import time
from collections.abc import Iterator
from typing import Any, Final, cast, get_args

from archive.confinement.child import DONE, OUT_OF_MEMORY
from archive.confinement.errors import ConfinementLost, ReadingFailed, Reason
from archive.confinement.frames import (
    FrameError,
    FrameReader,
    PieceTooLarge,
    Reading,
    read_facts,
    read_piece,
    type_end,
    type_facts,
    type_failed,
    type_piece,
)
from archive.confinement.starter_process import Ended

_PIPE_BYTES: Final = 256 * 1024
MAX_PIECES: Final = 10_000


class Answer:
    """Collects the frames of one child up to a ceiling of bytes; believes nothing beyond it."""

    def __init__(self, ceiling: int) -> None:
        self._left = ceiling
        self._frames = FrameReader(ceiling)
        self._facts: dict[str, Any] = {}
        self._pieces: dict[str, bytes] = {}
        self._complete = False
        self._stated: Reason | None = None
        self.refused: Reason | None = None

    def take(self, chunk: bytes) -> bool:
        """Take some bytes of the answer; False when no more are wanted."""
        self._left -= len(chunk)
        if self._left < 0:
            self.refused = "too_much_output"
            return False
        try:
            for kind, payload in self._frames.feed(chunk):
                self._take_frame(kind, payload)
        except PieceTooLarge:
            self.refused = "too_much_output"
            return False
        except FrameError:
            self.refused = "crashed"
            return False
        return True

    def _take_frame(self, kind: bytes, payload: bytes) -> None:
        if kind == type_facts:
            self._facts.update(read_facts(payload))
        elif kind == type_piece:
            piece = read_piece(payload)
            self._pieces[piece.name] = piece.data
            if len(self._pieces) > MAX_PIECES:
                raise FrameError
        elif kind == type_end:
            self._complete = True
        elif kind == type_failed:
            stated = payload.decode("ascii", "replace")
            self._stated = cast("Reason", stated) if stated in get_args(Reason) else "crashed"

    def reading_if_good(self, ended: Ended) -> Reading:
        """Return the reading of a child that ended as it should.

        Raises:
            ReadingFailed: with the reason, when it did not.
            ConfinementLost: when no child could be made.
        """
        reading = Reading(self._facts, self._pieces)
        reason = self._why_not(ended)
        if reason is not None:
            raise ReadingFailed(reason, reading)
        return reading

    def _why_not(self, ended: Ended) -> Reason | None:
        if self.refused is not None:
            return self.refused
        if ended.status is None:
            raise ConfinementLost("no child could be started")
        if ended.too_late or ended.status == -signal.SIGXCPU:
            return "too_slow"
        if self._stated is not None:
            return self._stated
        # A SIGKILL that we did not send is the kernel's, short of memory.
        if ended.status in (OUT_OF_MEMORY, -signal.SIGKILL):
            return "too_much_memory"
        if ended.status != DONE or not self._complete:
            return "crashed"
        return None


def exchange(chunks: Iterator[bytes], feed: int, answer: int, told: Answer, seconds: float) -> None:
    """Write the item to `feed` and its answer from `answer` into `told`, until the answer ends.

    Takes over both descriptors. A child may stop reading early; that is its
    affair. Returns at the latest after `seconds`, a bound for a starter that
    fails to end its child.
    """
    os.set_blocking(feed, False)
    os.set_blocking(answer, False)
    last = time.monotonic() + seconds
    feeding: int | None = feed
    rest = memoryview(b"")
    with selectors.DefaultSelector() as selector:
        try:
            selector.register(feed, selectors.EVENT_WRITE)
            selector.register(answer, selectors.EVENT_READ)
            while (left := last - time.monotonic()) > 0:
                for key, _ in selector.select(left):
                    if key.fd == answer:
                        data = os.read(answer, _PIPE_BYTES)
                        if not data or not told.take(data):
                            return
                    elif feeding is not None:
                        rest = _feed_some(feeding, rest, chunks)
                        if not rest:
                            selector.unregister(feeding)
                            os.close(feeding)
                            feeding = None
        finally:
            os.close(answer)
            if feeding is not None:
                os.close(feeding)


def _feed_some(feed: int, rest: memoryview, chunks: Iterator[bytes]) -> memoryview:
    """Write what fits; return what is left to write, empty when the item or its reader ended."""
    while not rest:
        chunk = next(chunks, None)
        if chunk is None:
            return rest
        rest = memoryview(chunk)
    try:
        written = os.write(feed, rest)
    except BlockingIOError:
        return rest
    except BrokenPipeError:
        return memoryview(b"")
    rest = rest[written:]
    while not rest:
        chunk = next(chunks, None)
        if chunk is None:
            return rest
        rest = memoryview(chunk)
    return rest
