"""What holds for every test: no network but loopback, no silent skip, sampled fault points.

And what is made once for all of them: the migrated databases that each test gets copies of.
"""

from collections.abc import Iterator

import pytest

from tests.databases import PostgreSQLBlanks, SQLiteBlanks, postgresql
from tests.house.loopback import forbid_other_networks
from tests.house.sampling import sample_fault_points
from tests.house.skips import Skips


def pytest_configure(config: pytest.Config) -> None:
    forbid_other_networks()
    config.pluginmanager.register(Skips.from_environment(), "no-silent-skips")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    sample_fault_points(config, items)


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
