from collections.abc import Iterator

import pytest

from archive.confinement.confinement import Confinement
from archive.reading.language_data import unpack


@pytest.fixture(scope="session")
def confinement() -> Iterator[Confinement]:
    unpack()
    with Confinement() as running:
        yield running
