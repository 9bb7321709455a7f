"""*Jeg er i fare* as a browser without scripts meets it: 112 first, one press, one alert."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from archive.records.alerts import AlertRecord
from archive.records.people import PersonRecord
from service.installation import Installation
from service.jobs.alerting import tell_duty
from service.jobs.sending import ALERTS
from tests.service.casework.cases.opened import assert_clean, employ, open_one
from tests.service.conftest import Time, Town
from tests.service.jobs.following import work_off
from tests.service.web.doors import Doors, open_doors
from tests.service.web.test_today import on_duty

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def doors(installation: Installation, town: Town, time: Time) -> Iterator[Doors]:
    with open_doors(installation, town, time) as opened:
        yield opened


class Browser:
    """Somebody's browser: it sends what stands in the page's own form, and follows."""

    def __init__(self, doors: Doors, person: PersonRecord) -> None:
        self.doors = doors
        self.cookie, self.token = doors.sign_in(person)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.doors.client.get(path, headers={**self.cookie, **headers})

    def post(self, path: str, **fields: str) -> httpx.Response:
        data = {"csrf_token": self.token, **fields}
        return self.doors.client.post(path, headers=self.cookie, data=data)

    def press(self, page: str) -> httpx.Response:
        """Press the page's button."""
        form = page[page.index('action="/danger"') :]
        fields = dict(re.findall(r'name="(seen|case)" value="([^"]*)"', form)[:2])
        return self.post("/danger", **fields)


def alerts(doors: Doors) -> list[AlertRecord]:
    with doors.installation.database.reading() as session:
        return list(session.scalars(select(AlertRecord)))


def test_112_comes_first_and_a_form_sent_twice_is_one_alert(
    doors: Doors, town: Town, time: Time
) -> None:
    vagn = employ(doors.installation, time, "Vagn Vagt", unit=town.school)
    on_duty(doors, vagn)
    number = open_one(doors.installation, town, time)
    anna, guard = Browser(doors, town.anna), Browser(doors, vagn)
    for path in (f"/my-case/{number}", "/hand-in", "/my-case"):
        assert 'href="/danger' in anna.get(path).text, path
    before = anna.get(f"/danger?case={number}").text
    assert before.index('href="tel:112"') < before.index("<button", before.index("<main"))
    assert "Vagn Vagt" in before

    for _ in range(2):
        assert anna.press(before).headers["location"] == "/danger"
    (alert,) = alerts(doors)
    assert "De får besked nu" in anna.get("/danger").text
    tell_duty(doors.installation)
    assert "De får besked nu" in anna.get("/danger").text, "written, but not on its way"
    time.pass_by(timedelta(minutes=1))
    assert "Beskeden er ikke kommet af sted endnu" in anna.get("/danger").text
    work_off(doors.installation, ALERTS)
    state = anna.get("/danger", **{"HX-Request": "true"}).text
    assert state.lstrip().startswith("<section")
    assert 'hx-swap="outerMorph"' in state, "what is swapped anew takes the keyboard's place away"
    assert "Ingen har svaret endnu" in state
    assert anna.get(f"/my-case/{number}").text.count('href="/danger"') == 1

    assert guard.post(f"/alerts/{alert.id}").status_code == 303
    after = anna.get("/danger").text
    assert "Vagn Vagt tager sig af dig nu" in after
    assert anna.press(before).status_code == 303
    assert len(alerts(doors)) == 1, "the old page, sent again"
    anna.press(after)
    assert len(alerts(doors)) == 2, "what the page shows is known, so this is meant"
    assert_clean(doors.installation)


def test_words_to_those_on_duty_are_ones_own_and_not_empty(doors: Doors, town: Town) -> None:
    anna, bent = Browser(doors, town.anna), Browser(doors, town.bent)
    anna.press(anna.get("/danger").text)
    (alert,) = alerts(doors)
    place = f"/danger/{alert.id}/words"

    assert anna.post(place, text="  ").status_code == 422
    assert bent.post(place, text="Bent").status_code == 404
    assert anna.post(place, text="<b>I kælderen</b>").status_code == 303
    assert "&lt;b&gt;I kælderen&lt;/b&gt;" in anna.get("/danger").text
    assert "I kælderen" not in bent.get("/danger").text


def test_nobody_on_duty_is_said_before_and_the_person_in_danger_is_not_named_as_on_duty(
    doors: Doors, town: Town
) -> None:
    on_duty(doors, town.anna)
    page = Browser(doors, town.anna).get("/danger").text
    assert "Ingen står på vagtlisten lige nu" in page
