"""I dag of every role: what is theirs to do now, and nothing that they may not see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from datetime import time as clock_time
from typing import Any

import pytest
from sqlalchemy import event

from archive.records.people import PersonRecord
from service.access.people import give_role
from service.access.principal import HeldRole, Principal
from service.access.rights import shipped_rights
from service.casework.cases.alerts import take_alert
from service.casework.cases.circle import invite
from service.casework.cases.course import shipped_procedure
from service.casework.cases.danger import say_danger
from service.casework.cases.glass import break_glass
from service.casework.cases.steps import end_case_step, state_circumstance
from service.casework.organisation.duties import Hours, add_duty
from service.casework.rights.changing import Ground, change_right
from service.procedure.model import Outcome
from tests.service.casework.cases.opened import ISHOEJ, employ, open_one
from tests.service.casework.rights.test_changing import SEES_MORE
from tests.service.conftest import Time, Town
from tests.service.web.doors import Doors, open_doors

Asks = Callable[[PersonRecord], Principal]
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
EVERY_DAY = frozenset(range(1, 8))
MOST_STATEMENTS = 45
"""Of one whole page, the sign-in's included; most roles need half of it."""


@pytest.fixture
def doors(installation: Any, town: Town, time: Time) -> Iterator[Doors]:
    with open_doors(installation, town, time) as opened:
        yield opened


def page(doors: Doors, person: PersonRecord) -> str:
    cookie, _token = doors.sign_in(person)
    answer = doors.client.get("/", headers=cookie)
    assert answer.status_code == 200, (person.name, answer.status_code)
    return answer.text


def main(text: str) -> str:
    """Return what the page itself says, without the frame."""
    return text[text.index("<main") : text.index("</main")]


def titles(text: str) -> list[str]:
    return [re.sub("<[^>]*>", "", one) for one in re.findall(r"<h2>(.*?)</h2>", text)]


def statements(doors: Doors, person: PersonRecord) -> int:
    """Return how many statements the whole page takes, once it has been looked at before."""
    cookie, _token = doors.sign_in(person)
    doors.client.get("/", headers=cookie)
    counted = 0

    def count(*_: object) -> None:
        nonlocal counted
        counted += 1

    def trace(driver: Any, *_: object) -> None:
        driver.set_trace_callback(count)

    engine = doors.installation.database.read_only_engine
    event.listen(engine, "checkout", trace)
    doors.client.get("/", headers=cookie)
    event.remove(engine, "checkout", trace)
    return counted


def on_duty(doors: Doors, person: PersonRecord, begins: int = 0, ends: int = 0) -> None:
    one = doors.installation
    who = Principal("system", "Drift", (HeldRole("operator", None),), one.rights)
    hours = Hours(date(2027, 1, 1), None, EVERY_DAY, clock_time(begins), clock_time(ends))
    with one.database.writing() as session:
        add_duty(session, who, person.email or "", hours, doors.time.now)


def press(doors: Doors, who: Principal) -> Any:
    with doors.installation.database.writing() as session:
        procedure = shipped_procedure(ISHOEJ)
        return say_danger(session, who, doors.time.now, procedure=procedure).id


@SQLITE
def test_every_role_has_a_calm_page_that_tells_nothing_of_others_cases(
    doors: Doors, town: Town, time: Time, asks: Asks
) -> None:
    number = open_one(doors.installation, town, time)
    with doors.installation.database.writing() as session:
        state_circumstance(
            session, asks(town.leader), number, "danger", holds=True, moment=None, now=time.now
        )
    for role in doors.installation.rights.roles[1:]:
        person = employ(doors.installation, time, f"{role} Rolle", role, unit=town.school)
        text = page(doors, person)
        assert "Anna Holm" not in text, role
        if role not in {"director", "mayor", "secretary"}:
            assert number not in text, role
            assert "Alt er gjort for nu" in text or titles(main(text)), role
        assert statements(doors, person) <= MOST_STATEMENTS, role


@SQLITE
def test_those_who_sign_see_the_step_that_names_them_and_its_case(
    doors: Doors, town: Town, time: Time, asks: Asks
) -> None:
    number = open_one(doors.installation, town, time)
    director = employ(doors.installation, time, "Dir Ektør", "director", unit=town.centre)
    before = page(doors, director)
    with doors.installation.database.writing() as session:
        for name in ("unlawful", "threat"):
            state_circumstance(
                session, asks(town.leader), number, name, holds=True, moment=None, now=time.now
            )
        end_case_step(
            session,
            asks(town.leader),
            number,
            "12.9-decide",
            outcome=Outcome.WAIVED,
            reason="Øvelse",
            now=time.now,
        )
    after = page(doors, director)

    assert number not in main(before)
    assert f"/cases/{number}?step=12.9" in after
    assert "v-task--first" in after


@SQLITE
def test_danger_stands_first_and_then_the_order_is_the_clocks(
    doors: Doors, town: Town, time: Time, asks: Asks
) -> None:
    for _ in range(3):
        open_one(doors.installation, town, time)
        time.pass_by(timedelta(hours=1))
    press(doors, asks(town.anna))

    text = main(page(doors, town.leader))
    listed = text[text.index("v-tasks") : text.index("</ol>")]
    dues = re.findall(r'datetime="([^"]+)"', listed)

    assert titles(text)[0] == f"Sig, om du tager den: {town.anna.name} er i fare"
    assert len(dues) > 3
    assert dues[1:] == sorted(dues[1:])
    assert text.count("button-primary") == 1, "one button that does it"


