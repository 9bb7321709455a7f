"""What holds for every test: no network but loopback, no silent skip, sampled fault points.

And where the files of a run lie, and what is made once for all its tests: the migrated
databases that each test gets copies of.
"""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer

from tests.databases import PostgreSQLBlanks, SQLiteBlanks, postgresql
from tests.house.folders import choose_folder, forget
from tests.house.grouping import Grouped
from tests.house.loopback import forbid_other_networks
from tests.house.sampling import sample_fault_points
from tests.house.skips import Skips

CHOSEN = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    forbid_other_networks()
    config.pluginmanager.register(Skips.from_environment(), "no-silent-skips")
    # Test processes that this one starts find the folder in their environment.
    if not hasattr(config, "workerinput") and (folder := choose_folder()):
        config.stash[CHOSEN] = folder


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if exitstatus != pytest.ExitCode.OK and CHOSEN in session.config.stash:
        del session.config.stash[CHOSEN]  # left to be looked at, until the next run


def pytest_unconfigure(config: pytest.Config) -> None:
    if folder := config.stash.get(CHOSEN, None):
        forget(folder)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Grouped | None:
    return Grouped(config, log) if config.getoption("dist") == "loadgroup" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    sample_fault_points(config, items)


def pytest_collection_finish() -> None:
    # What the imports and the collection made stays to the end: to walk through it again and
    # again for garbage was a sixth of the run's time.
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.fixture(scope="session")
def sqlite_blanks(tmp_path_factory: pytest.TempPathFactory) -> SQLiteBlanks:
    return SQLiteBlanks(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_blanks(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PostgreSQLBlanks]:
    own = tmp_path_factory.getbasetemp()
    run = own.parent if hasattr(request.config, "workerinput") else own
    with postgresql(run) as blanks:
        yield blanks
