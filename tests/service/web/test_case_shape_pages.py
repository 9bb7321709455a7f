"""The pages on which a case is restricted, names are added or taken off, and two become one."""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx
import pytest
from sqlalchemy import select

from archive.records.cases import CaseRecord, HarassedRecord
from archive.records.people import PersonRecord
from tests.service.casework.cases.opened import assert_clean, open_one
from tests.service.casework.test_triage import arrival
from tests.service.web.world import World

# What is typed and said is the same on every database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Browser:
    """Somebody who is signed in, reading pages and sending their forms."""

    def __init__(self, world: World, person: PersonRecord) -> None:
        self.world = world
        self.secret, self.token = world.session_of(person)

    def get(self, path: str) -> httpx.Response:
        return self.world.client.get(path, headers={"Cookie": f"vaern_session={self.secret}"})

    def post(self, path: str, fields: Mapping[str, str | list[str]]) -> httpx.Response:
        return self.world.client.post(
            path,
            data={"csrf_token": self.token, **fields},
            headers={"Cookie": f"vaern_session={self.secret}"},
        )


def main_of(page: httpx.Response) -> str:
    assert page.status_code in {200, 422}, page.status_code
    found = re.search(r"<main.*?</main>", page.text, re.DOTALL)
    assert found is not None
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found.group()))


def test_a_case_is_restricted_with_a_reason_and_the_lawyer_is_shown_that_there_is_one(
    world: World,
) -> None:
    leader, lawyer = Browser(world, world.town.leader), Browser(world, world.town.lawyer)
    page = f"/cases/{world.number}/restriction"
    assert "Mette Leder" in main_of(leader.get(page))
    refused = leader.post(page, {"state": "restricted", "why": " "})
    assert refused.status_code == 422
    assert "begrundelse" in main_of(refused)

    assert leader.post(page, {"state": "restricted", "why": "En kollega er part."}).is_redirect
    assert lawyer.get(f"/cases/{world.number}").status_code == 404
    listed = lawyer.get("/cases").text
    assert f'href="/cases/{world.number}/glass"' in listed
    assert "Anna Holm" not in listed
    assert "Kun kredsen" in main_of(leader.get(f"/cases/{world.number}"))
    own = main_of(Browser(world, world.town.anna).get(f"/my-case/{world.number}/circle"))
    assert "En kollega er part." in own

    glass = f"/cases/{world.number}/glass"
    assert lawyer.get(glass).status_code == 200
    assert lawyer.post(glass, {"why": "Klage til tilsynet."}).is_redirect
    assert "Anna Holm" in main_of(lawyer.get(f"/cases/{world.number}"))
    assert lawyer.post(page, {"state": "open", "why": "Ikke længere nødvendigt."}).is_redirect
    assert_clean(world.installation)


def test_somebody_outside_the_circle_who_shuts_it_is_led_to_their_list(world: World) -> None:
    lawyer = Browser(world, world.town.lawyer)
    page = f"/cases/{world.number}/restriction"
    assert "Du er ikke selv i kredsen" in main_of(lawyer.get(page))
    answer = lawyer.post(page, {"state": "restricted", "why": "Efter klage."})
    assert answer.headers["location"] == "/cases"


def test_one_more_is_named_and_taken_off_and_the_workplace_itself_may_be(world: World) -> None:
    leader, bent = Browser(world, world.town.leader), world.town.bent
    page = f"/cases/{world.number}/concerned"
    for fields in ({"why": "x"}, {"concerned": f"person:{bent.id}"}):
        assert leader.post(page, fields).status_code == 422
    again = leader.post(page, {"concerned": f"person:{world.town.anna.id}", "why": "x"})
    assert again.status_code == 422
    for key in (f"person:{bent.id}", "all", f"unit:{world.town.library.id}"):
        assert leader.post(page, {"concerned": key, "why": "Samme opslag."}).is_redirect
    shown = main_of(leader.get(page))
    assert all(one in shown for one in ("Bent Lund", "Havn Kommune", "Biblioteket"))
    assert Browser(world, bent).get(f"/my-case/{world.number}").status_code == 200

    with world.installation.database.reading() as session:
        rows = {row.name: row.id for row in session.scalars(select(HarassedRecord))}
    removal = f"{page}/removal"
    for name, why in (("Bent Lund", " "), ("Anna Holm", "Fejl")):
        answer = leader.post(removal, {"named": str(rows[name]), "why": why})
        assert answer.status_code == 422
    assert leader.post(removal, {"named": str(rows["Bent Lund"]), "why": "Fejl"}).is_redirect
    assert "Bent Lund" not in main_of(leader.get(f"/cases/{world.number}"))
    assert_clean(world.installation)


def test_two_cases_become_one_and_the_old_number_leads_there(world: World) -> None:
    leader = Browser(world, world.town.leader)
    other = open_one(world.installation, world.town, world.time, harassed=[world.town.bent])
    page = f"/cases/{world.number}/merge"
    assert other in main_of(leader.get(page))
    assert "ingen sådan åben sag" in main_of(leader.get(f"{page}?into=2020-001"))
    assert "Bent Lund" in main_of(leader.get(f"{page}?into={other}"))
    assert leader.post(page, {"into": other, "why": ""}).status_code == 422
    assert leader.post(page, {"into": world.number, "why": "x"}).status_code == 422
    answer = leader.post(page, {"into": other, "why": "Samme profil."})
    assert answer.headers["location"] == f"/cases/{other}?said=merged"

    assert leader.get(f"/cases/{world.number}").headers["location"] == f"/cases/{other}"
    assert "Samme profil." in main_of(leader.get(f"/cases/{other}"))
    as_it_was = main_of(leader.get(f"/cases/{world.number}?as_it_was=1"))
    assert f"Fortsætter i {other}" in as_it_was
    assert "Ingen frister løber." in as_it_was  # they run on in the other
    assert other in main_of(Browser(world, world.town.anna).get(f"/my-case/{world.number}"))
    outside = Browser(world, world.town.other_leader)
    for number in (world.number, other):
        assert outside.get(f"/cases/{number}").status_code == 404
    assert_clean(world.installation)


def test_an_arrival_opens_a_case_of_the_workplace_itself(world: World) -> None:
    archivist = Browser(world, world.town.archivist)
    piece = arrival(world.installation, world.time)
    assert "Hele arbejdspladsen" in main_of(archivist.get("/triage"))
    answer = archivist.post(
        f"/triage/{piece}", {"answer": "new_case", "harassed": f"unit:{world.town.school.id}"}
    )
    assert answer.is_redirect
    with world.installation.database.reading() as session:
        case = session.scalars(select(CaseRecord).where(CaseRecord.number != world.number)).one()
        assert case.handler_id == world.town.other_leader.id
    shown = main_of(Browser(world, world.town.other_leader).get(f"/cases/{case.number}"))
    assert "Skolen" in shown
