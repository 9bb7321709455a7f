"""How sure a counted share is: Wilson's interval, and one by drawing again for any other figure."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import TypeVar

Interval = tuple[float, float]
Row = TypeVar("Row")
_Z = 1.959963984540054  # 95 %, two-sided
_DRAWS, _SEED = 400, 20261122
_TAIL = 0.025


def wilson(right: int, of: int) -> Interval | None:
    """Return the 95 % interval of a share (Wilson 1927); None where nothing was counted."""
    if of == 0:
        return None
    share, square = right / of, _Z * _Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    reach = _Z * math.sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return round(max(middle - reach, 0.0), 4), round(min(middle + reach, 1.0), 4)


def drawn_again(rows: Sequence[Row], figure: Callable[[Sequence[Row]], float]) -> Interval:
    """Return the 95 % interval of a figure over rows, by the same draws each time (bootstrap)."""
    draws = random.Random(_SEED)  # noqa: S311 - chance for a statistic, no secret
    found = sorted(figure(draws.choices(rows, k=len(rows))) for _ in range(_DRAWS))
    low, high = int(_TAIL * _DRAWS), int((1 - _TAIL) * _DRAWS) - 1
    return round(found[low], 4), round(found[high], 4)
