"""The evidence API as DESIGN §5 promises it, over a real port, on both databases."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select

from archive.ledger import checkpoint, merkle
from archive.records.evidence import DeliveryRecord
from archive.records.people import TokenRecord
from service.access.endings import revoke_token
from service.installation import Installation
from tests.service.casework.cases.opened import open_one
from tests.service.conftest import Time, Town
from tests.service.web.doors import API, KIND, Doors, digests, form, open_doors, part

CONTENTS = [b"Du skal passe p\xc3\xa5.", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, b"%PDF-1.7\n"]
NAMES = ["mail.txt", "skærm.png", "brev.pdf"]
BODY = form(
    part("note", b"Fra min telefon"),
    part("source_url", b"https://www.facebook.example/havn"),
    part("seen_at", b"2027-01-31T22:15:00+01:00"),
    *(part("files", content, name) for name, content in zip(NAMES, CONTENTS, strict=True)),
)
KEYS = {"id", "filename", "sha256", "size", "media_type", "state"}


@pytest.fixture
def doors(installation: Installation, town: Town, time: Time) -> Iterator[Doors]:
    with open_doors(installation, town, time) as opened:
        yield opened


def send(
    doors: Doors, sender: dict[str, str], body: bytes = BODY, *, key: str | None = None
) -> httpx.Response:
    headers = sender | {"Content-Type": KIND} | ({"Idempotency-Key": key} if key else {})
    return doors.client.post(API, content=body, headers=headers)


def one_file(content: bytes, *fields: bytes) -> bytes:
    return form(*fields, part("files", content, "a.txt"))


def test_what_is_handed_in_comes_back_byte_for_byte_with_its_proof(doors: Doors) -> None:
    sender = doors.token()
    answer = send(doors, sender)

    assert answer.status_code == 201
    assert set(answer.json()) == {"evidence"}
    kept = answer.json()["evidence"]
    assert [set(one) for one in kept] == [KEYS] * 3
    assert [one["filename"] for one in kept] == NAMES
    assert [one["sha256"] for one in kept] == digests(CONTENTS)
    assert [one["size"] for one in kept] == [len(one) for one in CONTENTS]
    assert [one["media_type"] for one in kept] == ["text/plain", "image/png", "application/pdf"]
    assert {one["state"] for one in kept} == {"received"}
    for one, content in zip(kept, CONTENTS, strict=True):
        place = f"{API}/{one['id']}"
        facts = doors.client.get(place, headers=sender).json()
        assert {name: facts[name] for name in KEYS - {"state"}} == {
            name: one[name] for name in KEYS - {"state"}
        }
        assert facts["state"] in {"received", "reading", "read", "unreadable"}
        assert facts["source_url"] == "https://www.facebook.example/havn"
        assert facts["seen_at"] == "2027-01-31T21:15:00+00:00"
        original = doors.client.get(f"{place}/original", headers=sender)
        assert original.content == content
        assert original.headers["content-type"] == "application/octet-stream"
        assert original.headers["x-content-type-options"] == "nosniff"
        assert original.headers["x-content-sha256"] == one["sha256"]
        _verify(doors, doors.client.get(f"{place}/proof", headers=sender).json(), one["sha256"])


def _verify(doors: Doors, proof: dict[str, object], sha256: str) -> None:
    """Check a proof as a stranger would, and that it proves nothing else."""
    leaf = str(proof["leaf"]).encode()
    path = [bytes.fromhex(step) for step in proof["path"]]  # type: ignore[attr-defined]  # it is plain JSON
    position, size = int(str(proof["position"])), int(str(proof["tree_size"]))
    root = bytes.fromhex(str(proof["root_hash"]))
    assert merkle.leaf_hash(leaf).hex() == proof["leaf_hash"]
    assert merkle.verify_inclusion(merkle.leaf_hash(leaf), position, size, path) == root
    assert merkle.verify_inclusion(merkle.leaf_hash(leaf + b" "), position, size, path) != root
    assert leaf.split(b"\n")[1] == b"evidence.received"
    assert sha256 not in str(proof["leaf"])  # a salted commitment, nothing to guess from
    public_key = doors.installation.signer.public_key
    signed = checkpoint.read_note(str(proof["note"]), public_key)
    assert (signed.size, signed.root) == (size, root)
    assert proof["key_fingerprint"] == checkpoint.fingerprint(public_key)


def test_who_may_not_hand_in_leaves_nothing(doors: Doors) -> None:
    forgotten = doors.token()
    with doors.installation.database.writing() as session:
        row = session.scalars(select(TokenRecord)).one()
        revoke_token(session, row, doors.time.now, actor="system")
    short = doors.token(lasts=60)
    doors.time.pass_by(timedelta(seconds=60))
    for sender, status, code in (
        ({}, 401, "not-signed-in"),
        ({"Authorization": "Bearer"}, 401, "not-signed-in"),
        ({"Authorization": "Bearer vaern_guessed"}, 401, "not-signed-in"),
        ({"Authorization": "Basic dTpw"}, 401, "not-signed-in"),
        (forgotten, 401, "not-signed-in"),
        (short, 401, "not-signed-in"),
        (doors.token("statistics"), 403, "not-permitted"),
        (doors.token("operator"), 403, "not-permitted"),
    ):
        answer = send(doors, sender)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert (answer.headers.get("www-authenticate") == "Bearer") == (status == 401)
        assert doors.client.get(API, headers=sender).status_code == status
    assert doors.nothing_kept()


def test_a_case_of_another_unit_is_as_unknown_as_none_at_all(doors: Doors, time: Time) -> None:
    number = open_one(doors.installation, doors.town, time)
    body = one_file(b"to the library's case", part("case", number.encode()))

    stranger = send(doors, doors.token("leader", doors.town.school.id), body)
    nobody = send(doors, doors.token(), one_file(b"x", part("case", b"2027-999")))
    ours = send(doors, doors.token("leader", doors.town.library.id), body)

    assert (stranger.status_code, stranger.json()["code"]) == (404, "case-not-found")
    assert stranger.json()["evidence"] == []
    same = {"instance": None, "detail": None}
    assert stranger.json() | same == nobody.json() | same
    assert ours.status_code == 201
    assert len(doors.rows()) == 1
    place = f"{API}/{ours.json()['evidence'][0]['id']}"
    other = doors.token("leader", doors.town.school.id)
    for path in ("", "/original", "/proof"):
        assert doors.client.get(place + path, headers=other).status_code == 404


def test_a_retry_joins_and_another_senders_bytes_are_another_fact(doors: Doors) -> None:
    one, two = doors.token(), doors.token()
    first, again = (send(doors, one).json()["evidence"] for _ in range(2))
    other = send(doors, two).json()["evidence"]
    differently = send(doors, one, one_file(CONTENTS[0], part("note", b"again"))).json()["evidence"]

    assert [row["id"] for row in again] == [row["id"] for row in first]
    assert not {row["id"] for row in other} & {row["id"] for row in first}
    assert differently[0]["id"] not in {row["id"] for row in first}
    with doors.installation.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(DeliveryRecord)) == 10
    assert len(doors.rows()) == 7


def test_a_day_later_the_same_bytes_are_a_new_fact(doors: Doors, time: Time) -> None:
    sender = doors.token(lasts=200_000)
    first = send(doors, sender, key="k").json()["evidence"]
    time.pass_by(timedelta(hours=24, seconds=1))
    later = send(doors, sender, key="k").json()["evidence"]

    assert not {row["id"] for row in first} & {row["id"] for row in later}


def test_a_key_gives_the_same_answer_to_the_same_request_and_none_to_another(doors: Doors) -> None:
    sender = doors.token()
    with ThreadPoolExecutor(4) as senders:
        answers = list(senders.map(lambda _: send(doors, sender, key="k-1"), range(4)))

    assert [one.status_code for one in answers] == [201] * 4
    assert all(one.json() == answers[0].json() for one in answers)
    assert len(doors.rows()) == 3
    for body in (
        one_file(b"another body"),
        BODY.replace(b"telefon", b"tablet!"),
        BODY.replace(b"brev.pdf", b"brod.pdf"),
    ):
        conflict = send(doors, sender, body, key="k-1")
        assert (conflict.status_code, conflict.json()["code"]) == (422, "idempotency-conflict")
        assert conflict.json()["evidence"] == []
    assert len(doors.rows()) == 3
    assert send(doors, doors.token(), key="k-1").json() != answers[0].json()
    assert send(doors, sender, key="x" * 201).json()["field"] == "Idempotency-Key"


def test_two_requests_under_one_key_at_once_are_one_answer_and_one_conflict(doors: Doors) -> None:
    sender = doors.token()
    bodies = [one_file(b"one body"), one_file(b"other body")] * 2
    with ThreadPoolExecutor(4) as senders:
        answers = list(senders.map(lambda body: send(doors, sender, body, key="k-2"), bodies))

    good = [one for one in answers if one.status_code == 201]
    conflicts = [one for one in answers if one.status_code == 422]
    assert len(good) == len(conflicts) == 2
    assert good[0].json() == good[1].json()
    assert {one.json()["code"] for one in conflicts} == {"idempotency-conflict"}
    # Nothing that is safe is hidden: what the slower one brought is listed beside its conflict.
    listed = {row["id"] for one in answers for row in one.json()["evidence"]}
    assert listed == {str(row.id) for row in doors.rows()}


def test_pages_of_the_list_stand_still_while_more_comes_in(doors: Doors, time: Time) -> None:
    sender = doors.token()
    expected = []
    for number in range(7):
        if number % 2:
            time.pass_by(timedelta(seconds=1))
        answer = send(doors, sender, one_file(b"%d" % number))
        expected.append(answer.json()["evidence"][0]["id"])

    seen: list[str] = []
    after: str | None = None
    for turn in range(4):
        query: dict[str, str | int] = {"limit": 2} | ({"after": after} if after else {})
        page = doors.client.get(API, params=query, headers=sender).json()
        assert set(page) == {"items", "next", "count", "count_is_exact"}
        assert (page["count"], page["count_is_exact"]) == (7 + turn, True)
        seen += [one["id"] for one in page["items"]]
        after = page["next"]
        time.pass_by(timedelta(seconds=1))
        assert send(doors, sender, one_file(b"new %d" % turn)).status_code == 201
    assert after is None
    assert len(seen) == 7
    assert set(seen) == set(expected)
    moments = {str(row.id): row.received_at for row in doors.rows()}
    assert seen == sorted(seen, key=lambda one: moments[one], reverse=True)


def test_odd_queries_find_what_they_say_and_break_nothing(doors: Doors) -> None:
    sender = doors.token()
    send(doors, sender)
    send(doors, sender, form(part("files", b"100 %", "100%_sikker.txt")))

    def answer(query: str) -> dict[str, Any]:
        told = doors.client.get(API, params={"q": query}, headers=sender)
        assert told.status_code == 200, query
        found: dict[str, Any] = told.json()
        assert found["count"] == len(found["items"])
        return found

    def names(query: str) -> list[str]:
        return [one["filename"] for one in answer(query)["items"]]

    assert names("BREV") == names("breve") == names("bre*") == ["brev.pdf"]
    assert names("brev -pdf") == []
    assert names("100%_sikker") == names('"sikker') == ["100%_sikker.txt"]
    assert names(digests([CONTENTS[1]])[0].upper()) == ["skærm.png"]
    assert names("skaerm") == names("skarm") == []
    assert len(names("facebook.example")) == 3
    for odd in ("' OR 1=1 --", "\\", "a\x00b", "NEAR(", "\ud7ff\uffff", "x" * 10_000):
        found = answer(odd)
        assert found["items"] == []
        assert found["searched_for"] or found["left_out"], odd
    for empty in ("%", "_", '"', "*", "-", "…"):
        found = answer(empty)
        assert (found["items"], found["searched_for"], found["left_out"]) == ([], [], [empty])


def test_a_position_that_is_not_ours_is_told_so(doors: Doors) -> None:
    sender = doors.token()
    key = str(uuid4())
    for after in (
        "",
        "x",
        "é",
        _position(["x" * 20_000, key]),
        base64.urlsafe_b64encode(b"[" * 20_000).decode(),
        _position([1, 2]),
        _position(["2027-02-01", "no id"]),
        _position(["0001-01-01T00:00:00+14:00", key]),
        _position(["2027-02-01T09:00:00", key, "more"]),
        _position({"a": 1, "b": 2}),
    ):
        answer = doors.client.get(API, params={"after": after}, headers=sender)
        assert (answer.status_code, answer.json()["code"]) == (422, "upload-invalid"), after[:60]
    for limit in ("0", "201", "-1", "x"):
        answer = doors.client.get(API, params={"limit": limit}, headers=sender)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    naive = _position(["2027-02-01T09:00:00", key])
    assert doors.client.get(API, params={"after": naive}, headers=sender).json()["items"] == []


def _position(parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


def test_what_does_not_exist_is_a_problem_with_its_code(doors: Doors) -> None:
    sender = doors.token()
    for path, status, code in (
        (f"{API}/{uuid4()}", 404, "evidence-not-found"),
        (f"{API}/{uuid4()}/original", 404, "evidence-not-found"),
        (f"{API}/{uuid4()}/proof", 404, "evidence-not-found"),
        (f"{API}/1", 422, "invalid"),
        ("/api/v1/nothing", 404, "not-found"),
        ("/api/v1/evidence/", 404, "not-found"),
    ):
        answer = doors.client.get(path, headers=sender)
        assert (answer.status_code, answer.json()["code"]) == (status, code), path
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == f"urn:vaern:problem:{code}"
    wrong = doors.client.put(API, headers=sender)
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method-not-allowed")
    assert set(wrong.headers["allow"].replace(" ", "").split(",")) <= {"GET", "POST"}


def test_an_unforeseen_failure_tells_nothing_and_keeps_every_header(doors: Doors) -> None:
    sender, (cookie, _) = doors.token(), doors.sign_in(doors.town.leader)
    with doors.installation.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE evidence RENAME TO gone")

    program = doors.client.get(API, headers=sender)
    person = doors.client.get("/evidence", headers=cookie)

    assert program.status_code == person.status_code == 500
    assert program.json()["code"] == "internal"
    assert "<h1" in person.text
    for answer in (program, person):
        assert "gone" not in answer.text
        assert "evidence_" not in answer.text
        assert "SELECT" not in answer.text
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-request-id"] in answer.text
    refused = send(doors, sender)
    assert (refused.status_code, refused.json()["evidence"]) == (500, [])


def test_the_schema_names_every_api_route_with_its_right(doors: Doors) -> None:
    schema = doors.client.get("/api/openapi.json").json()

    assert schema["openapi"].startswith("3.1")
    rights = {
        (path, method): told["x-right"]
        for path, methods in schema["paths"].items()
        for method, told in methods.items()
        if path.startswith("/api/")
    }
    assert rights == {
        (API, "post"): "evidence.hand_in",
        (API, "get"): "evidence.see",
        ("/api/v1/rights", "get"): "rights.see",
        (API + "/{evidence_id}", "get"): "evidence.see",
        (API + "/{evidence_id}/original", "get"): "evidence.view",
        (API + "/{evidence_id}/proof", "get"): "evidence.see",
    }
    sent = schema["paths"][API]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert set(sent["properties"]) == {"files", "note", "source_url", "seen_at", "case"}
    assert sent["additionalProperties"] is False
    for reference in _references(schema):
        found = schema
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
