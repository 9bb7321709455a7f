"""What stands outside the house, for the tests of heads that leave it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.mailbox.smtp import Envelope, SmtpDoor
from tests.archive.answering import serving
from tests.archive.authority import Authority, found
from tests.service.conftest import Time
from tests.service.jobs.holders import WITNESS, Pair, Witness, named


@pytest.fixture
def real_time(time: Time) -> None:
    """Authorities have a clock of their own, which is the real one."""
    time.now = datetime.now(UTC)


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> tuple[Authority, Authority]:
    folder = tmp_path_factory.mktemp("authorities")
    return found(folder / "one", "One"), found(folder / "two", "Two")


@pytest.fixture
def pair(authorities: tuple[Authority, Authority], tmp_path: Path) -> Iterator[Pair]:
    one, two = authorities
    with serving(one) as first, serving(two) as second:
        yield Pair(
            authorities,
            (named(tmp_path, first, *one.pins), named(tmp_path, second, *two.pins)),
        )


@pytest.fixture
def apart(tmp_path: Path) -> Path:
    folder = tmp_path / "apart"
    folder.mkdir()
    return folder


@pytest.fixture
def witness() -> Iterator[Witness]:
    taken: list[Envelope] = []
    with SmtpDoor("127.0.0.1", 0, accept=taken.append, archive_address=WITNESS) as door:
        yield Witness(f"{door.address[0]}:{door.address[1]}", taken)
