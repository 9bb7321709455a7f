"""What holds for every test: no network but loopback, no silent skip, sampled fault points."""

import pytest

from tests.house.loopback import forbid_other_networks
from tests.house.sampling import sample_fault_points
from tests.house.skips import Skips


def pytest_configure(config: pytest.Config) -> None:
    forbid_other_networks()
    config.pluginmanager.register(Skips.from_environment(), "no-silent-skips")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    sample_fault_points(config, items)
