"""Counting one original over: a job with progress, asked for and followed without a script."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import func, select

from archive.records.operations import CheckRecord
from archive.vault.vault import segment_name
from service.access.people import principal_of
from service.casework.evidence.checking import ask_for_check, latest_check
from service.casework.evidence.originals import original_of
from service.installation import Installation
from tests.service.casework.cases.opened import kinds
from tests.service.conftest import Time, Town
from tests.service.web.doors import API, Doors, open_doors


@pytest.fixture
def doors(installation: Installation, town: Town, time: Time) -> Iterator[Doors]:
    with open_doors(installation, town, time) as opened:
        yield opened


def handed_in(doors: Doors, content: bytes = b"hej" * 1000) -> UUID:
    answer = doors.client.post(
        API, headers=doors.token(), files=[("files", ("a.txt", content, "text/plain"))]
    )
    return UUID(answer.json()["evidence"][0]["id"])


def last(doors: Doors, evidence: UUID) -> CheckRecord:
    with doors.installation.database.reading() as session:
        found = latest_check(session, evidence)
    assert found is not None
    return found


def asked(doors: Doors, evidence: UUID) -> str:
    """Ask for a check as a browser without scripts does, and return the page it leads to."""
    cookie, token = doors.sign_in(doors.town.archivist)
    answer = doors.client.post(
        f"/evidence/{evidence}/check", data={"csrf_token": token}, headers=cookie
    )
    assert answer.status_code == 303
    doors.read_everything()  # the doors' own engine: a second one may find the row claimed
    page = doors.client.get(answer.headers["location"].partition("#")[0], headers=cookie)
    assert page.status_code == 200
    return page.text


def test_an_unchanged_original_is_said_to_be_so_and_by_whom_it_was_asked_for(
    doors: Doors,
) -> None:
    evidence = handed_in(doors)

    page = asked(doors, evidence)

    assert "Uændret siden modtagelsen" in page
    check = last(doors, evidence)
    assert (check.result, check.done, check.total) == ("unchanged", 1, 1)
    assert check.asked_by == f"person:{doors.town.archivist.id}"
    assert kinds(doors.installation).count("evidence.checked") == 1


@pytest.mark.parametrize(("act", "found"), [("change", "changed"), ("remove", "missing")])
def test_what_was_changed_or_taken_away_is_found(doors: Doors, act: str, found: str) -> None:
    evidence = handed_in(doors)
    doors.read_everything()
    with doors.installation.database.reading() as session:
        row = next(one for one in doors.rows() if one.id == evidence)
        name = segment_name(original_of(session, row).name, 0)
    (path,) = (doors.installation.data / "objects").rglob(name.rpartition("/")[2])
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.chmod(0o600)
    path.unlink()
    if act == "change":
        path.write_bytes(content)

    page = asked(doors, evidence)

    assert last(doors, evidence).result == found
    assert "Uændret siden modtagelsen" not in page


def test_asking_twice_is_one_check_and_its_progress_is_shown(doors: Doors, time: Time) -> None:
    evidence = handed_in(doors)
    cookie, _ = doors.sign_in(doors.town.archivist)
    with doors.installation.database.writing() as session:
        principal = principal_of(session, doors.town.archivist, doors.installation.rights, time.now)
        first = ask_for_check(session, principal, evidence, time.now)
        session.flush()
        assert ask_for_check(session, principal, evidence, time.now).id == first.id
        first.done, first.total = 3, 7
    page = doors.client.get(f"/evidence/{evidence}", headers=cookie).text
    assert 'value="3"' in page
    assert 'max="7"' in page
    partial = doors.client.get(
        f"/evidence/{evidence}/check", headers={**cookie, "HX-Request": "true"}
    )
    assert 'id="check-progress"' in partial.text
    assert "<html" not in partial.text
    plain = doors.client.get(f"/evidence/{evidence}/check", headers=cookie)
    assert plain.headers["location"] == f"/evidence/{evidence}#check-progress"
    with doors.installation.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CheckRecord)) == 1


def test_who_may_not_see_it_may_not_ask_for_it(doors: Doors) -> None:
    evidence = handed_in(doors)
    cookie, token = doors.sign_in(doors.town.other_leader)

    answers = [
        doors.client.post(
            f"/evidence/{evidence}/check", data={"csrf_token": token}, headers=cookie
        ),
        doors.client.get(f"/evidence/{evidence}/check", headers=cookie),
    ]

    assert [one.status_code for one in answers] == [404, 404]
    with doors.installation.database.reading() as session:
        assert latest_check(session, evidence) is None
