"""Names in posts over real HTTP: by hand, and a file shown and made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from archive.records.people import PersonRecord, RosterRecord
from service.installation import Installation
from tests.service.casework.cases.opened import assert_clean, employ, kinds
from tests.service.conftest import Time, Town
from tests.service.web.doors import Doors, open_doors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def doors(installation: Installation, town: Town, time: Time) -> Iterator[Doors]:
    with open_doors(installation, town, time) as opened:
        yield opened


class Browser:
    """One who is signed in, and sends forms as the pages do."""

    def __init__(self, doors: Doors, person: PersonRecord) -> None:
        self.doors = doors
        self.cookie, self.token = doors.sign_in(person)

    def get(self, path: str) -> httpx.Response:
        return self.doors.client.get(path, headers=self.cookie)

    def post(self, path: str, **fields: str) -> httpx.Response:
        data = {"csrf_token": self.token, **fields}
        return self.doors.client.post(path, headers=self.cookie, data=data)

    def bring_in(self, content: bytes, **fields: str) -> httpx.Response:
        typed = {"csrf_token": self.token, **fields}
        parts: list[Any] = [(name, (None, value)) for name, value in typed.items()]
        files = [*parts, ("files", ("navne.csv", content, "text/csv"))]
        return self.doors.client.post("/roster/import", headers=self.cookie, files=files)


@pytest.fixture
def sanne(doors: Doors, town: Town, time: Time) -> Browser:
    person = employ(doors.installation, time, "Sanne Side", "page_team", unit=town.centre)
    return Browser(doors, person)


def rows(doors: Doors) -> list[RosterRecord]:
    with doors.installation.database.reading() as session:
        return list(session.scalars(select(RosterRecord).order_by(RosterRecord.name)))


def plan_in(page: httpx.Response) -> str:
    found = re.search(r'name="plan" value="(\w+)"', page.text)
    assert found is not None, page.text
    return found[1]


def test_a_name_is_added_changed_ended_brought_back_and_deleted(sanne: Browser) -> None:
    sent = sanne.post("/roster", name="Vilma  Vikar", nicknames="Vikkeren\r\nVik", titles="vikar")
    assert sent.headers["location"] == "/roster?said=roster_added"
    assert "også kaldt Vikkeren, Vik" in sanne.get("/roster").text
    assert sanne.post("/roster", name="Vilma Vikar").status_code == 422
    assert sanne.post("/roster", name="12345").status_code == 422
    (row,) = rows(sanne.doors)
    place = f"/roster/entries/{row.id}"
    assert sanne.post(place, name="Vilma Vik", nicknames="Vik").status_code == 303
    assert sanne.post(place, name="--").status_code == 422
    for act, seen in (("end", "Kendes til og med"), ("back", "Lad Vilma Vik fratræde")):
        assert sanne.post(f"{place}/{act}").status_code == 303
        assert seen in sanne.get(place).text, act
    assert sanne.post(f"{place}/remove").status_code == 303
    assert sanne.get(place).status_code == 404
    assert_clean(sanne.doors.installation)


def test_one_of_ours_is_searched_for_and_named(sanne: Browser, town: Town) -> None:
    found = sanne.get("/roster").text
    assert town.anna.name not in found
    found = sanne.get(f"/roster?q={town.anna.name[:6]}").text
    assert f"/roster/people/{town.anna.id}" in found
    assert sanne.post(f"/roster/people/{town.anna.id}", nicknames="Bogormen").status_code == 303
    (row,) = rows(sanne.doors)
    shown = sanne.get(f"/roster/entries/{row.id}")
    assert shown.headers["location"] == f"/roster/people/{town.anna.id}"
    assert "Bogormen" in sanne.get("/roster").text


def test_a_file_is_shown_and_exactly_that_is_made(sanne: Browser) -> None:
    before = len(kinds(sanne.doors.installation))
    sent = sanne.bring_in("Navn;Kaldenavn\nPer Præst;Pastoren\n123;\n".encode("cp1252"))
    place = sent.headers["location"]
    shown = sanne.get(place)
    assert "Pastoren" in shown.text
    assert "Linje 3" in shown.text
    assert len(kinds(sanne.doors.installation)) == before, "looking changes nothing"
    sanne.post("/roster", name="Per Præst")
    again = sanne.post(place, plan=plan_in(shown))
    assert again.status_code == 409
    assert sanne.post(place, plan=plan_in(again)).headers["location"] == "/roster?said=imported"
    (row,) = rows(sanne.doors)
    assert row.nicknames == ["Pastoren"]
    assert sanne.get(place).status_code == 404
    assert sanne.bring_in(b"").status_code == 422
    assert sanne.bring_in(b"alder\n4\n").status_code == 422
    assert_clean(sanne.doors.installation)


def test_a_draft_of_the_organisation_is_no_draft_of_names_nor_anybody_elses(
    sanne: Browser, town: Town, time: Time
) -> None:
    doors = sanne.doors
    both = employ(doors.installation, time, "Dorte Drift", "operator", unit=town.centre)
    dorte = Browser(doors, both)
    place = dorte.bring_in(b"navn\nPer Pilot\n").headers["location"]
    assert dorte.get(place).status_code == 200
    assert sanne.get(place).status_code == 404
    assert dorte.get(place.replace("/roster/", "/organisation/")).status_code == 404


def test_who_only_sees_gets_no_form_and_who_does_not_see_nothing(
    doors: Doors, town: Town, sanne: Browser
) -> None:
    sanne.post("/roster", name="Vilma Vikar", nicknames="Vikkeren")
    lawyer, leader = Browser(doors, town.lawyer), Browser(doors, town.leader)
    (row,) = rows(doors)
    for path in ("/roster", f"/roster/entries/{row.id}"):
        page = lawyer.get(path).text
        assert "Vikkeren" in page
        assert 'name="nicknames"' not in page
        assert leader.get(path).status_code == 403
    assert lawyer.post("/roster", name="X Y").status_code == 403
