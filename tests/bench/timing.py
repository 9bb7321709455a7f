"""Timing in turns: what disturbs the measured work disturbs its floor as well."""

from __future__ import annotations

import time
from collections.abc import Callable


def best_of(rounds: int, *works: Callable[[], object]) -> list[float]:
    """Return the least seconds that each work took, the works taken in turns."""
    times = [[_seconds(work) for work in works] for _ in range(rounds)]
    return [min(column) for column in zip(*times, strict=True)]


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
