from collections.abc import Iterator

import pytest

from archive.confinement.confinement import Confinement


@pytest.fixture(scope="session")
def confinement() -> Iterator[Confinement]:
    with Confinement() as running:
        yield running
