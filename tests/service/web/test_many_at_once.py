"""More people who write at once than the service has threads: all of them are answered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from service.access.people import open_session
from service.installation import Installation
from service.jobs.every_kind import make_engine
from service.web.dependencies import COOKIE
from tests.service.casework.cases.opened import open_one
from tests.service.conftest import Time, Town
from tests.service.web.doors import application_of
from tests.service.web.matrix import browsing

AT_ONCE = 60
"""More than the forty threads that carry requests."""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_more_closings_at_once_than_there_are_threads_wait_for_nobody_in_a_circle(
    installation: Installation, town: Town, time: Time
) -> None:
    number = open_one(installation, town, time)
    with installation.database.writing() as session:
        secret, token = open_session(session, town.leader, time.now)
    app = application_of(installation, make_engine(installation))
    with browsing(app) as client, ThreadPoolExecutor(AT_ONCE) as people:

        def close(_: int) -> int:
            return client.post(
                f"/cases/{number}/close",
                data={"csrf_token": token},
                headers={"Cookie": f"{COOKIE}={secret}"},
            ).status_code

        assert set(people.map(close, range(AT_ONCE))) == {409}
