"""Uploads that last: who has left meanwhile hands in nothing, and what was swept is not kept."""

from __future__ import annotations

import threading
import time as real_time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.clearing import ORPHAN_AGE, sweep_orphans
from archive.errors import StorageFull
from archive.intake.receive import Held
from archive.records.cases import CaseEvidenceRecord
from archive.records.people import PersonRecord
from archive.records.phones import PhoneRecord
from service.access.endings import end_person, end_role
from service.access.people import principal_of
from service.access.phones import Phone, phone_by_secret, revoke
from service.access.principal import Principal
from service.casework.cases.closing import close_case
from service.errors import PhoneNotConnected, UploadGone
from service.installation import Installation
from service.web.phone_sharing import keep_in_order
from service.web.phone_uploads import LASTS
from service.web.standing import ASKED_EVERY
from service.web.streaming import GATHERED, Incoming, Uploaded
from tests.service.casework.cases.opened import (
    assert_clean,
    employ,
    end_every_step,
    open_one,
    roles_of,
)
from tests.service.casework.moderation.kept import THREAT, keep_page
from tests.service.conftest import Time, Town
from tests.service.web.doors import KIND, Doors, form, objects_of, open_doors, part
from tests.service.web.handset import Handset

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SEGMENT = 8 * 1024 * 1024
LARGE = b"\x89PNG\r\n\x1a\n" + bytes(SEGMENT + 2 * GATHERED)
"""More than one segment, so that its beginning lies in the store while its end is under way."""

Act = Callable[[], None]


@pytest.fixture
def doors(installation: Installation, town: Town, time: Time) -> Iterator[Doors]:
    with open_doors(installation, town, time) as opened:
        yield opened


@pytest.fixture
def phone(doors: Doors) -> Handset:
    return Handset(doors)


def slowly(doors: Doors, body: bytes, then: Act) -> Iterator[bytes]:
    """Yield a body whose end comes after its first segment lies in the store and `then` is done."""
    before, cut = len(list(objects_of(doors.installation))), SEGMENT + GATHERED + 2000
    yield body[:cut]
    until = real_time.monotonic() + 30
    while len(list(objects_of(doors.installation))) == before and real_time.monotonic() < until:
        real_time.sleep(0.01)
    then()
    yield body[cut:]


def by_form(doors: Doors, phone: Handset, then: Act) -> int:
    body = form(part("files", LARGE, "a.png"))
    headers = phone.cookie | {"Content-Type": KIND}
    answer = doors.client.post("/phone/share", content=slowly(doors, body, then), headers=headers)
    return answer.status_code


def in_a_piece(doors: Doors, phone: Handset, then: Act) -> int:
    file_id = uuid4()
    phone.begin(len(LARGE), file_id)
    path = f"/phone/files/{file_id}?offset=0"
    content = slowly(doors, LARGE, then)
    return doors.client.post(path, content=content, headers=phone.cookie).status_code


def by_hand(doors: Doors, person: PersonRecord, path: str, then: Act) -> tuple[int, str]:
    cookie, token = doors.sign_in(person)
    body = form(part("csrf_token", token.encode()), part("files", LARGE, "a.png"))
    headers = cookie | {"Content-Type": KIND}
    answer = doors.client.post(path, content=slowly(doors, body, then), headers=headers)
    return answer.status_code, answer.headers.get("location", "")


def who(doors: Doors, person: PersonRecord) -> Principal:
    with doors.installation.database.reading() as session:
        return principal_of(session, person, doors.installation.rights, doors.time.now)


def connected(doors: Doors, phone: Handset) -> Phone:
    house = doors.installation
    with house.database.reading() as session:
        return phone_by_secret(session, phone.secret, house.rights, doors.time.now)


def leaving(doors: Doors, person: PersonRecord) -> Act:
    def leaves() -> None:
        with doors.installation.database.writing() as session:
            end_person(session, session.merge(person), doors.time.now, actor="system")
        doors.time.pass_by(ASKED_EVERY)

    return leaves


@pytest.mark.parametrize("lasted", [timedelta(0), ASKED_EVERY])
@pytest.mark.parametrize("send", [by_form, in_a_piece])
def test_a_phone_that_is_ended_while_it_sends_hands_in_nothing(
    doors: Doors, phone: Handset, send: Callable[[Doors, Handset, Act], int], lasted: timedelta
) -> None:
    def ended() -> None:
        with doors.installation.database.writing() as session:
            (row,) = session.scalars(select(PhoneRecord))
            revoke(session, row.id, doors.time.now, actor="system")
        doors.time.pass_by(lasted)

    assert send(doors, phone, ended) == 401
    assert doors.nothing_kept()
    assert_clean(doors.installation)


