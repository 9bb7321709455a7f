"""Multipart forms as programs, browsers and attackers send them: kept whole, or told why not."""

from __future__ import annotations

import socket
import time as real_time
from collections.abc import Iterator

import httpx
import pytest

from service.installation import Installation
from tests.service.conftest import Time, Town
from tests.service.web.doors import API, BOUNDARY, KIND, Doors, digests, disposed, form, open_doors
from tests.service.web.doors import part as part_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TEXT = b"Du skal passe p\xc3\xa5."
FILE = part_of("files", TEXT, "a.txt")
LONG_HEADER = b'form-data; name="files"; x="' + b"x" * 9000


@pytest.fixture
def doors(installation: Installation, town: Town, time: Time) -> Iterator[Doors]:
    with open_doors(installation, town, time) as opened:
        yield opened


def send(
    doors: Doors, body: bytes, sender: dict[str, str] | None = None, kind: str = KIND
) -> httpx.Response:
    headers = (sender or doors.token()) | {"Content-Type": kind}
    return doors.client.post(API, content=body, headers=headers)


NAMES = [
    (b'filename="trussel.txt"', "trussel.txt"),
    (b"filename=trussel.txt", "trussel.txt"),
    ('filename="Skærmbillede æøå.png"'.encode(), "Skærmbillede æøå.png"),
    (b"filename*=UTF-8''Sk%C3%A6rm%20billede.png", "Skærm billede.png"),
    (b"filename*=\"utf-8'da'%C3%B8.png\"", "ø.png"),
    (b"filename=\"x.png\"; filename*=UTF-8''%C3%B8.png", "x.png"),  # RFC 7578 §4.2
    (b"filename*=UTF-8''%ED%A0%80.png", "\ufffd" * 3 + ".png"),
    (b"filename*=UTF-8''..%2F..%2Fetc%2Fpasswd", "passwd"),
    (b'filename="\xff\xfe.png"', "\ufffd\ufffd.png"),
    (b'filename="../../etc/passwd"', "passwd"),
    (b'filename="..\\\\..\\\\boot.ini"', "boot.ini"),
    (b'filename="C:\\fakepath\\a.png"', "a.png"),
    (b'filename="/"', None),
    (b'filename="a/"', None),
    (b'filename="."', "."),
    (b'filename="gnp.\xe2\x80\xaeexe.txt"', "gnp.exe.txt"),
    (b'filename="\xe2\x81\xa6a\xe2\x81\xa9\xe2\x80\x8f.png"', "a.png"),
    (b'filename="a\x00b.png"', "ab.png"),
    (b'filename="a\x1b[31m\x07.png"', "a[31m.png"),
    (b'filename="a\\"b.png"', 'a"b.png'),
    (b'filename="<img src=x onerror=alert(1)>.png"', "<img src=x onerror=alert(1)>.png"),
    (f'filename="{"x" * 5000}.txt"'.encode(), "x" * 300),
    (b'filename=" "', None),
]


def test_a_files_name_is_shown_plainly_and_its_bytes_are_kept(doors: Doors) -> None:
    reader = doors.token()
    shown: list[tuple[bytes, object]] = []
    for disposition, _ in NAMES:
        answer = send(doors, form(disposed(b'form-data; name="files"; ' + disposition, TEXT)))
        assert answer.status_code == 201, (disposition, answer.text)
        (one,) = answer.json()["evidence"]
        shown.append((disposition, one["filename"]))
        original = doors.client.get(f"{API}/{one['id']}/original", headers=reader)
        assert original.content == TEXT
        assert original.headers["content-disposition"].startswith("attachment;")

    assert shown == NAMES
    assert {row.sha256 for row in doors.rows()} == set(digests([TEXT]))


REFUSED: list[tuple[bytes, str, str | None]] = [
    (form(), "upload-invalid", "files"),
    (form(part_of("note", b"no file")), "upload-invalid", "files"),
    (form(part_of("files", b"", "")), "upload-invalid", "files"),
    (form(part_of("state", b"read"), FILE), "upload-invalid", "state"),
    (form(FILE, part_of("unit_id", b"1")), "upload-invalid", "unit_id"),
    (form(part_of("note", b"1"), FILE, part_of("note", b"2")), "upload-invalid", "note"),
    (form(part_of("file", TEXT, "a.txt")), "upload-invalid", "file"),
    (form(part_of("files", b"a field, not a file")), "upload-invalid", "files"),
    (form(part_of("note", b"\xff\xfe"), FILE), "upload-invalid", "note"),
    (form(part_of("note", b"x" * 70_000), FILE), "upload-invalid", "note"),
    (form(part_of("note", b"x" * 30_000), FILE), "upload-invalid", "note"),
    (form(part_of("seen_at", b"yesterday"), FILE), "upload-invalid", "seen_at"),
    (form(part_of("seen_at", b"2027-01-31T09:00:00"), FILE), "upload-invalid", "seen_at"),
    (form(part_of("seen_at", b"2027-02-02T09:00:00Z"), FILE), "upload-invalid", "seen_at"),
    (form(part_of("seen_at", b"0001-01-01T00:00:00+14:00"), FILE), "upload-invalid", "seen_at"),
    (form(part_of("source_url", b"javascript:alert(1)"), FILE), "upload-invalid", "source_url"),
    (form(part_of("source_url", b"https://"), FILE), "upload-invalid", "source_url"),
    (form(part_of("source_url", b"http://[::1"), FILE), "upload-invalid", "source_url"),
    (form(part_of("source_url", b"http://a\x00b"), FILE), "upload-invalid", "source_url"),
    (form(part_of("case", b"1 OR 1=1"), FILE), "upload-invalid", "case"),
    (form(part_of("case", b"2027-999"), FILE), "case-not-found", None),
    (form(disposed(LONG_HEADER, TEXT)), "upload-invalid", None),
    (FILE, "upload-invalid", None),
    (FILE[:-20], "upload-invalid", None),
    (b"", "upload-invalid", None),
    (b"no form at all", "upload-invalid", None),
    (form(FILE).replace(BOUNDARY.encode(), b"another"), "upload-invalid", None),
]


