"""What the press is told: by the service, which loads nothing of what sets pages and pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

MISSING: Final = -1
"""The size of a picture that did not open."""


@dataclass
class Order:
    """What is to be made: shared data, one entry an annex, how large a part may become.

    An annex's `pictures` name by `source` which picture it shows; one that cannot be shown
    keeps its words. `attached` are files that go into the PDF as they are. What they name
    follows in the order of `sources_of`.
    """

    template: str
    data: dict[str, Any]
    annexes: list[dict[str, Any]]
    made_at: str
    part_line: str
    slice_line: str
    cut_line: str
    seconds: int
    most_bytes: int | None = None


def sources_of(annexes: Iterable[dict[str, Any]]) -> Iterator[int]:
    """Yield what the annexes show and attach, in the order in which the press takes it."""
    for annex in annexes:
        for one in (*annex["pictures"], *annex["attached"]):
            if one["source"] is not None:
                yield one["source"]
