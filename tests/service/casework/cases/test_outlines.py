"""The safety representative sees how far cases are, and of whom never a word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from archive.records.people import PersonRecord
from service.access.endings import end_person
from service.access.people import add_unit, open_session
from service.access.principal import Principal
from service.casework.cases import outlines as module
from service.casework.cases.outlines import outlines
from service.installation import Installation
from service.jobs.every_kind import make_engine
from service.web.dependencies import COOKIE
from tests.service.casework.cases.opened import employ, end_every_step, open_one
from tests.service.conftest import Time, Town
from tests.service.web.doors import application_of
from tests.service.web.matrix import browsing

Asks = Callable[[PersonRecord], Principal]
FEW = 3


def seen(one: Installation, who: Principal, time: Time, **more: object) -> tuple[list[str], int]:
    with one.database.reading() as session:
        found = outlines(session, who, time.now, smallest=FEW, **more)  # type: ignore[arg-type]  # what a test asks for
    return [case.number for case in found.shown], found.hidden


def test_a_representative_sees_the_cases_of_their_units_and_of_no_other(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    own = employ(installation, time, "Asta Amr", "amr", unit=town.library)
    above = employ(installation, time, "Birk Amr", "amr", unit=town.centre)
    chief = employ(installation, time, "Cora Amr", "amr", unit=town.school, everywhere=True)
    for name in ("Dan To", "Eva Tre"):
        employ(installation, time, name, unit=town.library)
        employ(installation, time, f"{name} S", unit=town.school)
    here = open_one(installation, town, time)
    there = open_one(installation, town, time, unit=town.school)

    assert seen(installation, asks(own), time) == ([here], 0)
    assert seen(installation, asks(chief), time)[0] in ([there, here], [here, there])
    assert here in seen(installation, asks(above), time)[0]
    assert seen(installation, asks(town.leader), time) == ([], 0), "a leader has another page"


def test_of_a_small_unit_only_the_number_of_cases_is_told(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    with installation.database.writing() as session:
        hut = add_unit(session, "Hytten", time.now, parent=town.library.id, actor="system")
    amr = employ(installation, time, "Asta Amr", "amr", unit=hut)
    others = [employ(installation, time, name, unit=hut) for name in ("Bo Et", "Ib To")]
    number = open_one(installation, town, time, unit=hut)
    assert seen(installation, asks(amr), time) == ([number], 0)

    with installation.database.writing() as session:
        end_person(session, session.merge(others[0]), time.now, actor="system")

    assert seen(installation, asks(amr), time) == ([], 1)


def test_the_list_goes_on_where_it_ended_and_the_closed_stand_apart(
    installation: Installation,
    town: Town,
    time: Time,
    asks: Asks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    amr = employ(installation, time, "Asta Amr", "amr", unit=town.library)
    for name in ("Bo Et", "Ib To", "Uno Tre"):
        employ(installation, time, name, unit=town.library)
    numbers = []
    for _ in range(3):
        numbers.append(open_one(installation, town, time))
        time.pass_by(timedelta(minutes=1))
    with installation.database.reading() as session:
        first = outlines(session, asks(amr), time.now, smallest=FEW)

    assert [case.number for case in first.shown] == numbers[:0:-1]
    assert seen(installation, asks(amr), time, before=first.next) == (numbers[:1], 0)
    assert seen(installation, asks(amr), time, closed=True) == ([], 0)


def test_the_page_names_nobody(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    amr = employ(installation, time, "Asta Amr", "amr", unit=town.library)
    for number in range(5):
        employ(installation, time, f"{number}. Ansat", unit=town.library)
    case = open_one(installation, town, time)
    end_every_step(installation, asks(town.leader), case, time)
    app = application_of(installation, make_engine(installation))

    with browsing(app) as client:

        def look(person: PersonRecord) -> httpx.Response:
            with installation.database.writing() as session:
                secret, _ = open_session(session, session.merge(person), time.now)
            return client.get("/safety", headers={"Cookie": f"{COOKIE}={secret}"})

        page, refused = look(amr), look(town.leader)

    assert page.status_code == 200
    assert case in page.text
    for name in (town.anna.name, town.leader.name, "Øvelse"):
        assert name not in page.text
    assert refused.status_code == 403
    assert 'href="/safety"' not in refused.text
