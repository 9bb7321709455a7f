"""A stream that is under way ends when whoever reads it has left, at most a second later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from archive.records.people import TokenRecord
from service.access.endings import end_person, revoke_token
from service.errors import NotSignedIn
from service.installation import Installation
from service.web.standing import CONTENT_EVERY, while_standing
from tests.service.casework.cases.opened import employ
from tests.service.conftest import Time, Town
from tests.service.web.doors import API, Doors, open_doors

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


def taken(doors: Doors, path: str, headers: dict[str, str], *, then: Iterator[None]) -> int:
    """Take a stream slowly, let something happen after its first bytes, and count what came."""
    count = 0
    with doors.client.stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200
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

    assert taken(doors, f"{API}/{evidence}/original", token, then=revoked()) < len(LARGE)


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
    assert taken(doors, path, cookie, then=passes()) == len(LARGE)
    assert taken(doors, path, cookie, then=leaves()) < len(LARGE)


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

    assert taken(doors, f"/evidence/{evidence}/original", cookie, then=leaves()) < len(LARGE)
    assert left == [303]


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
