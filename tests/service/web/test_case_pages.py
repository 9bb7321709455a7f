"""The pages around a case: answering a wish, paging by plain links, as few queries as before."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import event, select

from archive.database import Database
from archive.intake.receive import About, Envelope
from archive.records.cases import CaseRecord
from archive.records.evidence import EvidenceRecord
from archive.records.people import PersonRecord
from service.access.people import open_session
from service.access.principal import Principal
from service.casework.cases.opening import join_evidence
from service.casework.cases.telling import WISH, tell
from service.installation import Installation
from service.jobs.every_kind import make_engine
from service.jobs.reading import READING
from service.web.dependencies import COOKIE
from tests.service.casework.cases.opened import open_one
from tests.service.conftest import Time, Town
from tests.service.jobs.following import work_off
from tests.service.web.doors import application_of
from tests.service.web.matrix import browsing

WORDS = "Jeg vil helst ikke have, at mit team hører om det."
BECAUSE = "Vi siger det kun til Ada, for hun skal passe telefonen."


@dataclass
class Visitor:
    """Whoever looks at pages as a browser does, and how many statements the last one took."""

    installation: Installation
    client: httpx.Client
    time: Time
    statements: int = 0

    def look(self, person: PersonRecord, path: str) -> httpx.Response:
        cookie, _ = self._signed_in(person)
        self.statements = 0
        return self.client.get(path, headers=cookie)

    def send(self, person: PersonRecord, path: str, **fields: str) -> httpx.Response:
        cookie, token = self._signed_in(person)
        return self.client.post(path, data={**fields, "csrf_token": token}, headers=cookie)

    def count(self, *_: object) -> None:
        self.statements += 1

    def count_on(self, database: Database) -> None:
        """Count what reaches the database, by whichever way it is asked."""

        def trace(driver: Any, *_: object) -> None:
            driver.set_trace_callback(self.count)

        if database.is_sqlite:
            event.listen(database.read_only_engine, "checkout", trace)
        else:
            event.listen(database.read_only_engine, "before_cursor_execute", self.count)

    def _signed_in(self, person: PersonRecord) -> tuple[dict[str, str], str]:
        with self.installation.database.writing() as session:
            secret, token = open_session(session, session.merge(person), self.time.now)
        return {"Cookie": f"{COOKIE}={secret}"}, token


@pytest.fixture
def visitor(installation: Installation, time: Time) -> Iterator[Visitor]:
    engine = make_engine(installation)
    app = application_of(installation, engine)
    with browsing(app) as client:
        one = Visitor(installation, client, time)
        one.count_on(installation.database)
        yield one
    engine.stop(5)


def keep(installation: Installation, town: Town, time: Time, number: str, count: int) -> UUID:
    for place in range(count):
        receiving = installation.intake.begin()
        receiving.write(f"Trussel {place} {time.now}".encode())
        about = About(kind="upload", filename=f"trussel-{place}.txt", unit_id=town.library.id)
        kept = installation.intake.register(
            receiving.finish(), about, Envelope("web", f"person:{town.anna.id}"), time.now
        )
        with installation.database.writing() as session:
            case = session.scalars(select(CaseRecord).where(CaseRecord.number == number)).one()
            row = session.get_one(EvidenceRecord, kept.id)
            join_evidence(session, case, row, time.now, "system")
        time.pass_by(timedelta(seconds=1))
    last: UUID = kept.id
    return last


def test_a_wish_is_answered_by_the_leader_and_read_by_the_employee(
    installation: Installation,
    town: Town,
    time: Time,
    asks: Callable[[PersonRecord], Principal],
    visitor: Visitor,
) -> None:
    number = open_one(installation, town, time)
    wish = tell(installation, asks(town.anna), number, WORDS, kind=WISH, now=time.now).id
    work_off(installation, READING)
    path = f"/cases/{number}/wishes/{wish}"

    for page in (f"/cases/{number}", "/", f"/cases/{number}/close"):
        assert path in visitor.look(town.leader, page).text, page
    asked = visitor.look(town.leader, path).text
    assert WORDS not in asked  # hidden until asked for, as all that was told
    assert visitor.look(town.archivist, f"/cases/{number}").text.count(path) == 0
    for person, status in ((town.archivist, 403), (town.anna, 403), (town.other_leader, 404)):
        assert visitor.look(person, path).status_code == status

    refused = visitor.send(town.leader, path, answer="partly", reason=" ")
    assert (refused.status_code, "checked" in refused.text) == (422, True)
    assert visitor.send(town.leader, path, answer="partly", reason=BECAUSE).status_code == 303

    assert f'href="{path}"' not in visitor.look(town.leader, "/").text
    mine = visitor.look(town.anna, f"/my-case/{number}").text
    for told in (WORDS, BECAUSE, "Mette Leder", "Ja, delvist"):
        assert told in mine, told
    assert BECAUSE not in visitor.look(town.archivist, f"/cases/{number}").text


def test_an_address_that_names_nothing_is_not_called_a_form(town: Town, visitor: Visitor) -> None:
    mistyped = visitor.look(town.leader, "/evidence/D-0001")

    assert (mistyped.status_code, "Her er ikke noget" in mistyped.text) == (404, True)


def test_a_wish_stands_on_today_however_much_is_past_its_deadline(
    installation: Installation,
    town: Town,
    time: Time,
    asks: Callable[[PersonRecord], Principal],
    visitor: Visitor,
) -> None:
    numbers = [open_one(installation, town, time) for _ in range(6)]
    time.pass_by(timedelta(days=30))
    wish = tell(installation, asks(town.anna), numbers[3], WORDS, kind=WISH, now=time.now).id

    today = visitor.look(town.leader, "/").text
    assert today.count('class="v-card v-task') == 12
    assert f"/cases/{numbers[3]}/wishes/{wish}" in today


def test_plain_links_lead_through_every_piece_of_a_case(
    installation: Installation, town: Town, time: Time, visitor: Visitor
) -> None:
    number = open_one(installation, town, time)
    keep(installation, town, time, number, 53)

    for person, first, row, screens in (
        (town.anna, f"/my-case/{number}", 'id="piece-', 6),
        (town.leader, f"/cases/{number}", 'href="/evidence/', 2),
        (town.leader, f"/cases/{number}?tab=timeline", "Dokumentation blev lagt til sagen", 2),
    ):
        path = first
        rows: list[int] = []
        while path and len(rows) < screens + 1:
            text = visitor.look(person, path).text
            rows.append(text.count(row))
            link = re.search(r'href="([^"#]+)[^"]*">Vis ældre', text)
            path = link[1].replace("&amp;", "&") if link else ""
        assert (sum(rows), len(rows)) == (53, screens), first


def test_no_page_asks_the_database_more_for_many_rows_than_for_few(
    installation: Installation, town: Town, time: Time, visitor: Visitor
) -> None:
    number = open_one(installation, town, time)
    keep(installation, town, time, number, 1)
    pages = [
        (town.leader, "/"),
        (town.leader, "/cases"),
        (town.leader, f"/cases/{number}"),
        (town.leader, f"/cases/{number}?tab=timeline"),
        (town.leader, "/evidence"),
        (town.anna, f"/my-case/{number}"),
    ]

    def taken() -> list[int]:
        found = []
        for person, path in pages:
            visitor.look(person, path)  # the first look fills what is kept for good
            assert visitor.look(person, path).status_code == 200, path
            found.append(visitor.statements)
        return found

    few = taken()
    for _ in range(12):
        open_one(installation, town, time)
    keep(installation, town, time, number, 15)

    assert taken() == few
