"""The table of rights, read and changed by people in a browser; what changed holds everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from archive.records.exports import ExportRecord
from archive.records.people import PersonRecord
from service.access.people import add_token, open_session, principal_of, principal_of_token
from service.access.rights import Level
from service.access.sessions import holder_of
from service.casework.exporting.permitting import require_still
from service.casework.rights.changing import Ground, Wanted, change_right
from service.errors import RightEnded
from service.installation import Installation
from service.jobs.every_kind import make_engine
from service.web.dependencies import COOKIE
from tests.service.casework.cases.opened import assert_clean, employ, kinds, open_one
from tests.service.conftest import Time, Town
from tests.service.web.doors import application_of
from tests.service.web.matrix import browsing
from tests.service.web.world import World

OF_HR = "/rights/of/hr/case.see"
UNIT = "full-unit"


@dataclass
class Visitor:
    """Somebody's browser, signed in."""

    client: httpx.Client
    secret: str
    form_token: str

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path, headers={"Cookie": f"{COOKIE}={self.secret}"})

    def post(self, path: str, **fields: str | list[str]) -> httpx.Response:
        data = {"csrf_token": self.form_token, **fields}
        return self.client.post(path, data=data, headers={"Cookie": f"{COOKIE}={self.secret}"})


Visits = Callable[[PersonRecord], Visitor]


@pytest.fixture
def visits(installation: Installation, time: Time) -> Iterator[Visits]:
    with browsing(application_of(installation, make_engine(installation))) as client:

        def visit(person: PersonRecord) -> Visitor:
            with installation.database.writing() as session:
                return Visitor(client, *open_session(session, session.merge(person), time.now))

        yield visit


@pytest.fixture
def operator(installation: Installation, town: Town, time: Time) -> PersonRecord:
    return employ(installation, time, "Ole Drift", "operator", unit=town.centre, everywhere=True)


def test_what_opens_more_is_said_before_and_holds_when_somebody_else_has_agreed(
    installation: Installation, town: Town, time: Time, visits: Visits, operator: PersonRecord
) -> None:
    hr = employ(installation, time, "Hanne Hår", "hr", unit=town.library)
    number = open_one(installation, town, time)
    asking, looking = visits(operator), visits(hr)
    assert looking.get(f"/cases/{number}").status_code == 404

    meaning = asking.get(f"{OF_HR}/meaning?way={UNIT}")
    assert (meaning.status_code, "Må der åbnes for mere?" in meaning.text) == (200, True)
    before = kinds(installation)
    assert asking.post(OF_HR, way=UNIT).status_code == 422
    assert kinds(installation) == before
    sent = asking.post(OF_HR, way=UNIT, reason="HR følger fraværet.")
    assert sent.headers["location"] == "/rights/changes?said=asked"
    assert looking.get(f"/cases/{number}").status_code == 404

    answering = visits(town.lawyer)
    (path,) = re.findall(
        r'action="(/rights/changes/[^"]+/agree)"', answering.get("/rights/changes").text
    )
    for other in (asking, visits(operator), looking):
        assert path not in other.get("/rights/changes").text
        assert other.post(path).status_code == 403
    assert answering.post(path).headers["location"] == "/rights/changes?said=agreed"
    assert answering.post(path).status_code == 409
    assert looking.get(f"/cases/{number}").status_code == 200
    assert "som leveret:" in looking.get("/rights").text
    assert "HR følger fraværet." not in looking.get("/rights/changes").text
    assert "HR følger fraværet." in asking.get("/rights/changes").text
    assert_clean(installation)


def test_a_person_in_two_sessions_is_one_pair_of_eyes(
    town: Town, visits: Visits, installation: Installation
) -> None:
    one, two = visits(town.lawyer), visits(town.lawyer)
    one.post(OF_HR, way=UNIT, reason="HR følger fraværet.")
    page = two.get("/rights/changes").text
    assert "/agree" not in page
    (key,) = re.findall(r'action="/rights/changes/([^"/]+)/take-back"', page)

    assert two.post(f"/rights/changes/{key}/agree").status_code == 409
    assert "right.changed" not in kinds(installation)


