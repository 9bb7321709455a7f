"""Receives originals and says which it has acknowledged; run under faults by `test_faults.py`.

Arguments: the folder of a house, its database's URL, and how many originals. It says that it is
ready, and begins at a line from whoever started it.
Each is tried up to three times, as a sender does whose delivery was refused.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

from tests.archive.house import House, opened_house


def say(line: str) -> None:
    """Say a line at once; whether anybody hears it is not our business."""
    with suppress(OSError):
        os.write(1, f"{line}\n".encode())


def receive(house: House, number: int) -> None:
    """Hand in one original until it is acknowledged."""
    for _ in range(3):
        try:
            kept = house.receive(original(number), f"{number}.txt")
        except Exception as refused:  # noqa: BLE001 — a door answers any failure with "not kept"
            say(f"refused {number} {type(refused).__name__}")
        else:
            say(f"kept {number} {kept.id}")
            return


def original(number: int) -> bytes:
    """Return the bytes of an original."""
    return b"original %d\n" % number * 2000


def main() -> None:
    """Open the house, say that it is ready, and receive."""
    folder, url, count = sys.argv[1:]
    with opened_house(Path(folder), url) as house:
        say("ready")
        sys.stdin.readline()
        for number in range(int(count)):
            receive(house, number)
        say("done")


if __name__ == "__main__":
    main()