@pytest.mark.parametrize("send", [by_form, in_a_piece])
def test_a_phone_whose_person_stays_may_be_as_slow_as_it_must(
    doors: Doors, phone: Handset, send: Callable[[Doors, Handset, Act], int]
) -> None:
    assert send(doors, phone, lambda: doors.time.pass_by(timedelta(hours=5))) in {201, 303}
    assert [row.size for row in doors.rows()] == [len(LARGE)]


def test_a_person_who_leaves_while_a_hand_in_is_under_way_hands_in_nothing(doors: Doors) -> None:
    status, back = by_hand(doors, doors.town.anna, "/hand-in", leaving(doors, doors.town.anna))

    assert (status, back.partition("?")[0]) == (303, "/sign-in")
    assert doors.nothing_kept()


def test_whoever_sends_for_longer_than_one_may_rest_has_not_rested(doors: Doors) -> None:
    minutes = doors.installation.settings.session_idle_minutes + 30

    def longer() -> None:
        doors.time.pass_by(timedelta(minutes=minutes))

    status, receipt = by_hand(doors, doors.town.anna, "/hand-in", longer)

    assert (status, receipt.partition("?")[0]) == (303, "/hand-in/receipt")
    assert [row.size for row in doors.rows()] == [len(LARGE)]


def test_whoever_loses_the_right_while_a_screenshot_is_under_way_hands_none_in(
    doors: Doors,
) -> None:
    house = doors.installation
    sanne = employ(
        house, doors.time, "Sanne Side", "page_team", unit=doors.town.centre, everywhere=True
    )
    posts = keep_page(house, doors.time, who(doors, sanne), (THREAT,), pictures=False)
    path = f"/posts/{posts[THREAT]}/capture-screenshot"

    def loses_the_role() -> None:
        with house.database.writing() as session:
            for role in roles_of(house, sanne):
                end_role(session, session.merge(role), doors.time.now, actor="system")
        doors.time.pass_by(ASKED_EVERY)

    assert by_hand(doors, sanne, path, lambda: doors.time.pass_by(ASKED_EVERY))[0] == 303
    assert [row.kind for row in doors.rows()] == ["capture", "screenshot"]
    assert by_hand(doors, sanne, path, loses_the_role)[0] == 403
    assert [row.kind for row in doors.rows()] == ["capture", "screenshot"]


def at_the_gate(
    doors: Doors, phone: Handset, act: Callable[[Session], object], **about: str
) -> int:
    """Send a file that waits at the gate, asked about already, while `act` is committed."""
    gate, queued, file_id = doors.installation.gate, threading.Event(), uuid4()
    phone.begin(4, file_id, **about)

    def held_up(session: Session) -> None:
        act(session)
        queued.wait(30)

    done = gate.submit(held_up)
    with ThreadPoolExecutor(1) as sender:
        answer = sender.submit(phone.piece, file_id, b"abcd")
        until = real_time.monotonic() + 30
        while not gate.waiting and real_time.monotonic() < until:
            real_time.sleep(0.005)
        queued.set()
        done.result(30)
        return answer.result(30).status_code


def test_a_phone_that_is_ended_while_its_file_stands_at_the_gate_hands_in_nothing(
    doors: Doors, phone: Handset
) -> None:
    def ended(session: Session) -> None:
        (row,) = session.scalars(select(PhoneRecord))
        revoke(session, row.id, doors.time.now, actor="system")

    assert at_the_gate(doors, phone, ended) == 401
    assert doors.nothing_kept()
    assert_clean(doors.installation)


def test_a_case_that_closes_while_its_picture_stands_at_the_gate_gets_no_more(
    doors: Doors, phone: Handset
) -> None:
    house, time = doors.installation, doors.time
    number = open_one(house, doors.town, time)
    leader = who(doors, doors.town.leader)
    end_every_step(house, leader, number, time)

    def closes(session: Session) -> None:
        close_case(session, leader, number, time.now)

    assert at_the_gate(doors, phone, closes, text=number) == 201
    with house.database.reading() as session:
        assert not session.scalars(select(CaseEvidenceRecord)).all()
    assert len(doors.rows()) == 1, "it is kept, and sorted by a person"
    assert_clean(house)


def test_what_was_swept_from_under_an_upload_is_not_acknowledged_and_is_sent_again(
    doors: Doors, phone: Handset
) -> None:
    house, file_id = doors.installation, uuid4()
    phone.begin(len(LARGE), file_id)
    here = phone.piece(file_id, LARGE[: SEGMENT + 10]).json()["offset"]
    assert here == SEGMENT + 10
    later = datetime.now(UTC) + ORPHAN_AGE + timedelta(hours=1)
    assert sweep_orphans(house.database, house.objects, later) == 1

    last = phone.piece(file_id, LARGE[here:], here)

    assert (last.status_code, last.json()["code"], last.json()["offset"]) == (409, "upload-gone", 0)
    assert doors.nothing_kept()
    assert phone.begin(len(LARGE), file_id).json() == {"offset": 0}
    assert phone.piece(file_id, LARGE).status_code == 201
    assert_clean(house)