def test_what_takes_away_holds_at_once_in_every_process(
    installation: Installation,
    open_again: Callable[[], Installation],
    town: Town,
    time: Time,
    visits: Visits,
) -> None:
    other = open_again()
    held = visits(town.archivist)
    with installation.database.writing() as session:
        token = add_token(
            session,
            name="program",
            role="archivist",
            unit_id=None,
            expires_at=time.now + timedelta(days=1),
            now=time.now,
            actor="system",
        )
    sent = visits(town.lawyer).post("/rights/of/archivist/triage.sort", reason="Andre sorterer.")
    assert sent.headers["location"] == "/rights/changes?said=changed"

    with other.database.reading() as session:
        long = timedelta(hours=1)
        found = holder_of(session, held.secret, other.rights, time.now, idle=long, whole=long)
        plain = principal_of(session, town.archivist, other.rights, time.now)
        program = principal_of_token(session, token, other.rights, time.now)
    for who in (found.who, plain, program):
        assert (who.may("triage.sort"), who.may("case.open")) == (False, True)
    assert held.get("/triage").status_code == 403


def test_a_bundle_that_is_under_way_ends_with_the_right_to_it(world: World) -> None:
    house, town, now = world.installation, world.town, world.time.now
    with house.database.reading() as session:
        export = session.scalars(select(ExportRecord.id)).one()
        lawyer = principal_of(session, town.lawyer, house.rights, now)

    def still() -> None:
        with house.database.reading() as session:
            require_still(session, town.leader.id, export, house.rights, now)

    still()
    with house.database.writing() as session:
        wanted = Wanted("evidence.export", "leader", (), "Juristen udleverer.")
        change_right(session, lawyer, wanted, Ground(house.rights, house.settings, now))
    with pytest.raises(RightEnded):
        still()


def test_what_cannot_be_is_refused_where_it_was_chosen(town: Town, visits: Visits) -> None:
    lawyer = visits(town.lawyer)

    for path, way, status, said in (
        (OF_HR, "full-street", 422, "Ingen rolle gør dette på den måde"),
        (OF_HR, "status-circle-invited", 409, "Sådan er det allerede"),
        ("/rights/of/operator/case.see", UNIT, 409, "Det er fast"),
        ("/rights/of/hr/case.step", UNIT, 409, "giver kun mening sammen med"),
    ):
        answer = lawyer.get(f"{path}/meaning?way={way}")
        assert (answer.status_code, said in answer.text) == (status, True), (path, way)
        assert lawyer.post(path, way=way, reason="Ja.").status_code == status
    assert lawyer.get("/rights/of/hr/case.fly").status_code == 404
    assert lawyer.get("/rights/of/nobody/case.see").status_code == 404


def test_a_program_reads_the_table_and_cannot_change_it(
    installation: Installation, town: Town, time: Time, visits: Visits
) -> None:
    visits(town.lawyer).post(OF_HR, reason="HR hører det af lederen.")
    with installation.database.writing() as session:
        token = add_token(
            session,
            name="program",
            role="lawyer",
            unit_id=None,
            expires_at=time.now + timedelta(days=1),
            now=time.now,
            actor="system",
        )
    client = visits(town.bent).client
    bearer = {"Authorization": f"Bearer {token}"}

    told = client.get("/api/v1/rights", headers=bearer).json()
    (changed,) = [one for one in told["rights"] if one["changed"]]
    assert (changed["action"], changed["role"], changed["ways"]) == ("case.see", "hr", [])
    assert changed["shipped"][0]["level"] == Level.STATUS
    assert {one["fixed"] for one in told["rights"] if one["role"] == "employee"} == {"everyone"}
    assert client.post("/api/v1/rights", headers=bearer).status_code == 405
    assert client.post(OF_HR, data={"reason": "x"}, headers=bearer).status_code == 303
