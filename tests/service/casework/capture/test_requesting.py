"""Asking for a capture: which addresses, by whom, for which case, and who sees what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from archive.records.pages import VisitRecord
from archive.records.people import PersonRecord
from service.access.principal import Principal
from service.casework.capture.addresses import check_address
from service.casework.capture.requesting import (
    add_page,
    find_visit,
    latest_visits,
    request_visit,
)
from service.casework.cases.circle import invite, remove
from service.casework.cases.restricting import restrict
from service.errors import AddressInvalid, CaseNotFound, NameTaken, NotPermitted, VisitNotFound
from service.installation import Installation
from tests.service.casework.cases.opened import (
    employ,
    leaves_no_entry,
    leaves_one_entry,
    open_one,
)
from tests.service.conftest import Time, Town

Asks = Callable[[PersonRecord], Principal]
PAGE = "https://www.facebook.example/havn"


def ask_for(
    installation: Installation, who: Principal, time: Time, *, case: str | None = None
) -> VisitRecord:
    with installation.database.writing() as session:
        return request_visit(session, who, f" {PAGE} ", time.now, case)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "facebook.com/havn",
        "ftp://a.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://",
        "https:///path",
        "http://a.example:99999/",
        "http://a.example:0/",
        "http://a b.example/",
        "http://a.example/\x00",
        "http://a.example/\r\nHost: b",
        "http://[::1/",
        "https://name:password@a.example/",
        f"https://a.example/{'x' * 4000}",
    ],
)
def test_what_is_no_address_of_the_web_is_refused(address: str) -> None:
    with pytest.raises(AddressInvalid):
        check_address(address)


def test_an_address_is_taken_as_it_is_without_the_space_around_it() -> None:
    for address in (PAGE, "http://127.0.0.1:8080/a?b=c#d", "https://blåbær.example/æ"):
        assert check_address(f" {address}\n") == address


def test_a_capture_is_asked_for_with_one_entry_and_tied_to_its_page_and_case(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number, leader = open_one(installation, town, time), asks(town.leader)
    with installation.database.writing() as session:
        page = add_page(session, PAGE, " Havn på Facebook ", time.now, actor="system")

    with leaves_one_entry(installation, "capture.requested"):
        visit = ask_for(installation, leader, time, case=number)

    assert (visit.url, visit.page_id, visit.status) == (PAGE, page.id, "requested")
    assert page.name == "Havn på Facebook"
    with installation.database.reading() as session:
        assert find_visit(session, leader, visit.id, time.now).case_id == visit.case_id
    assert visit.case_id is not None


def test_a_page_stands_once(installation: Installation, time: Time) -> None:
    def add() -> None:
        with installation.database.writing() as session:
            add_page(session, PAGE, "Havn", time.now, actor="system")

    with leaves_one_entry(installation, "page.added"):
        add()
    with leaves_no_entry(installation), pytest.raises(NameTaken):
        add()


def test_a_capture_for_a_case_is_asked_for_only_by_those_of_the_case(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number = open_one(installation, town, time)

    with leaves_no_entry(installation), pytest.raises(CaseNotFound):
        ask_for(installation, asks(town.other_leader), time, case=number)
    with leaves_no_entry(installation), pytest.raises(NotPermitted):
        ask_for(installation, asks(town.anna), time)


def test_a_capture_is_seen_by_who_asked_by_the_cases_own_and_by_the_page_team(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number = open_one(installation, town, time)
    team = employ(installation, time, "Sanne Side", "page_team", unit=town.centre)
    alone = ask_for(installation, asks(town.leader), time)
    theirs = ask_for(installation, asks(team), time)
    for_case = ask_for(installation, asks(town.leader), time, case=number)

    def seen(person: PersonRecord) -> set[object]:
        who = asks(person)
        with installation.database.reading() as session:
            return {one.id for one in latest_visits(session, who, time.now)}

    assert seen(town.leader) == {alone.id, for_case.id}
    assert seen(team) >= {alone.id, theirs.id, for_case.id}
    assert seen(town.other_leader) == set()
    assert seen(town.anna) == set()
    with installation.database.reading() as session:
        for visit_id in (alone.id, for_case.id, uuid4()):
            with pytest.raises(VisitNotFound):
                find_visit(session, asks(town.other_leader), visit_id, time.now)


def test_who_asked_for_a_capture_of_a_case_sees_it_no_longer_than_the_case(
    installation: Installation, town: Town, time: Time, asks: Asks
) -> None:
    number = open_one(installation, town, time)
    leader = asks(town.leader)
    helper = employ(installation, time, "Karl Kreds", "key_person", unit=town.school)
    with installation.database.writing() as session:
        invite(session, leader, number, helper.id, role="key_person", reason="Ja.", now=time.now)
    asked = (helper, town.archivist)
    visits = [ask_for(installation, asks(one), time, case=number) for one in asked]
    time.pass_by(timedelta(minutes=1))
    with installation.database.writing() as session:
        remove(session, leader, number, helper.id, time.now, reason="Nej.")
        restrict(session, leader, number, restricted=True, reason="Part.", now=time.now)
    with installation.database.reading() as session:
        for person, visit in zip(asked, visits, strict=True):
            assert find_visit(session, leader, visit.id, time.now).id == visit.id
            with pytest.raises(VisitNotFound):
                find_visit(session, asks(person), visit.id, time.now)
            assert latest_visits(session, asks(person), time.now) == []
