"""The page of a piece of evidence: its likes, its film, its end; and "is it unchanged?"."""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from archive.records.ledger import LedgerDetailRecord
from archive.records.people import PersonRecord
from archive.retention import erase
from archive.vault.vault import SEGMENT_SIZE
from service.installation import Installation
from service.web.evidence_host import make_evidence_host
from tests.service.conftest import Time, Town
from tests.service.web.doors import KIND, SECRET, Doors, form, objects_of, open_doors, part
from tests.service.web.matrix import browsing

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TEXT = b"Du kan takke dig selv."


def sound(size: int = 4000) -> bytes:
    """Return a WAV of silence with a pattern in it, so that a wrong range is seen."""
    data = (b"\x80\x81\x82\x83\x84\x85\x86" * (size // 7 + 1))[:size]
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    body = b"WAVE" + head + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


@dataclass
class Room:
    """A served application with its evidence host."""

    doors: Doors
    host: httpx.Client

    def hand_in(self, person: PersonRecord, name: str, content: bytes) -> UUID:
        cookie, token = self.doors.sign_in(person)
        body = form(part("csrf_token", token.encode()), part("files", content, name))
        headers = cookie | {"Content-Type": KIND, "Accept": "application/json"}
        answer = self.doors.client.post("/hand-in", content=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return UUID(answer.json()["evidence"][0]["id"])

    def page(self, person: PersonRecord, path: str) -> str:
        cookie, _ = self.doors.sign_in(person)
        return self.doors.client.get(path, headers=cookie).text

    def compare(
        self, person: PersonRecord, content: bytes | None = None, digest: str = ""
    ) -> httpx.Response:
        cookie, token = self.doors.sign_in(person)
        parts = [part("csrf_token", token.encode()), part("sha256", digest.encode())]
        if content is not None:
            parts.append(part("files", content, "min.txt"))
        headers = cookie | {"Content-Type": KIND}
        return self.doors.client.post("/unchanged", content=form(*parts), headers=headers)

    def compared(self) -> list[str]:
        with self.doors.installation.database.reading() as session:
            query = select(LedgerDetailRecord.subject).where(
                LedgerDetailRecord.kind == "evidence.compared"
            )
            return [str(one) for one in session.scalars(query)]


@pytest.fixture
def room(installation: Installation, town: Town, time: Time) -> Iterator[Room]:
    with open_doors(installation, town, time) as doors:
        host = make_evidence_host(installation, secret=SECRET, web_url="http://vaern.example")
        with browsing(host) as client:
            yield Room(doors, client)


@on_sqlite
def test_sound_is_played_by_ranges_over_the_segments_it_lies_in(room: Room, town: Town) -> None:
    content = sound(SEGMENT_SIZE + 5000)
    evidence = room.hand_in(town.anna, "optagelse.wav", content)
    cookie, token = room.doors.sign_in(town.leader)
    assert "<audio" not in room.page(town.leader, f"/evidence/{evidence}")
    answer = room.doors.client.post(
        f"/evidence/{evidence}/viewing",
        data={"csrf_token": token, "part": "media"},
        headers=cookie,
    )
    found = re.search(r'<audio src="http://evidence\.example(/o/[^"]+)"', answer.text)
    assert found is not None, answer.text
    assert "media-src http://evidence.example;" in answer.headers["content-security-policy"]
    link = found[1]

    whole = room.host.get(link)
    assert (whole.status_code, whole.content == content) == (200, True)
    assert whole.headers["content-type"] == "audio/wav"
    assert whole.headers["accept-ranges"] == "bytes"
    assert "content-disposition" not in whole.headers
    etag, size = whole.headers["etag"], len(content)
    edge = SEGMENT_SIZE
    for first, last in ((0, 0), (10, 99), (edge - 5, edge + 5), (edge, edge), (size - 3, size - 1)):
        some = room.host.get(link, headers={"Range": f"bytes={first}-{last}", "If-Range": etag})
        assert some.status_code == 206
        assert some.content == content[first : last + 1]
        assert some.headers["content-range"] == f"bytes {first}-{last}/{size}"
        assert some.headers["content-length"] == str(last + 1 - first)
        assert "set-cookie" not in some.headers
    behind = room.host.get(link, headers={"Range": f"bytes={size}-"})
    assert (behind.status_code, behind.content) == (416, b"")
    assert behind.headers["content-range"] == f"bytes */{size}"
    old = room.host.get(link, headers={"Range": "bytes=0-1", "If-Range": '"old"'})
    assert old.status_code == 200
    head = room.host.head(link)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(size)


def test_the_same_bytes_are_two_facts_each_told_only_to_whom_it_is_open(
    room: Room, town: Town
) -> None:
    one = room.hand_in(town.anna, "en.txt", TEXT)
    two = room.hand_in(town.leader, "to.txt", TEXT)
    three = room.hand_in(town.bent, "tre.txt", TEXT)

    seen = room.page(town.leader, f"/evidence/{one}")
    everything = room.page(town.archivist, f"/evidence/{one}")
    own = room.page(town.anna, f"/evidence/{one}")

    assert f'href="/evidence/{two}"' in seen
    assert f'href="/evidence/{three}"' not in seen
    assert "Bent Lund" not in seen
    assert f'href="/evidence/{three}"' in everything
    assert "Bent Lund" in everything
    assert f"/evidence/{two}" not in own


@on_sqlite
def test_a_tombstone_says_who_erased_it_and_why(room: Room, town: Town, time: Time) -> None:
    evidence = room.hand_in(town.anna, "en.txt", TEXT)
    with room.doors.installation.database.writing() as session:
        erase(session, evidence, "Indsendt ved en fejl.", f"person:{town.lawyer.id}", time.now)

    page = room.page(town.archivist, f"/evidence/{evidence}")

    assert "Indsendt ved en fejl." in page
    assert "Julie Jurist" in page
    assert "en.txt" not in page


def test_a_file_in_somebodys_hand_is_compared_with_what_they_may_see_and_nothing_else(
    room: Room, town: Town
) -> None:
    evidence = room.hand_in(town.anna, "en.txt", TEXT)
    digest = hashlib.sha256(TEXT).hexdigest()
    room.doors.read_everything()
    kept = len(list(objects_of(room.doors.installation)))

    for person in (town.anna, town.leader, town.archivist):
        answer = room.compare(person, TEXT)
        assert answer.status_code == 200
        assert f'href="/evidence/{evidence}"' in answer.text
    for person, content in ((town.bent, TEXT), (town.bent, b"x"), (town.leader, TEXT + b"\n")):
        answer = room.compare(person, content)
        assert answer.status_code == 200
        assert "/evidence/" not in answer.text.partition("<main")[2]
    strange = [_without(room.compare(town.bent, one)) for one in (TEXT, b"another one......")]
    assert strange[0] == strange[1]
    for typed in (digest, digest.upper(), f"{digest}  en.txt", f"sha256:{digest}", digest_pairs()):
        assert f'href="/evidence/{evidence}"' in room.compare(town.anna, digest=typed).text
    for typed in ("", "abc", "g" * 64, f"{digest} {'0' * 64}"):
        assert room.compare(town.anna, digest=typed).status_code == 422

    assert set(room.compared()) == {f"evidence:{evidence}"}
    assert len(room.compared()) == 8
    assert len(list(objects_of(room.doors.installation))) == kept
    assert len(room.doors.rows()) == 1


def digest_pairs() -> str:
    """Return the digest as `certutil` of older Windows writes it."""
    digest = hashlib.sha256(TEXT).hexdigest()
    return " ".join(digest[at : at + 2] for at in range(0, 64, 2))


def _without(answer: httpx.Response) -> str:
    """Return a page without what differs between any two answers: digest, nonce, name, size."""
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"[0-9a-f]{64}|\d+ bytes?|value=\"[^\"]+\"", "", main)


@on_sqlite
def test_nothing_is_compared_for_another_sites_form(room: Room, town: Town) -> None:
    cookie, _ = room.doors.sign_in(town.anna)
    body = form(part("csrf_token", b"wrong"), part("files", TEXT, "a.txt"))
    headers = cookie | {"Content-Type": KIND}

    assert room.doors.client.post("/unchanged", content=body, headers=headers).status_code == 403
    signed_out = room.doors.client.post("/unchanged", content=body, headers={"Content-Type": KIND})
    assert signed_out.status_code == 303
    assert room.compared() == []
