"""A stream that is under way ends when whoever reads it has left, at most a second later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from archive.records.evidence import ObjectRecord
from archive.records.people import TokenRecord
from service.access.endings import end_person, revoke_token
from service.access.people import secret_hash
from service.errors import NotSignedIn
from service.installation import Installation
from service.web.capability import Capabilities
from service.web.evidence_host import make_evidence_host
from service.web.standing import CONTENT_EVERY, while_standing
from tests.service.casework.cases.opened import employ
from tests.service.conftest import Time, Town
from tests.service.web.doors import API, SECRET, Doors, open_doors
from tests.service.web.matrix import browsing

LARGE = bytes(24 * 1024 * 1024)


@pytest.fixture
def doors(installation: Installation, town: Town, time: Time) -> Iterator[Doors]:
    with open_doors(installation, town, time) as opened:
        yield opened


def handed_in(doors: Doors) -> UUID:
    answer = doors.client.post(
        API, headers=doors.token(), files=[("files", ("a.bin", LARGE, "text/plain"))]
    )
    return UUID(answer.json()["evidence"][0]["id"])


def taken(client: httpx.Client, path: str, headers: dict[str, str], *, then: Iterator[None]) -> int:
    """Take a stream slowly, let something happen after its first bytes, and count what came."""
    count = 0
    with client.stream("GET", path, headers=headers) as answer:
        assert answer.status_code in {200, 206}
        try:
            for chunk in answer.iter_raw(65536):
                count += len(chunk)
                next(then, None)
        except httpx.RemoteProtocolError:
            return count
    return count


def test_a_download_breaks_off_when_the_token_is_revoked(doors: Doors) -> None:
    evidence, token = handed_in(doors), doors.token()

    def revoked() -> Iterator[None]:
        with doors.installation.database.writing() as session:
            for row in session.scalars(select(TokenRecord)):
                revoke_token(session, row, doors.time.now, actor="system")
        doors.time.pass_by(CONTENT_EVERY)
        yield

    assert taken(doors.client, f"{API}/{evidence}/original", token, then=revoked()) < len(LARGE)


def test_a_download_breaks_off_when_the_person_leaves_and_not_before(doors: Doors) -> None:
    evidence = handed_in(doors)
    cookie, _ = doors.sign_in(doors.town.archivist)

    def passes() -> Iterator[None]:
        doors.time.pass_by(CONTENT_EVERY)
        yield

    def leaves() -> Iterator[None]:
        with doors.installation.database.writing() as session:
            person = session.merge(doors.town.archivist)
            end_person(session, person, doors.time.now, actor="system")
        doors.time.pass_by(CONTENT_EVERY)
        yield

    path = f"/evidence/{evidence}/original"
    assert taken(doors.client, path, cookie, then=passes()) == len(LARGE)
    assert taken(doors.client, path, cookie, then=leaves()) < len(LARGE)


def test_a_download_breaks_off_when_an_operator_lets_the_person_leave_by_the_page(
    doors: Doors,
) -> None:
    evidence, archivist = handed_in(doors), doors.town.archivist
    cookie, _ = doors.sign_in(archivist)
    dorte = employ(
        doors.installation, doors.time, "Dorte Drift", "operator", unit=doors.town.centre
    )
    drift, token = doors.sign_in(dorte)
    left: list[int] = []

    def leaves() -> Iterator[None]:
        path = f"/organisation/people/{archivist.id}/end"
        answer = doors.client.post(path, headers=drift, data={"csrf_token": token})
        left.append(answer.status_code)
        doors.time.pass_by(CONTENT_EVERY)
        yield

    assert taken(doors.client, f"/evidence/{evidence}/original", cookie, then=leaves()) < len(LARGE)
    assert left == [303]


@pytest.mark.parametrize("part", [{}, {"Range": "bytes=10-"}], ids=["whole", "part"])
def test_what_the_evidence_host_sends_breaks_off_when_the_person_leaves(
    doors: Doors, part: dict[str, str]
) -> None:
    house, evidence = doors.installation, handed_in(doors)
    cookie, _ = doors.sign_in(doors.town.archivist)
    # What was never shown to somebody, no link opens for them.
    assert doors.client.get(f"/evidence/{evidence}/original", headers=cookie).status_code == 200
    held = secret_hash(cookie["Cookie"].partition("=")[2])
    with house.database.reading() as session:
        original = (ObjectRecord.evidence_id == evidence, ObjectRecord.role == "original")
        name = session.scalars(select(ObjectRecord.name).where(*original)).one()
    link = Capabilities(SECRET).make(str(evidence), name, held, doors.time.now)

    def leaves() -> Iterator[None]:
        with house.database.writing() as session:
            person = session.merge(doors.town.archivist)
            end_person(session, person, doors.time.now, actor="system")
        doors.time.pass_by(CONTENT_EVERY)
        yield

    host = make_evidence_host(house, secret=SECRET, web_url="http://vaern.example")
    with browsing(host) as client:
        sent = len(LARGE) - (10 if part else 0)
        assert taken(client, f"/o/{link}", part, then=iter(())) == sent
        assert taken(client, f"/o/{link}", part, then=leaves()) < sent


def test_it_is_asked_no_more_often_than_needed_and_however_the_clock_goes(time: Time) -> None:
    asked = []
    chunks = iter([bytes(3), bytes(300 * 1024), bytes(2)])
    sent = while_standing(chunks, lambda: asked.append(1), time)
    sizes = []
    for piece in sent:
        sizes.append(len(piece))
        time.pass_by(CONTENT_EVERY / 2)

    assert sum(sizes) == 3 + 300 * 1024 + 2
    assert max(sizes) <= 256 * 1024
    assert len(asked) == 1

    def gone() -> None:
        raise NotSignedIn("left")

    broken = while_standing(iter([b"a", b"b"]), gone, time)
    assert next(broken) == b"a"
    time.pass_by(-timedelta(hours=1))
    with pytest.raises(NotSignedIn):
        next(broken)
