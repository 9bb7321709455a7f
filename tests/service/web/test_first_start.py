"""The first start over real HTTP: what is asked, what is refused, and that it happens once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from archive.records.people import CredentialRecord, PersonRecord, UnitRecord
from service.access.first_start import make_first_link
from service.installation import Installation
from service.jobs.every_kind import make_engine
from service.settings import Settings
from service.web.dependencies import COOKIE
from tests.service.casework.cases.opened import assert_clean
from tests.service.conftest import Time
from tests.service.provider import Town as Provider
from tests.service.web.doors import application_of
from tests.service.web.matrix import browsing
from tests.service.web.provider_way import Way, opened

PASSWORD = "fire ord sat sammen"
TYPED = {
    "municipality": " Havn   Kommune ",
    "units": "Biblioteket\r\n  Skolen \r\n\r\nBIBLIOTEKET\r\n",
    "archive_address": "arkiv@havn.example",
    "name": "Karen Fuglsang",
    "email": "Karen@havn.example",
    "password": PASSWORD,
}


@dataclass
class Start:
    """A service where nobody is yet, and a browser before it that holds the printed link."""

    house: Installation
    client: httpx.Client
    path: str

    def begin(self, **typed: str) -> httpx.Response:
        return self.client.post(self.path, data={**TYPED, **typed})

    def people(self) -> list[PersonRecord]:
        with self.house.database.reading() as session:
            query = select(PersonRecord).order_by(PersonRecord.sealed)
            return list(session.scalars(query))


@contextmanager
def starting(installation: Installation, time: Time, **settings: Any) -> Iterator[Start]:
    plain = Settings(
        data=installation.data, database_url=installation.settings.database_url, **settings
    )
    house = replace(installation, settings=plain, on_named=[])
    engine = make_engine(house)
    with house.database.writing() as session:
        secret = make_first_link(session, time.now)
    with browsing(application_of(house, engine)) as client:
        client.headers["Accept-Language"] = "en"
        yield Start(house, client, f"/first-start/{secret}")
    engine.stop(5)


@pytest.fixture
def start(installation: Installation, time: Time) -> Iterator[Start]:
    with starting(installation, time) as begun:
        yield begun


def test_it_begins_once_and_its_first_person_signs_in(start: Start) -> None:
    page = start.client.get(start.path)
    assert page.status_code == 200
    assert start.people() == [], "looking uses nothing up and makes nobody"
    assert "Nobody is here yet" in start.client.get("/sign-in").text

    done = start.begin()
    assert done.status_code == 200
    assert "paper for the safe" in done.text
    assert COOKIE not in done.cookies
    assert [(one.name, one.email, one.sealed) for one in start.people()] == [
        ("Karen Fuglsang", "karen@havn.example", False),
        ("Den forseglede konto", None, True),
    ]
    with start.house.database.reading() as session:
        units = {one.name for one in session.scalars(select(UnitRecord))}
    assert units == {"Biblioteket", "Skolen"}
    assert start.house.settings.municipality == "Havn Kommune"

    for answer in (start.client.get(start.path), start.begin(email="anden@havn.example")):
        assert answer.status_code == 410
        assert "The link has been used" in answer.text
    assert len(start.people()) == 2
    entered = start.client.post(
        "/sign-in", data={"email": "karen@havn.example", "password": PASSWORD}
    )
    assert (entered.status_code, COOKIE in entered.cookies) == (303, True)
    assert "Havn Kommune" in start.client.get("/organisation").text
    assert_clean(start.house)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("municipality", "  "),
        ("municipality", "x" * 201),
        ("archive_address", "arkiv"),
        ("archive_address", "arkiv@ærø.example"),
        ("units", "x" * 201),
        ("units", "\n".join(str(one) for one in range(501))),
        ("name", ""),
        ("email", "karen"),
        ("password", "elleve tegn"),
    ],
)
def test_what_cannot_be_used_is_named_and_what_was_typed_stays(
    start: Start, field: str, typed: str
) -> None:
    answer = start.begin(**{field: typed})

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert field == "email" or "Karen@havn.example" in answer.text
    assert PASSWORD not in answer.text
    assert start.people() == []
    assert start.begin().status_code == 200, "the link has not been used up"


def test_a_link_that_nobody_printed_opens_nothing(start: Start) -> None:
    for path in ("/first-start/x", f"{start.path}x"):
        for answer in (start.client.get(path), start.client.post(path, data=TYPED)):
            assert answer.status_code == 410
            assert "prints a new link" in answer.text
    assert start.people() == []


def test_another_sites_page_begins_nothing(start: Start) -> None:
    answer = start.client.post(start.path, data=TYPED, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert start.people() == []


def test_what_is_set_is_not_asked_for_and_stands(installation: Installation, time: Time) -> None:
    said = {"municipality": "Fjord Kommune", "archive_address": "arkiv@fjord.example"}
    with starting(installation, time, **said) as start:
        page = start.client.get(start.path).text
        assert "Fjord Kommune" in page
        assert 'name="municipality"' not in page
        assert 'name="archive_address"' not in page
        assert start.begin(municipality="", archive_address="").status_code == 200
        assert start.house.settings.municipality == "Fjord Kommune"


def test_where_a_provider_signs_people_in_the_first_person_has_no_password_and_comes_by_it(
    installation: Installation, time: Time, provider: Provider
) -> None:
    with opened(installation, provider, oidc_make_people=True) as way:
        early = way.enter()
        assert (early.status_code, COOKIE in early.cookies) == (403, False)
        assert "Nobody is here yet" in early.text
        with installation.database.reading() as session:
            assert session.scalars(select(PersonRecord)).all() == [], "nobody comes in before"
        with installation.database.writing() as session:
            path = f"/first-start/{make_first_link(session, time.now)}"
        page = way.client.get(path).text
        assert 'name="password"' not in page
        _begun(way, path, str(provider.person["email"]))

        entered = way.enter()
        assert (entered.status_code, COOKIE in entered.cookies) == (303, True)
        assert way.client.get("/organisation").status_code == 200
    with installation.database.reading() as session:
        assert session.scalars(select(CredentialRecord)).all() == []


def _begun(way: Way, path: str, mail: str) -> None:
    typed = {name: value for name, value in TYPED.items() if name != "password"}
    answer = way.client.post(path, data={**typed, "email": mail})
    assert answer.status_code == 200, answer.text
