"""A phone from its link to its end: who gets one, what lies on it, who ends it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest

from archive.records.phones import PhoneRecord
from service.installation import Installation
from service.settings import Settings
from tests.service.casework.cases.opened import employ
from tests.service.casework.mail.mails import hand_over, mail
from tests.service.conftest import Time, Town
from tests.service.jobs.following import every, outbox, said, work_off
from tests.service.web.doors import Doors, open_doors
from tests.service.web.handset import MOST, PICTURE, Handset

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"most_upload_bytes": MOST, "most_files_per_hour": 40})


@pytest.fixture
def doors(installation: Installation, town: Town, time: Time) -> Iterator[Doors]:
    with open_doors(installation, town, time) as opened:
        yield opened


@pytest.fixture
def phone(doors: Doors) -> Handset:
    return Handset(doors)


def test_a_receipt_connects_a_phone_by_a_deliberate_act_and_looking_uses_nothing_up(
    doors: Doors,
) -> None:
    hand_over(doors.installation, mail())
    work_off(doors.installation)
    (receipt,) = outbox(doors.installation)
    (link,) = re.findall(r"https://vaern\.example(/phone/link/\S+)", said(receipt))
    assert receipt["To"] == "anna@kommune.example"

    for _ in range(3):  # mail systems open each link before anybody reads the mail
        looked = doors.client.get(link)
        assert looked.status_code == 200
        assert "set-cookie" not in looked.headers
    assert "<svg" in looked.text
    assert looked.headers["referrer-policy"] == "no-referrer"
    assert not every(doors.installation, PhoneRecord)

    done = doors.client.post(link, headers={"User-Agent": "Android Chrome/1"})
    assert (done.status_code, done.headers["location"]) == (303, "/phone/?said=connected")
    kept = done.headers["set-cookie"]
    for word in ("HttpOnly", "Path=/phone", "SameSite=lax", "Secure", "Max-Age=31536000"):
        assert word in kept
    doors.client.cookies.clear()
    assert doors.client.get(link).status_code == 410
    again = doors.client.post(link)
    assert (again.status_code, "set-cookie" in again.headers) == (410, False)
    assert len(every(doors.installation, PhoneRecord)) == 1


def test_a_stranger_who_forges_a_sender_gets_no_link_and_a_stranger_none_at_all(
    doors: Doors,
) -> None:
    hand_over(doors.installation, mail(), mail_from="thief@evil.example")
    hand_over(
        doors.installation,
        mail(sender="Ukendt <unknown@evil.example>"),
        mail_from="unknown@evil.example",
    )
    work_off(doors.installation)

    told = {one["To"]: "/phone/link/" in said(one) for one in outbox(doors.installation)}
    assert told == {"anna@kommune.example": True, "unknown@evil.example": False}


def test_a_phone_that_was_ended_hands_in_no_more_not_even_the_rest_of_a_file(
    doors: Doors, phone: Handset
) -> None:
    file_id = uuid4()
    phone.begin(len(PICTURE), file_id)
    phone.piece(file_id, PICTURE[:100])
    (row,) = every(doors.installation, PhoneRecord)
    cookie, token = doors.sign_in(doors.town.anna)
    lists = doors.client.get("/my-phones", headers=cookie).text
    assert "Android, Chrome" in lists
    ended = doors.client.post(
        f"/my-phones/{row.id}/end", data={"csrf_token": token}, headers=cookie
    )
    assert ended.status_code == 303

    assert phone.piece(file_id, PICTURE[100:], 100).status_code == 401
    assert phone.begin(10, uuid4()).status_code == 401
    shown = doors.client.get("/phone/", headers=phone.cookie)
    assert (shown.status_code, 'data-connected="no"' in shown.text) == (200, True)
    assert "x-phone" not in shown.headers
    assert not doors.rows()


def test_a_phone_disconnects_itself(doors: Doors, phone: Handset) -> None:
    left = doors.client.post("/phone/leave", headers=phone.cookie)

    assert left.status_code == 303
    assert 'vaern_phone=""' in left.headers["set-cookie"]
    assert phone.begin(10, uuid4()).status_code == 401


def test_whoever_runs_it_sees_every_phone_and_ends_one(doors: Doors, phone: Handset) -> None:
    it = employ(doors.installation, doors.time, "Ib Drift", "it", unit=doors.town.centre)
    cookie, token = doors.sign_in(it)
    (row,) = every(doors.installation, PhoneRecord)

    assert "Anna Holm" in doors.client.get("/phones", headers=cookie).text
    path = f"/phones/{row.id}/end"
    ended = doors.client.post(path, data={"csrf_token": token}, headers=cookie)

    assert ended.status_code == 303
    assert "Anna Holm" not in doors.client.get("/phones", headers=cookie).text
    assert phone.begin(10, uuid4()).status_code == 401


def test_what_the_phone_keeps_for_when_there_is_no_line_names_nobody(
    doors: Doors, phone: Handset
) -> None:
    session, _ = doors.sign_in(doors.town.anna)
    both = {"Cookie": f"{session['Cookie']}; {phone.cookie['Cookie']}"}

    shown = doors.client.get("/phone/", headers=both)

    assert shown.headers["x-phone"] == "connected"
    assert "Anna" not in shown.text
    assert "csrf_token" not in shown.text
    policy = shown.headers["content-security-policy"]
    assert "worker-src 'self'" in policy
    assert "trusted-types htmx vaern-worker" in policy
    worker = doors.client.get("/phone/service-worker.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert "sandbox" not in worker.headers["content-security-policy"]
    assert "worker-src" not in doors.client.get("/sign-in").headers["content-security-policy"]


def test_the_installed_app_is_described_whole(doors: Doors) -> None:
    manifest = doors.client.get("/static/phone.webmanifest").json()

    assert manifest["start_url"].startswith(manifest["scope"])
    assert manifest["share_target"]["action"].startswith(manifest["scope"])
    assert manifest["share_target"]["enctype"] == "multipart/form-data"
    assert manifest["share_target"]["params"]["files"][0]["name"] == "files"
    assert {one["purpose"] for one in manifest["icons"]} == {"any", "maskable"}
    for one in manifest["icons"]:
        icon = doors.client.get(one["src"])
        assert icon.status_code == 200
        if one["type"] == "image/png":
            width = int.from_bytes(icon.content[16:20])
            assert one["sizes"] == f"{width}x{width}"
