from __future__ import annotations

from dataclasses import dataclass

import pytest

from archive.records.people import PersonRecord
from service.installation import Installation
from tests.service.casework.cases.opened import employ
from tests.service.conftest import Time, Town


@dataclass(frozen=True)
class Team:
    """Two of the page team, who decide, and the operator, who does not."""

    sanne: PersonRecord
    per: PersonRecord
    operator: PersonRecord


@pytest.fixture
def team(installation: Installation, town: Town, time: Time) -> Team:
    def one(name: str, role: str) -> PersonRecord:
        return employ(installation, time, name, role, unit=town.centre, everywhere=True)

    return Team(
        one("Sanne Side", "page_team"), one("Per Pixel", "page_team"), one("Ida Drift", "operator")
    )
