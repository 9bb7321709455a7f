"""What stands on a page for whom: reasons, answers and names go no further than the right does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from uuid import UUID

import httpx
import pytest

from archive.records.pages import PostRecord
from archive.records.people import PersonRecord
from service.access.people import open_session
from service.access.principal import Principal
from service.casework.evidence.readers import readers_of
from service.installation import Installation
from service.jobs.every_kind import make_engine
from service.web.dependencies import COOKIE
from tests.service.casework.cases.opened import employ, end_every_step, open_one
from tests.service.casework.moderation.kept import THREAT, keep_page
from tests.service.casework.test_triage import arrival
from tests.service.conftest import Time, Town
from tests.service.web.doors import application_of
from tests.service.web.matrix import browsing

REASON = "Øvelse"
Looks = Callable[..., httpx.Response]


@pytest.fixture
def looks(installation: Installation, time: Time) -> Iterator[Looks]:
    """Return a person's page at an address."""
    app = application_of(installation, make_engine(installation))
    with browsing(app) as client:

        def look(
            person: PersonRecord, path: str, headers: Mapping[str, str] = MappingProxyType({})
        ) -> httpx.Response:
            with installation.database.writing() as session:
                secret, _ = open_session(session, session.merge(person), time.now)
            return client.get(path, headers={"Cookie": f"{COOKIE}={secret}", **headers})

        yield look


def test_who_sees_only_how_a_case_stands_reads_no_reason_of_a_step(
    installation: Installation,
    town: Town,
    time: Time,
    asks: Callable[[PersonRecord], Principal],
    looks: Looks,
) -> None:
    number = open_one(installation, town, time)
    end_every_step(installation, asks(town.leader), number, time)
    step = f"/cases/{number}?step=12.7"

    assert REASON in looks(town.leader, step).text
    answer = looks(town.archivist, step)
    assert (answer.status_code, REASON in answer.text) == (200, False)
    # The employee concerned has a page of their own, and every link to the case leads to it.
    sent = looks(town.anna, step)
    assert (sent.status_code, sent.headers["location"]) == (303, f"/my-case/{number}")
    assert REASON not in looks(town.anna, sent.headers["location"]).text


def test_a_leader_who_sorts_is_offered_only_those_for_whom_they_may_open_a_case(
    installation: Installation, town: Town, time: Time, looks: Looks
) -> None:
    arrival(installation, time, town.library.id)

    leaders, archivists = looks(town.leader, "/triage").text, looks(town.archivist, "/triage").text

    assert ("Anna Holm" in leaders, "Bent Lund" in leaders) == (True, False)
    assert ("Anna Holm" in archivists, "Bent Lund" in archivists) == (True, True)


@pytest.mark.parametrize("path", ["/cases", "/evidence"])
def test_a_place_in_a_list_without_a_time_zone_is_refused_and_breaks_nothing(
    town: Town, looks: Looks, path: str
) -> None:
    before = "2027-02-01T09:00:00"
    after = "00000000-0000-0000-0000-000000000001"

    assert looks(town.leader, f"{path}?before={before}&after={after}").status_code == 422
    assert looks(town.leader, f"{path}?before={before}Z&after={after}").status_code == 200


def test_who_fetches_an_original_stands_among_those_who_have_seen_it(
    installation: Installation, town: Town, time: Time, looks: Looks
) -> None:
    evidence = arrival(installation, time, town.library.id)
    path = f"/evidence/{evidence}/original"

    refused = looks(town.leader, path, headers={"Sec-Fetch-Site": "cross-site"})
    assert (refused.status_code, seen_by(installation, evidence)) == (403, [])

    assert looks(town.leader, path).status_code == 200
    assert seen_by(installation, evidence) == ["Mette Leder"]


def seen_by(installation: Installation, evidence: UUID) -> list[str]:
    with installation.database.reading() as session:
        return [one.name for one in readers_of(session, evidence)]


def test_the_page_team_decides_about_a_post_without_hearing_of_its_case(
    installation: Installation,
    town: Town,
    time: Time,
    asks: Callable[[PersonRecord], Principal],
    looks: Looks,
) -> None:
    team = employ(installation, time, "Karen Side", "page_team", unit=town.centre, everywhere=True)
    number = open_one(installation, town, time)
    post = keep_page(installation, time, asks(town.leader), [THREAT], case=number)[THREAT]
    with installation.database.reading() as session:
        visit = session.get_one(PostRecord, post).visit_id

    for path in (f"/queue?post={post}", f"/capture/{visit}"):
        assert number in looks(town.leader, path).text
        answer = looks(team, path)
        assert (answer.status_code, number in answer.text) == (200, False)


def test_everyone_finds_the_way_to_what_they_may_see(town: Town, looks: Looks) -> None:
    lawyers, employees = looks(town.lawyer, "/").text, looks(town.bent, "/").text

    for path in ("/cases", "/operations"):
        assert (f'href="{path}"' in lawyers, f'href="{path}"' in employees) == (True, False)
        assert looks(town.lawyer, path).status_code == 200
