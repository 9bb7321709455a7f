"""Fault points by sample: each commit breaks other ones, `VAERN_FAULTS=all` breaks all.

A test with many points says `@pytest.mark.faults(one_in=8)`: of its cases every eighth runs,
beginning where the commit's name says. Without `one_in` every case runs.
"""

import os
import subprocess
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar
from zlib import crc32

import pytest

_ROOT = Path(__file__).parents[2]
Case = TypeVar("Case")


def sample_fault_points(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect, in place, the fault points that are another commit's turn."""
    if os.environ.get("VAERN_FAULTS") == "all":
        return
    groups: dict[tuple[str, int], list[pytest.Item]] = defaultdict(list)
    for item in items:
        marker = item.get_closest_marker("faults")
        one_in = int(marker.kwargs.get("one_in", 1)) if marker else 1
        if one_in > 1:
            groups[item.nodeid.partition("[")[0], one_in].append(item)
    if not groups:
        return
    seed = commit()
    left_out = {
        item.nodeid
        for (name, one_in), group in groups.items()
        for item in set(group) - set(sample(group, one_in, f"{seed} {name}"))
    }
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in left_out])
    items[:] = [item for item in items if item.nodeid not in left_out]


def sample(cases: Sequence[Case], one_in: int, seed: str) -> list[Case]:
    """Return every `one_in`-th case from a start that the seed chooses; never none of some."""
    start = crc32(seed.encode()) % min(one_in, len(cases))
    return list(cases[start::one_in])


def commit() -> str:
    """Return the commit's name, or a fixed word outside a git tree."""
    answer = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or "no commit"
