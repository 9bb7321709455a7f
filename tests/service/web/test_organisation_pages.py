"""The organisation's pages over real HTTP: a file shown and made, changes by hand, one's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from archive.records.organisation import AbsenceRecord, ImportDraftRecord
from archive.records.people import PersonRecord, RoleRecord, UnitRecord
from service.access.people import add_unit
from service.casework.organisation.drafts import KEPT, forget_drafts
from service.installation import Installation
from tests.service.casework.cases.opened import assert_clean, employ, kinds
from tests.service.conftest import Time, Town
from tests.service.web.doors import Doors, open_doors

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FILE = (
    "Medarbejdernr;Navn;E-mail;Enhed;Overenhed;Rolle\n"
    "1;Anna Holm;anna@kommune.example;Biblioteket;;\n"
    "2;Nye Nånna;nanna@kommune.example;Musikskolen;Center for Kultur;leder\n"
    "3;Uden Mail;forkert;Musikskolen;;\n"
)


@dataclass(frozen=True)
class Browser:
    """One who is signed in, and sends forms as the pages do."""

    doors: Doors
    cookie: dict[str, str]
    token: str

    def get(self, path: str) -> httpx.Response:
        return self.doors.client.get(path, headers=self.cookie)

    def post(self, path: str, **fields: object) -> httpx.Response:
        data = {"csrf_token": self.token, **fields}
        return self.doors.client.post(path, headers=self.cookie, data=data)

    def bring_in(self, content: bytes, **fields: str) -> httpx.Response:
        typed = {"csrf_token": self.token, **fields}
        parts: list[Any] = [(name, (None, value)) for name, value in typed.items()]
        files = [*parts, ("files", ("folk.csv", content, "text/csv"))]
        return self.doors.client.post("/organisation/import", headers=self.cookie, files=files)


@pytest.fixture
def doors(installation: Installation, town: Town, time: Time) -> Iterator[Doors]:
    with open_doors(installation, town, time) as opened:
        yield opened


@pytest.fixture
def operator(doors: Doors) -> PersonRecord:
    town = doors.town
    return employ(doors.installation, doors.time, "Dorte Drift", "operator", unit=town.centre)


@pytest.fixture
def drift(doors: Doors, operator: PersonRecord) -> Browser:
    return Browser(doors, *doors.sign_in(operator))


def plan_in(page: httpx.Response) -> str:
    found = re.search(r'name="plan" value="(\w+)"', page.text)
    assert found is not None, page.text
    return found[1]


def person(doors: Doors, name: str) -> PersonRecord:
    with doors.installation.database.reading() as session:
        return session.scalars(select(PersonRecord).where(PersonRecord.name == name)).one()


def drafts(doors: Doors) -> int:
    with doors.installation.database.reading() as session:
        return session.scalar(select(func.count()).select_from(ImportDraftRecord)) or 0


def test_a_file_is_shown_and_then_made_and_the_draft_is_gone(drift: Browser) -> None:
    before = kinds(drift.doors.installation)
    sent = drift.bring_in(FILE.encode("cp1252"))
    assert sent.status_code == 303
    shown = drift.get(sent.headers["location"])

    assert "Nye Nånna" in shown.text
    assert "forkert" in shown.text
    assert "Linje 4" in shown.text
    assert kinds(drift.doors.installation)[len(before) :] == [], "looking changes nothing"
    made = drift.post(sent.headers["location"], plan=plan_in(shown))
    assert made.headers["location"] == "/organisation?said=imported"
    assert person(drift.doors, "Nye Nånna").by_file
    assert drafts(drift.doors) == 0
    assert drift.get(sent.headers["location"]).status_code == 404
    assert_clean(drift.doors.installation)


def test_a_plan_that_holds_no_longer_is_shown_again_and_not_made(
    drift: Browser, time: Time
) -> None:
    sent = drift.bring_in(FILE.encode())
    plan = plan_in(drift.get(sent.headers["location"]))
    with drift.doors.installation.database.writing() as session:
        add_unit(session, "Musikskolen", time.now, actor="system")

    again = drift.post(sent.headers["location"], plan=plan)

    assert again.status_code == 409
    assert "Intet er gjort" in again.text
    assert plan_in(again) != plan
    made = drift.post(sent.headers["location"], plan=plan_in(again))
    assert made.headers["location"] == "/organisation?said=imported"


def test_a_file_waits_for_its_sender_alone_and_for_an_hour(
    doors: Doors, drift: Browser, town: Town, time: Time
) -> None:
    path = drift.bring_in(FILE.encode()).headers["location"]
    other = employ(doors.installation, time, "Oda Også", "operator", unit=town.centre)

    assert Browser(doors, *doors.sign_in(other)).get(path).status_code == 404
    drift.bring_in(FILE.encode())
    assert (drafts(doors), drift.get(path).status_code) == (1, 404), "the newest alone waits"
    time.pass_by(KEPT)
    with doors.installation.database.writing() as session:
        forget_drafts(session, time.now)
    assert drafts(doors) == 0


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04not a table", b"hverken;eller\n1;2\n"])
def test_a_file_that_says_nothing_is_refused_with_plain_words(
    drift: Browser, content: bytes
) -> None:
    answer = drift.bring_in(content)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert drafts(drift.doors) == 0


def test_the_operator_cannot_make_themselves_anything_by_a_file(
    drift: Browser, operator: PersonRecord
) -> None:
    path = drift.bring_in(
        f"navn;e-mail;rolle;rolleenhed\nDorte Drift;{operator.email};jurist;*\n".encode()
    ).headers["location"]
    shown = drift.get(path)

    assert "Dorte Drift er dig selv" in shown.text
    assert 'name="plan"' not in shown.text


def test_whoever_belongs_to_no_unit_works_here_too(drift: Browser) -> None:
    def working() -> int:
        said = re.search(r"(\d+) personer arbejder her", drift.get("/organisation").text)
        assert said is not None
        return int(said[1])

    before = working()
    answer = drift.post("/organisation/people", name="Uden Enhed", email="uden@kommune.example")
    assert answer.status_code == 303
    assert working() == before + 1


def test_units_and_people_are_added_changed_and_let_go_by_hand(
    doors: Doors, drift: Browser
) -> None:
    made = drift.post("/organisation/units", name="Havnen", parent=str(doors.town.centre.id))
    assert made.headers["location"] == "/organisation?said=unit_added"
    assert drift.post("/organisation/units", name="Havnen").status_code == 422
    with doors.installation.database.reading() as session:
        unit = session.scalars(select(UnitRecord).where(UnitRecord.name == "Havnen")).one()
    path = f"/organisation/units/{unit.id}"
    assert "said=unit_changed" in drift.post(path, name="Havn", number="77").headers["location"]
    centre = f"/organisation/units/{doors.town.centre.id}"
    below = drift.post(centre, name="Center for Kultur", parent=str(doors.town.library.id))
    assert "said=in_itself" in below.headers["location"]
    assert "said=in_use" in drift.post(f"{centre}/end").headers["location"]

    added = drift.post(
        "/organisation/people", name="Hans Havn", email="Hans@kommune.example", unit=str(unit.id)
    )
    assert "said=person_invited" in added.headers["location"]
    hans = person(doors, "Hans Havn")
    page = f"/organisation/people/{hans.id}"
    assert (
        drift.post("/organisation/people", name="H", email="hans@kommune.example").status_code
        == 422
    )
    given = drift.post(f"{page}/roles", role="leader", where=str(unit.id), last="2027-03-01")
    assert "said=role_given" in given.headers["location"]
    drift.post(f"{page}/roles", role="leader", where=str(unit.id), last="2027-02-20")
    shown = drift.get(page).text
    assert "1. marts 2027" in shown
    assert "hans@kommune.example" in shown
    with doors.installation.database.reading() as session:
        held = session.scalars(select(RoleRecord).where(RoleRecord.person_id == hans.id)).one()
    assert "role_ended" in drift.post(f"/organisation/roles/{held.id}/end").headers["location"]
    his = Browser(doors, *doors.sign_in(hans))
    assert his.get("/my-absence").status_code == 200
    assert "said=person_ended" in drift.post(f"{page}/end").headers["location"]
    assert his.get("/my-absence").status_code == 303
    assert "said=person_back" in drift.post(f"{page}/back").headers["location"]
    assert "Hans Havn" in drift.get("/organisation/people?q=hans").text
    assert_clean(doors.installation)


def test_nobody_gives_themselves_a_role_or_another_address(
    doors: Doors, drift: Browser, operator: PersonRecord
) -> None:
    page = f"/organisation/people/{operator.id}"
    before = kinds(doors.installation)
    with doors.installation.database.reading() as session:
        held = session.scalars(select(RoleRecord).where(RoleRecord.person_id == operator.id)).one()
    for path, fields in (
        (f"{page}/roles", {"role": "lawyer", "where": "everywhere"}),
        (f"{page}/end", {}),
        (page, {"name": "Dorte Drift", "email": "anden@kommune.example"}),
        (f"/organisation/roles/{held.id}/end", {}),
    ):
        answer = drift.post(path, **fields)
        assert "said=not_oneself" in answer.headers["location"]
    assert "lawyer" not in drift.get(page).text
    assert kinds(doors.installation) == before


def test_one_says_oneself_when_one_is_away_and_who_stands_in(doors: Doors) -> None:
    anna = Browser(doors, *doors.sign_in(doors.town.anna))

    assert anna.post("/my-absence", first="2027-02-08", last="2027-02-12").status_code == 303
    late = anna.post("/my-absence", first="2027-02-08", last="2027-02-07")
    nobody = anna.post("/my-absence/deputy", first="2027-02-08", email="ingen@x.dk")
    assert (late.status_code, nobody.status_code) == (422, 422)
    assert "ingen@x.dk" in nobody.text
    named = anna.post("/my-absence/deputy", first="2027-02-08", email="bent@kommune.example")
    assert named.status_code == 303
    page = anna.get("/my-absence").text
    for said in ("8. februar", "12. februar", "Bent Lund"):
        assert said in page
    with doors.installation.database.reading() as session:
        away = session.scalars(select(AbsenceRecord)).one()
    # From midnight to midnight here: 23:00 UTC in winter.
    assert (away.since.hour, away.until and away.until.day, away.until and away.until.hour) == (
        23,
        12,
        23,
    )
    bent = Browser(doors, *doors.sign_in(doors.town.bent))
    assert bent.post(f"/my-absence/{away.id}/end").status_code == 404
    assert anna.post(f"/my-absence/{away.id}/end").status_code == 303


def test_the_duty_list_is_kept_and_says_when_nobody_is_on_duty(drift: Browser) -> None:
    line = {
        "email": "anna@kommune.example",
        "begins": "16:00",
        "ends": "08:00",
        "first": "2027-02-01",
    }
    assert drift.post("/organisation/duty", **line, days=["1", "2"]).status_code == 303
    assert drift.post("/organisation/duty", **{**line, "email": "ingen@x.dk"}).status_code == 422
    assert drift.post("/organisation/duty", **line, last="2027-01-01").status_code == 422
    assert drift.post("/organisation/duty", **line, days=["8"]).status_code == 422

    page = drift.get("/organisation/duty").text

    assert "16.00–08.00, mandag, tirsdag" in page
    assert "Her mangler en vagt de næste syv dage" in page
    assert "Ingen er på vagt nu" in drift.get("/organisation").text
    found = re.search(r'action="(/organisation/duty/[\w-]+/end)"', page)
    assert found is not None
    assert drift.post(found[1]).status_code == 303
    assert "16.00–08.00" not in drift.get("/organisation/duty").text


def test_a_file_with_nicknames_says_where_they_are_brought_in(drift: Browser) -> None:
    content = "Navn;E-mail;Enhed;Kaldenavn\nNye Nånna;nanna@kommune.example;Skolen;Nanne\n"
    sent = drift.bring_in(content.encode())

    assert "Navne i opslag med den samme fil" in drift.get(sent.headers["location"]).text
