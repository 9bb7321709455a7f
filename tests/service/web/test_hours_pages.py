"""Working hours and outgoing mail over real HTTP: entered, taken away, and tried again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from archive.records.cases import NoticeRecord
from archive.records.people import PersonRecord
from archive.records.tellings import WorkingHoursRecord
from service.casework.organisation.hours import hours_of, usual_hours
from service.installation import Installation
from service.jobs.claims import given_up
from service.jobs.telling import look_for_untold
from service.notices.queueing import queue_notice
from tests.service.casework.cases.opened import assert_clean, employ, open_one
from tests.service.conftest import Time, Town
from tests.service.web.doors import Doors, open_doors
from tests.service.web.test_organisation_pages import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WEEKEND = {"days": ["6", "7"], "begins": "10:00", "ends": "15:30", "on_holidays": "true"}


@pytest.fixture
def doors(installation: Installation, town: Town, time: Time) -> Iterator[Doors]:
    with open_doors(installation, town, time) as opened:
        yield opened


def drift_of(doors: Doors) -> Browser:
    person = employ(
        doors.installation, doors.time, "Dorte Drift", "operator", unit=doors.town.centre
    )
    return Browser(doors, *doors.sign_in(person))


def hours(doors: Doors, person: PersonRecord) -> tuple[list[int], str, str, bool]:
    with doors.installation.database.reading() as session:
        found = hours_of(session, person, doors.installation.settings)
    return sorted(found.weekdays), f"{found.begins:%H:%M}", f"{found.ends:%H:%M}", found.on_holidays


def test_ones_own_hours_stand_above_the_units_and_those_above_the_municipalitys(
    doors: Doors,
) -> None:
    drift, town = drift_of(doors), doors.town
    usual = usual_hours(doors.installation.settings)
    anna = Browser(doors, *doors.sign_in(town.anna))
    centre = f"/organisation/units/{town.centre.id}/hours"
    assert drift.post(centre, days="3", begins="09:00", ends="12:00").status_code == 303
    assert hours(doors, town.anna) == ([3], "09:00", "12:00", False), "the library lies below"
    assert hours(doors, town.bent)[0] == sorted(usual.weekdays), "the school does not"

    assert anna.post("/my-absence/hours", **WEEKEND).status_code == 303
    assert hours(doors, town.anna) == ([6, 7], "10:00", "15:30", True)
    page = anna.get("/my-absence/hours?said=hours_entered").text
    assert "Tiderne er gemt" in page
    assert 'value="15:30"' in page
    assert anna.post("/my-absence/hours/clear").status_code == 303
    assert drift.post(f"{centre}/clear").status_code == 303
    assert drift.post(f"{centre}/clear").status_code == 303, "twice is once"
    assert hours(doors, town.anna)[0] == sorted(usual.weekdays)
    with doors.installation.database.reading() as session:
        assert session.scalars(select(WorkingHoursRecord)).all() == []
    assert_clean(doors.installation)


@pytest.mark.parametrize(
    "typed",
    [
        {"days": ["1"], "begins": "16:00", "ends": "08:00"},
        {"days": ["1"], "begins": "08:00", "ends": "08:00"},
        {"begins": "08:00", "ends": "16:00"},
    ],
)
def test_hours_that_are_no_working_day_come_back_with_what_is_wrong(
    doors: Doors, typed: dict[str, object]
) -> None:
    anna = Browser(doors, *doors.sign_in(doors.town.anna))

    answer = anna.post("/my-absence/hours", **typed)

    assert answer.status_code == 422
    assert "Vælg mindst én dag" in answer.text


def test_outgoing_mail_shows_what_waits_and_what_was_refused_and_to_nobody_whom(
    doors: Doors,
) -> None:
    one, time = doors.installation, doors.time
    time.now = time.now.replace(hour=20)
    drift = drift_of(doors)
    open_one(one, doors.town, time)
    look_for_untold(one)
    with one.database.writing() as session:
        for code in ("smtp_552", "smtp_421"):
            notice = queue_notice(
                session,
                settings=one.settings,
                kind="receipt",
                recipient="anna@kommune.example",
                subject="Kvittering",
                body="Det er i sikkerhed.\n",
                language="da",
                now=time.now,
            )
            given_up(notice, code)
            notice_id = notice.id

    page = drift.get("/operations/mail").text

    assert "En besked venter til i morgen kl. 08.00." in page
    assert page.count("Opgivet") == 2
    assert "552" in page
    assert "anna@kommune.example" not in page
    assert doors.town.anna.name not in page
    assert "2 mails blev afvist for altid." in drift.get("/operations").text
    assert drift.post(f"/operations/mail/{notice_id}/again").status_code == 303
    assert drift.post("/operations/mail/again").status_code == 303
    with one.database.reading() as session:
        due = select(NoticeRecord.next_attempt_at)
        assert set(session.scalars(due)) <= {time.now, None}
    assert_clean(one)
