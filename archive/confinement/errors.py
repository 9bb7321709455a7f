"""What can go wrong when something is read in confinement."""

from typing import Literal

from archive.confinement.frames import Reading

Reason = Literal[
    "crashed",
    "too_slow",
    "too_much_memory",
    "too_much_output",
    "could_not_be_read",
]


class ConfinementError(Exception):
    """Something about confined reading; `code` is stable, for logs and answers."""

    code = "confinement"


class ConfinementLost(ConfinementError):
    """The starter ended under the reading, or could not be started; the item is not to blame.

    The same reading may be asked for again.
    """

    code = "confinement_lost"


class UnknownReader(ConfinementError):
    """No reader has this name."""

    code = "unknown_reader"

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no reader {name!r}")
        self.name = name


class ReadingFailed(ConfinementError):
    """The item could not be read to its end.

    `reading` holds what was told before the failure; it may be empty. The
    original is untouched, and is to be shown as "could not be read".
    """

    code = "reading_failed"

    def __init__(self, reason: Reason, reading: Reading) -> None:
        super().__init__(f"reading failed: {reason}")
        self.reason = reason
        self.reading = reading
