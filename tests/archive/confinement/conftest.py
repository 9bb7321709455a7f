from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.confinement.confinement import Confinement

PROBES = Path(__file__).parent / "probes.py"
NAMES = (
    "try_everything",
    "spin",
    "sleep",
    "ignore_signals_and_sleep",
    "eat_memory",
    "talk",
    "segfault",
    "lie",
    "recurse",
    "count",
)


@pytest.fixture(scope="session")
def confinement() -> Iterator[Confinement]:
    with Confinement(readers={name: f"{PROBES}:{name}" for name in NAMES}) as running:
        yield running