def test_a_hand_in_that_was_swept_under_way_keeps_the_files_before_it_and_says_which_is_gone(
    doors: Doors,
) -> None:
    house = doors.installation

    def swept_from_under_the_second() -> None:
        large: list[Path] = []
        until = real_time.monotonic() + 30
        while not large and real_time.monotonic() < until:
            with suppress(FileNotFoundError):  # what is written takes another name when it is whole
                whole = [one for one in objects_of(house) if not one.name.startswith(".")]
                large = [one for one in whole if one.stat().st_size >= SEGMENT]
            real_time.sleep(0.01)
        for one in large:
            one.unlink()
        doors.time.pass_by(ASKED_EVERY)

    cookie, token = doors.sign_in(doors.town.anna)
    files = (part("files", b"first", "first.txt"), part("files", LARGE, "second.png"))
    body = form(part("csrf_token", token.encode()), *files)
    content = slowly(doors, body, swept_from_under_the_second)
    headers = cookie | {"Content-Type": KIND, "Accept": "application/json"}
    answer = doors.client.post("/hand-in", content=content, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (409, "upload-gone")
    assert [row.filename for row in doors.rows()] == ["first.txt"]
    assert_clean(house)


def test_an_upload_ends_long_before_its_first_segment_is_swept(
    doors: Doors, phone: Handset
) -> None:
    assert 2 * LASTS < ORPHAN_AGE
    slow, forgotten = uuid4(), uuid4()
    for file_id in (slow, forgotten):
        phone.begin(len(LARGE), file_id)
        phone.piece(file_id, LARGE[: SEGMENT + 10])
    doors.time.pass_by(LASTS - timedelta(seconds=1))
    assert phone.begin(len(LARGE), slow).json() == {"offset": SEGMENT + 10}
    doors.time.pass_by(timedelta(seconds=1))

    over = phone.piece(slow, LARGE[SEGMENT + 10 :], SEGMENT + 10)

    assert (over.status_code, over.json()["code"]) == (409, "upload-gone")
    assert phone.begin(len(LARGE), slow).json() == {"offset": 0}
    assert doors.nothing_kept(), "what nobody went on with is gone as well"
    assert phone.piece(slow, LARGE).status_code == 201


def test_a_file_that_is_another_under_the_same_name_replaces_the_first_whole(
    doors: Doors, phone: Handset
) -> None:
    file_id = uuid4()
    phone.begin(len(LARGE), file_id)
    phone.piece(file_id, LARGE[: SEGMENT + 10])
    assert list(objects_of(doors.installation))

    assert phone.begin(len(LARGE) + 1, file_id).json() == {"offset": 0}

    assert doors.nothing_kept()


def held(house: Installation, content: bytes) -> Held:
    receiving = house.intake.begin()
    receiving.write(content)
    return receiving.finish()


@pytest.mark.parametrize("broken_by", [PhoneNotConnected("ended"), StorageFull("full")])
def test_what_cannot_be_kept_in_the_middle_of_a_share_leaves_what_was_kept_and_nothing_else(
    doors: Doors, phone: Handset, broken_by: Exception
) -> None:
    house, known = doors.installation, connected(doors, phone)
    asked: list[int] = []

    def standing() -> Phone:
        asked.append(1)
        if len(asked) == 3:
            raise broken_by
        return known

    files = [Incoming(f"{number}.png", held(house, b"%d" % number)) for number in range(5)]

    kept, error = keep_in_order(house, standing, Uploaded(files=files), uuid4())

    assert error is broken_by
    assert [one.sha256 for one in kept] == [one.held.sealed.sha256 for one in files[:2]]
    assert [row.filename for row in sorted(doors.rows(), key=lambda row: str(row.filename))] == [
        "0.png",
        "1.png",
    ]
    assert len(list(objects_of(house))) == 2
    assert_clean(house)


def test_a_file_whose_bytes_are_gone_is_told_by_name_in_a_share(
    doors: Doors, phone: Handset
) -> None:
    house, known = doors.installation, connected(doors, phone)
    whole, lost = held(house, b"whole"), held(house, b"lost")
    house.vault.discard(lost.sealed.name, lost.sealed.segments)
    uploaded = Uploaded(files=[Incoming("whole.png", whole), Incoming("lost.png", lost)])

    kept, error = keep_in_order(house, lambda: known, uploaded, uuid4())

    assert isinstance(error, UploadGone)
    assert [one.sha256 for one in kept] == [whole.sealed.sha256]
    assert_clean(house)