def test_an_employee_on_duty_sees_danger_here_until_it_is_taken_and_else_goes_to_min_sag(
    doors: Doors, town: Town, time: Time, asks: Asks
) -> None:
    vagn = employ(doors.installation, time, "Vagn Vagt", unit=town.school)
    on_duty(doors, vagn)
    cookie, _token = doors.sign_in(vagn)
    assert doors.client.get("/", headers=cookie).headers["location"] == "/my-case"

    alert = press(doors, asks(town.anna))
    text = page(doors, vagn)
    assert f"/alerts/{alert}" in text
    assert town.anna.name in text
    assert f"/alerts/{alert}" in doors.client.get("/my-case", headers=cookie).text
    shown = doors.client.get(f"/alerts/{alert}", headers=cookie).text
    assert town.anna.name in shown
    assert town.library.name in shown

    with doors.installation.database.writing() as session:
        take_alert(session, asks(vagn), alert, time.now)
    assert doors.client.get("/", headers=cookie).headers["location"] == "/my-case"


@SQLITE
def test_what_is_good_to_know_stands_below_and_asks_for_nothing(
    doors: Doors, town: Town, time: Time, asks: Asks
) -> None:
    one = doors.installation
    number = open_one(one, town, time)
    asta = employ(one, time, "Asta Amr", "amr", unit=town.library)
    on_duty(doors, asta)
    with one.database.writing() as session:
        invite(
            session,
            asks(town.leader),
            number,
            asta.id,
            role="amr",
            reason="Hun kender stedet.",
            now=time.now,
        )
        break_glass(
            session,
            asks(town.lawyer),
            number,
            reason="Borgeren klager.",
            settings=one.settings,
            now=time.now,
        )

    text = main(page(doors, asta))
    assert "Du har vagt." in text
    assert f"Du kan følge sag {number}." in text or f"/cases/{number}?step=" in text
    assert "1 sag er åbnet" in text
    assert f"Du har sag {number} åben." in main(page(doors, town.lawyer))


@SQLITE
def test_whoever_keeps_the_duty_list_is_told_of_a_gap_before_it_comes(
    doors: Doors, town: Town, time: Time
) -> None:
    olga = employ(doors.installation, time, "Olga Drift", "operator", unit=town.centre)
    assert "Find en til vagtlisten" not in page(doors, olga), "the list is not used"
    on_duty(doors, town.bent, begins=8, ends=16)

    text = page(doors, olga)
    assert "Find en til vagtlisten" in text
    assert text.count('href="/operations"') > 1, "what has stopped is theirs to put right"


@SQLITE
def test_a_change_of_rights_waits_for_whoever_may_agree_and_not_for_whoever_asked(
    doors: Doors, town: Town, time: Time, asks: Asks
) -> None:
    one = doors.installation
    olga = employ(one, time, "Olga Drift", "operator", unit=town.centre, everywhere=True)
    with one.database.writing() as session:
        ground = Ground(shipped_rights(), one.settings, time.now)
        change_right(session, asks(olga), SEES_MORE, ground)

    assert "/rights/changes" in main(page(doors, town.lawyer))
    assert "/rights/changes" not in main(page(doors, olga))


@SQLITE
def test_no_role_asks_the_database_more_for_many_cases_than_for_one(
    doors: Doors, town: Town, time: Time
) -> None:
    one = doors.installation
    people = [town.leader, town.archivist, town.lawyer]
    people += [
        employ(one, time, f"{role} Rolle", role, unit=town.library, everywhere=True)
        for role in ("director", "secretary", "amr", "key_person", "page_team", "centre_chief")
    ]
    open_one(one, town, time)
    few = [statements(doors, person) for person in people]
    for _ in range(12):
        open_one(one, town, time)

    assert [statements(doors, person) for person in people] == few


@SQLITE
def test_a_leader_who_is_harassed_finds_the_way_to_their_own_case_and_none_of_its_steps(
    doors: Doors, town: Town, time: Time
) -> None:
    number = open_one(doors.installation, town, time)
    with doors.installation.database.writing() as session:
        give_role(
            session, town.anna, "leader", unit_id=town.library.id, now=time.now, actor="system"
        )
    text = page(doors, town.anna)

    assert f'href="/my-case/{number}"' in main(text)
    assert f"/cases/{number}" not in main(text)
    cookie, _token = doors.sign_in(town.anna)
    case = doors.client.get(f"/cases/{number}", headers=cookie).text
    for what in ("close", "circumstances"):
        assert f"/cases/{number}/{what}" not in case, "others say this of one's own case"


@SQLITE
def test_whoever_is_signed_in_can_say_on_every_page_that_they_are_in_danger(
    doors: Doors, time: Time, town: Town
) -> None:
    mayor = employ(doors.installation, time, "Bente Borgmester", "mayor", unit=town.centre)
    assert 'href="/danger"' in page(doors, mayor)
    assert 'href="/danger"' not in doors.client.get("/sign-in").text