def test_what_is_no_upload_of_ours_is_refused_with_its_reason(doors: Doors) -> None:
    sender = doors.token()
    for body, code, field in REFUSED:
        before = len(doors.rows())
        answer = send(doors, body, sender)
        told = answer.json()

        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.status_code, told["code"], told.get("field")) == (
            404 if code == "case-not-found" else 422,
            code,
            field,
        ), (body[:200], told)
        assert told["status"] == answer.status_code
        assert told["instance"] == answer.headers["x-request-id"]
        assert len(told["evidence"]) == len(doors.rows()) - before

    # Only a form that goes wrong after a whole file leaves that file, and says so: two of them did.
    # They may bear the same moment, so that their order is nobody's promise.
    assert {(row.note, row.sha256) for row in doors.rows()} == {
        (None, digests([TEXT])[0]),
        ("1", digests([TEXT])[0]),
    }
    assert len(doors.rows()) == 2


def test_only_a_multipart_form_with_a_boundary_is_read(doors: Doors) -> None:
    for kind in (
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        f"multipart/mixed; boundary={BOUNDARY}",
        "application/x-www-form-urlencoded",
        f"multipart/form-data; boundary={'b' * 201}",
        "",
    ):
        answer = send(doors, form(FILE), kind=kind)
        assert (answer.status_code, answer.json()["code"]) == (422, "upload-invalid"), kind

    assert doors.nothing_kept()


def test_fields_may_stand_after_the_files_and_bodies_may_come_without_a_length(
    doors: Doors,
) -> None:
    body = form(FILE, part_of("note", "så grimt".encode()), part_of("files", b"", "empty.bin"))
    pieces = (body[at : at + 7] for at in range(0, len(body), 7))
    answer = doors.client.post(API, content=pieces, headers=doors.token() | {"Content-Type": KIND})

    assert answer.status_code == 201
    assert [one["sha256"] for one in answer.json()["evidence"]] == digests([TEXT, b""])
    assert [one["size"] for one in answer.json()["evidence"]] == [len(TEXT), 0]
    assert {row.note for row in doors.rows()} == {"så grimt"}


def test_fifty_files_are_kept_in_order_and_the_next_is_one_too_many(doors: Doors) -> None:
    contents = [b"file %d" % number for number in range(51)]
    parts = [part_of("files", one, f"{number}.txt") for number, one in enumerate(contents)]

    whole = send(doors, form(*parts[:50]))
    many = send(doors, form(*parts))

    assert whole.status_code == 201
    kept = whole.json()["evidence"]
    assert [one["sha256"] for one in kept] == digests(contents[:50])
    assert (many.status_code, many.json()["code"]) == (413, "too-many-files")
    # The same program would have joined its first; another one's are facts of their own.
    assert [one["sha256"] for one in many.json()["evidence"]] == digests(contents[:50])
    assert len(doors.rows()) == 100


def test_a_person_is_told_how_many_at_once_and_which_are_safe(doors: Doors) -> None:
    cookie, token = doors.sign_in(doors.town.anna)
    parts = [part_of("files", b"%d" % number, f"{number}.txt") for number in range(52)]
    body = form(part_of("csrf_token", token.encode()), *parts)
    headers = cookie | {"Content-Type": KIND}

    page = doors.client.post("/hand-in", content=body, headers=headers)
    told = doors.client.post(
        "/hand-in", content=body, headers=headers | {"Accept": "application/json"}
    )

    words = "De første 50 filer er allerede i sikkerhed, til og med »49.txt«."
    assert (page.status_code, words in page.text) == (422, True)
    assert (told.status_code, told.json()["code"]) == (413, "too-many-files")
    assert told.json()["message"] == f"Vælg højst 50 filer ad gangen. {words}"
    assert len(doors.rows()) == 50


def test_a_request_with_giant_headers_is_refused_and_the_door_stays_open(doors: Doors) -> None:
    try:
        answer = send(doors, form(FILE), doors.token() | {"X-Long": "x" * 200_000})
    except httpx.TransportError:
        pass  # cut off while it was still sending
    else:
        assert answer.status_code in {400, 431}
    assert doors.nothing_kept()
    assert send(doors, form(FILE)).status_code == 201


def test_a_sender_that_goes_away_leaves_whole_files_and_no_half_ones(doors: Doors) -> None:
    whole = part_of("files", TEXT, "whole.txt")
    half = part_of("files", b"half of it" * 30_000, "half.bin")[:-5]
    host, port = doors.client.base_url.host, doors.client.base_url.port
    head = (
        f"POST {API} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 99999999\r\n"
        f"Content-Type: {KIND}\r\n"
        f"Authorization: {doors.token()['Authorization']}\r\n\r\n"
    )
    with socket.create_connection((host, port or 80)) as sender:
        sender.sendall(head.encode() + whole + half)

    until = real_time.monotonic() + 30
    while not doors.rows() and real_time.monotonic() < until:
        real_time.sleep(0.02)
    (row,) = doors.rows()
    assert (row.filename, row.sha256) == ("whole.txt", digests([TEXT])[0])
