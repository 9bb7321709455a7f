"""What is asked of a covered copy, for both sides of the wall: the service loads no pictures."""

import json
from typing import Final

COVERED: Final = "covered"
MOST_BOXES: Final = 2_000


def covering(boxes: list[list[int]]) -> bytes:
    """Return what stands before the picture's bytes: left, top, width, height of each box."""
    return json.dumps({"boxes": boxes}).encode() + b"\n"
