"""One's own settings: they hold from the next page on, and for oneself alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.records.people import PersonRecord
from service.installation import Installation
from tests.service.casework.cases.opened import assert_clean, kinds
from tests.service.conftest import Time, Town
from tests.service.web.doors import Doors, open_doors


@pytest.fixture
def doors(installation: Installation, town: Town, time: Time) -> Iterator[Doors]:
    with open_doors(installation, town, time) as opened:
        yield opened


def test_the_language_and_how_pictures_are_shown_are_chosen_and_kept(
    doors: Doors, town: Town
) -> None:
    cookie, token = doors.sign_in(town.anna)
    others, _token = doors.sign_in(town.bent)
    before = kinds(doors.installation)

    def choose(language: str, pictures: str) -> int:
        fields = {"language": language, "pictures": pictures, "csrf_token": token}
        return doors.client.post("/my-settings", headers=cookie, data=fields).status_code

    assert choose("nb", "soft") == choose("nb", "soft") == 303
    assert kinds(doors.installation) == [*before, "person.changed"]
    page = doors.client.get("/my-settings?said=settings_kept", headers=cookie).text
    assert '<html lang="nb">' in page
    assert '<body class="v-shows-soft">' in page
    assert 'value="soft" checked' in page
    assert '<html lang="da">' in doors.client.get("/my-settings", headers=others).text
    assert "v-shows" not in doors.client.get("/my-settings", headers=others).text
    assert choose("sv", "soft") == choose("da", "upside-down") == 422
    with doors.installation.database.reading() as session:
        person = session.get_one(PersonRecord, town.anna.id)
        assert (person.language, person.pictures) == ("nb", "soft")
    assert_clean(doors.installation)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_chosen_for_this_browser_gives_way_to_the_settings(
    doors: Doors, town: Town
) -> None:
    cookie, token = doors.sign_in(town.anna)
    both = {"Cookie": f"{cookie['Cookie']}; vaern_language=en"}
    assert '<html lang="en">' in doors.client.get("/my-settings", headers=both).text

    fields = {"language": "da", "pictures": "plain", "csrf_token": token}
    answer = doors.client.post("/my-settings", headers=both, data=fields)

    (given_up,) = answer.headers.get_list("set-cookie")
    assert given_up.startswith('vaern_language=""')
    assert "Max-Age=0" in given_up
