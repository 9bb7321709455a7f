"""The service's side of confinement: hand over one item, get back what was read in it."""

import itertools
import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from typing import BinaryIO, Final, Self, cast

from archive.confinement.answer import Answer, exchange
from archive.confinement.errors import ConfinementLost, UnknownReader
from archive.confinement.frames import Reading
from archive.confinement.keeper import Keeper
from archive.confinement.limits import Limits
from archive.confinement.readers import OWN_READERS, SLOW_READERS
from archive.confinement.starter_process import Ended, StarterProcess
from archive.confinement.walls import Layers

Source = bytes | BinaryIO | Iterable[bytes]

DEFAULT_LIMITS: Final = Limits()
_CHUNK: Final = 256 * 1024
_GRACE_SECONDS: Final = 10.0


class Confinement:
    """Reads untrusted items, each in a child process of its own; safe to use from any thread.

    Two starters stand behind it: one for what is quick, always there, and one
    that holds the language data for text in pictures, there only while it is
    needed. So nothing slow ever takes a quick reading's turn, and an idle
    service carries no language data.

    Args:
        at_once: how many items are read at the same time; more wait their turn.
        first_at_once: how many beside them of those that are read `first`.
        readers: further quick readers as ``{"name": "module:function"}``, or a file's path
            in the module's stead, beside our own.
        slow_at_once: how many of the slow readings run at the same time.
        rests_after: seconds after the last slow reading until its starter is ended.
    """

    def __init__(
        self,
        *,
        at_once: int = 4,
        first_at_once: int = 3,
        readers: Mapping[str, str] | None = None,
        slow_at_once: int = 2,
        rests_after: float = 60.0,
    ) -> None:
        self._quick = Keeper(
            {**OWN_READERS, **(readers or {})}, at_once=at_once, first_at_once=first_at_once
        )
        self._slow = Keeper(SLOW_READERS, at_once=slow_at_once, rests_after=rests_after)
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the starter, if it does not live already.

        Raises:
            ConfinementLost: it did not come up, or all of it is closed.
        """
        self._quick.alive()

    def close(self) -> None:
        """Stop the starters and every reading; none begins again."""
        self._quick.close()
        self._slow.close()

    def layers(self) -> Layers:
        """Return which walls stand around a child on this machine, tried for real at start."""
        return self._quick.alive().layers

    @property
    def holds_language_data(self) -> bool:
        """Whether the starter of the slow readings stands at the moment."""
        return self._slow.is_running

    def read(
        self,
        reader: str,
        source: Source,
        *,
        media_type: str = "application/octet-stream",
        limits: Limits = DEFAULT_LIMITS,
        first: bool = False,
    ) -> Reading:
        """Read one item in a confined child; `first` in a turn that nothing long can have.

        Raises:
            UnknownReader: no reader has this name.
            ReadingFailed: the item is to blame; the error holds what was read before.
            ConfinementLost: the starter is to blame; the reading may be asked for again.
        """
        keeper = next((one for one in (self._quick, self._slow) if reader in one.readers), None)
        if keeper is None:
            raise UnknownReader(reader)
        with keeper.turn(first=first) as running:
            return self._read(running, reader, source, media_type, limits)

    def _read(
        self, running: StarterProcess, reader: str, source: Source, media_type: str, limits: Limits
    ) -> Reading:
        number = next(self._numbers)
        request = {
            "number": number,
            "reader": reader,
            "media_type": media_type[:200],
            "limits": limits.as_facts(),
        }
        item, feed = os.pipe()
        answer, sink = os.pipe()
        try:
            ended = running.ask(number, request, [item, sink])
        except ConfinementLost:
            os.close(feed)
            os.close(answer)
            raise
        finally:
            os.close(item)
            os.close(sink)
        told = Answer(limits.output)
        try:
            exchange(_chunks(source), feed, answer, told, limits.wall_seconds + _GRACE_SECONDS)
        except BaseException:
            running.kill(number)
            raise
        if told.refused is not None:
            running.kill(number)
        return told.reading_if_good(self._end_of(running, ended))

    def _end_of(self, running: StarterProcess, ended: Future[Ended]) -> Ended:
        try:
            return ended.result(timeout=_GRACE_SECONDS)
        except TimeoutError as error:
            # A starter that no longer answers is of no use to anyone; the next reading starts
            # another.
            running.process.kill()
            raise ConfinementLost("the starter no longer answers") from error


def _chunks(source: Source) -> Iterator[bytes]:
    if isinstance(source, bytes):
        return iter((source,))
    if hasattr(source, "read"):
        stream = cast("BinaryIO", source)
        return iter(lambda: stream.read(_CHUNK), b"")
    return iter(source)
