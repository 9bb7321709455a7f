"""Every route against a connected phone, and the phone's routes against everybody else."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from archive.records.people import PersonRecord
from service.access.phones import enrol, make_link
from service.installation import Installation
from service.web.phone_right import DEVICE, PHONE_COOKIE
from tests.service.casework.cases.opened import kinds
from tests.service.conftest import Time, Town
from tests.service.web.matrix import PUBLIC, Call, send
from tests.service.web.world import World, the_librarys_world

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

FOREIGN = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
)


@pytest.fixture
def world(installation: Installation, town: Town, time: Time) -> Iterator[World]:
    with the_librarys_world(installation, town, time) as opened:
        yield opened


def phone_of(world: World, person: PersonRecord) -> dict[str, str]:
    """Connect a phone of somebody with every role, and return what it sends along."""
    with world.installation.database.writing() as session:
        own = enrol(session, make_link(session, person.id, world.time.now), "", world.time.now)
    return {"Cookie": f"{PHONE_COOKIE}={own}"}


def asked(world: World, call: Call, headers: dict[str, str]) -> httpx.Response:
    """Ask as a form does; nothing that is sent along makes a piece of evidence."""
    return send(world.client, call, headers=headers)


def test_a_phone_is_nobody_on_every_route_but_its_own(world: World) -> None:
    everything = world.employ("Ella Alting", *world.installation.rights.roles, everywhere=True)
    phone = phone_of(world, everything)
    before = kinds(world.installation)

    closed = [one for one in world.calls if one.right != PUBLIC]
    assert len(closed) > 60
    for call in closed:
        answer = asked(world, call, phone)
        assert answer.status_code == (401 if call.is_api else 303), call
        assert not world.tells(answer.text.replace(call.path, ""))
        if not call.is_api:
            assert answer.headers["location"].startswith("/sign-in?"), call
    for call in closed:  # nor is its secret a program's token
        bearer = {"Authorization": f"Bearer {phone['Cookie'].partition('=')[2]}"}
        assert asked(world, call, bearer).status_code in {401, 303}, call
    assert kinds(world.installation) == before


def test_a_phones_own_routes_are_these_and_open_to_no_session_and_no_program(world: World) -> None:
    assert {str(one) for one in world.phone_calls} == {
        "POST /phone/leave",
        "POST /phone/share",
        "GET /phone/sent",
        "POST /phone/files",
        "POST /phone/files/{file_id}",
    }
    everything = world.employ("Ella Alting", *world.installation.rights.roles, everywhere=True)
    session = world.session_of(everything)
    token = world.token_of("archivist", everywhere=True)
    before = kinds(world.installation)

    for call in world.phone_calls:
        assert call.right == DEVICE
        for answer in (
            send(world.client, call),
            send(world.client, call, session=session),
            send(world.client, call, bearer=token),
            send(world.client, call, headers={"Cookie": f"{PHONE_COOKIE}=guessed"}),
        ):
            assert answer.status_code == 401, call
    assert kinds(world.installation) == before


def test_another_site_cannot_make_a_phone_do_anything(world: World) -> None:
    phone = phone_of(world, world.town.bent)
    before = kinds(world.installation)

    posts = [one for one in world.phone_calls if one.method == "POST"]
    for call in posts:
        for foreign in FOREIGN:
            assert asked(world, call, phone | foreign).status_code == 403, call
    assert kinds(world.installation) == before


def test_a_phone_sees_nothing_of_what_another_phone_shared(world: World) -> None:
    theirs = phone_of(world, world.town.bent)
    (sent,) = (one for one in world.phone_calls if one.method == "GET")

    answer = asked(world, sent, theirs)

    assert answer.status_code == 200
    assert "0 filer" in answer.text
    assert not world.tells(answer.text)
