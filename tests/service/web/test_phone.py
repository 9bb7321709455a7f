"""What a phone sends at the doors: files in pieces, shares in one form, receipts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from archive.records.cases import CaseRecord, NoticeRecord
from archive.records.evidence import DeliveryRecord
from archive.records.phones import PhoneRecord
from service.access.people import principal_of
from service.casework.triage import waiting
from service.installation import Installation
from service.settings import Settings
from service.web.phone_uploads import PhoneUploads
from tests.service.casework.cases.opened import assert_clean, kinds, open_one
from tests.service.conftest import Time, Town
from tests.service.jobs.following import every, outbox, said, work_off
from tests.service.web.doors import KIND, Doors, form, open_doors, part
from tests.service.web.handset import MOST, PICTURE, Handset

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(
        update={"most_upload_bytes": MOST, "most_files_per_hour": 40, "most_files": 3}
    )


@pytest.fixture
def doors(installation: Installation, town: Town, time: Time) -> Iterator[Doors]:
    with open_doors(installation, town, time) as opened:
        yield opened


@pytest.fixture
def phone(doors: Doors) -> Handset:
    return Handset(doors)


def triaged(doors: Doors) -> list[str | None]:
    with doors.installation.database.reading() as session:
        leader = principal_of(session, doors.town.leader, doors.installation.rights, doors.time.now)
        return [one.evidence.filename for one in waiting(session, leader, doors.time.now)]


def test_what_a_phone_sends_is_its_persons_and_is_sorted_by_a_person(
    doors: Doors, phone: Handset
) -> None:
    answer = phone.hand_in(text="Se https://www.facebook.example/p/1", title="Opslag")

    assert answer.status_code == 201
    (row,) = doors.rows()
    sha256 = hashlib.sha256(PICTURE).hexdigest()
    assert answer.json() == {"kept": {"sha256": sha256, "size": len(PICTURE), "case": None}}
    assert (row.sha256, row.known, row.kind, row.filename) == (
        sha256,
        "handed_in",
        "upload",
        "Skærm.png",
    )
    assert row.unit_id == doors.town.library.id
    assert row.source_url == "https://www.facebook.example/p/1"
    assert row.note == "Opslag\nSe https://www.facebook.example/p/1"
    (delivery,) = every(doors.installation, DeliveryRecord)
    assert (delivery.door, delivery.actor) == ("phone", f"person:{doors.town.anna.id}")
    doors.read_everything()
    assert triaged(doors) == ["Skærm.png"]
    (used,) = every(doors.installation, PhoneRecord)
    assert used.last_used_at == doors.time.now
    assert kinds(doors.installation).count("phone.used") == 1
    assert_clean(doors.installation)


def test_one_receipt_leaves_for_all_that_was_shared_at_once(doors: Doors, phone: Handset) -> None:
    for number in range(3):
        assert not every(doors.installation, NoticeRecord)
        phone.hand_in(PICTURE + bytes([number]), of=3)
    work_off(doors.installation)

    (receipt,) = outbox(doors.installation)
    text = said(receipt)
    assert receipt["To"] == "anna@kommune.example"
    assert text.startswith("Er du i fare nu? Ring 112.")
    assert "Du må gerne slette billederne" in " ".join(text.split())
    assert "/phone/link/" not in text
    assert kinds(doors.installation).count("phone.used") == 1


def test_it_joins_the_persons_own_open_case_where_the_words_name_it_and_no_other(
    doors: Doors, phone: Handset
) -> None:
    own = open_one(doors.installation, doors.town, doors.time)
    foreign = open_one(doors.installation, doors.town, doors.time, harassed=[doors.town.bent])

    told = [
        phone.hand_in(PICTURE + number.encode(), text=f"hører til {number}", share=uuid4())
        for number in (own, foreign, "2027-999")
    ]

    assert [one.json()["kept"]["case"] for one in told] == [own, None, None]
    doors.read_everything()
    assert len(triaged(doors)) == 2
    work_off(doors.installation)
    assert sorted(own in str(one["Subject"]) for one in outbox(doors.installation)) == [
        False,
        False,
        True,
    ]
    with doors.installation.database.reading() as session:
        numbers = {one.number for one in session.query(CaseRecord)}
    assert numbers == {own, foreign}
    assert_clean(doors.installation)


def test_a_broken_line_goes_on_where_it_broke(doors: Doors, phone: Handset) -> None:
    file_id, data = uuid4(), bytes(range(256)) * 1000
    phone.begin(len(data), file_id)
    phone.broken_off(file_id, data[:100_000], announced=200_000)

    here = phone.begin(len(data), file_id).json()["offset"]
    assert 0 < here <= 100_000
    elsewhere = phone.piece(file_id, data[here + 1 :], here + 1)
    assert (elsewhere.status_code, elsewhere.json()["offset"]) == (409, here)
    middle = phone.piece(file_id, data[here:150_000], here)
    assert (middle.status_code, middle.json()) == (200, {"offset": 150_000})
    assert not doors.rows()
    last = phone.piece(file_id, data[150_000:], 150_000)

    assert last.status_code == 201
    (row,) = doors.rows()
    assert row.sha256 == hashlib.sha256(data).hexdigest()
    assert_clean(doors.installation)


def test_a_file_that_is_safe_is_never_received_twice_however_late_the_phone_asks_again(
    doors: Doors, phone: Handset
) -> None:
    file_id = uuid4()
    phone.begin(len(PICTURE), file_id)
    first = phone.piece(file_id, PICTURE).json()

    assert phone.piece(file_id, PICTURE).status_code == 409  # the answer was lost on the way
    doors.time.pass_by(timedelta(days=40))
    assert phone.begin(len(PICTURE), file_id).json() == first
    other = Handset(doors)  # ended and connected anew: the same person's file
    assert other.begin(len(PICTURE), file_id).json() == first
    assert len(doors.rows()) == 1


def test_a_restart_forgets_what_was_under_way_and_the_phone_begins_anew(
    doors: Doors, phone: Handset
) -> None:
    file_id = uuid4()
    phone.begin(len(PICTURE), file_id)
    phone.piece(file_id, PICTURE[:5000])
    doors.app.state.phone_uploads = PhoneUploads(doors.installation.intake, doors.time)

    gone = phone.piece(file_id, PICTURE[5000:], 5000)
    assert (gone.status_code, gone.json()["offset"]) == (409, 0)
    assert phone.begin(len(PICTURE), file_id).json() == {"offset": 0}
    assert phone.piece(file_id, PICTURE).status_code == 201


def test_an_empty_file_is_kept_and_too_much_is_refused(doors: Doors, phone: Handset) -> None:
    assert phone.hand_in(b"").status_code == 201
    assert phone.begin(MOST + 1, uuid4()).status_code == 413
    file_id = uuid4()
    phone.begin(10, file_id)
    assert phone.piece(file_id, b"x" * 11).status_code == 422
    assert [row.size for row in doors.rows()] == [0]
    for wrong in ({"of": 0}, {"of": 1001}, {"share": "x"}, {"extra": "y"}):
        assert phone.begin(10, uuid4(), **wrong).status_code == 422


def test_files_under_way_crowd_out_only_the_same_phones_and_leave_nothing_behind(
    doors: Doors, phone: Handset
) -> None:
    other, kept = Handset(doors), uuid4()
    other.begin(20, kept)
    other.piece(kept, b"0123456789")
    for _ in range(5):
        file_id = uuid4()
        phone.begin(20, file_id)
        phone.piece(file_id, b"0123456789")

    assert len(doors.app.state.phone_uploads) == 3
    assert other.piece(kept, b"0123456789", 10).status_code == 201
    assert len(doors.rows()) == 1


def test_a_phone_hands_in_as_much_as_a_person_may_in_an_hour(phone: Handset) -> None:
    for number in range(40):
        assert phone.hand_in(bytes([number])).status_code == 201

    full = phone.begin(1, uuid4())

    assert full.status_code == 429
    assert int(full.headers["retry-after"]) > 0


def test_without_a_service_worker_a_share_is_one_form_and_ends_at_what_is_safe(
    doors: Doors, phone: Handset
) -> None:
    body = form(
        part("title", b"Opslag"),
        part("text", b"grimt opslag"),
        part("url", b"https://www.facebook.example/p/2"),
        *(part("files", PICTURE + bytes([number]), f"IMG_{number}.HEIC") for number in range(3)),
    )
    headers = phone.cookie | {"Content-Type": KIND, "Sec-Fetch-Site": "none", "Origin": "null"}
    answer = doors.client.post("/phone/share", content=body, headers=headers)

    assert answer.status_code == 303
    told = doors.client.get(answer.headers["location"], headers=phone.cookie)
    assert "3 filer er sikkert modtaget" in told.text
    assert {row.filename for row in doors.rows()} == {"IMG_0.HEIC", "IMG_1.HEIC", "IMG_2.HEIC"}
    assert {row.note for row in doors.rows()} == {"Opslag\ngrimt opslag"}
    doors.client.post("/phone/share", content=body, headers=headers)  # loaded again
    assert len(doors.rows()) == 3
    work_off(doors.installation)
    assert len(outbox(doors.installation)) == 1
    assert_clean(doors.installation)


def test_of_too_many_in_one_form_the_first_are_kept_and_named(doors: Doors, phone: Handset) -> None:
    files = (part("files", b"%d" % number, f"IMG_{number}.HEIC") for number in range(5))
    headers = phone.cookie | {"Content-Type": KIND}

    answer = doors.client.post("/phone/share", content=form(*files), headers=headers)

    assert (answer.status_code, "too-many-files" in answer.text) == (413, True)
    assert "Der kan højst sendes 3 filer ad gangen." in answer.text
    kept = {f"IMG_{number}.HEIC" for number in range(3)}
    assert {row.filename for row in doors.rows()} == kept
    assert set(re.findall(r"IMG_\d\.HEIC", answer.text)) == kept
    work_off(doors.installation)
    assert len(outbox(doors.installation)) == 1


def test_a_link_shared_alone_is_kept_as_a_text(doors: Doors, phone: Handset) -> None:
    body = form(part("text", b"https://www.facebook.example/p/3"), part("files", b"", ""))
    headers = phone.cookie | {"Content-Type": KIND}

    assert doors.client.post("/phone/share", content=body, headers=headers).status_code == 303

    (row,) = doors.rows()
    assert (row.filename, row.media_type) == ("delt-tekst.txt", "text/plain")
    assert row.source_url == "https://www.facebook.example/p/3"
    empty = form(part("text", b""), part("files", b"", ""))
    assert doors.client.post("/phone/share", content=empty, headers=headers).status_code == 422


def test_a_share_from_a_phone_that_is_not_connected_is_said_not_to_have_been_sent(
    doors: Doors,
) -> None:
    body = form(part("files", PICTURE, "IMG_1.HEIC"))

    answer = doors.client.post("/phone/share", content=body, headers={"Content-Type": KIND})

    assert answer.status_code == 401
    assert "Telefonen er ikke forbundet" in answer.text
    assert "er ikke blevet sendt" in answer.text
    assert doors.rows() == []
