"""What one program may ask for: an upload's hour, and only parameters that there are."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from service.installation import Installation
from service.web.quotas import UploadQuota
from tests.service.conftest import Time, Town
from tests.service.web.doors import API, Doors, open_doors


@pytest.fixture
def doors(installation: Installation, town: Town, time: Time) -> Iterator[Doors]:
    with open_doors(installation, town, time) as opened:
        yield opened


def bounded(doors: Doors, **most: int) -> None:
    settings = doors.installation.settings.model_copy(update=most)
    doors.app.state.upload_quota = UploadQuota(settings)


def upload(doors: Doors, token: dict[str, str], size: int = 3) -> httpx.Response:
    files = [("files", ("a.txt", b"x" * size, "text/plain"))]
    return doors.client.post(API, headers=token, files=files)


def test_a_program_beyond_its_hour_is_told_when_to_come_again_and_no_other_is(
    doors: Doors,
) -> None:
    bounded(doors, most_files_per_hour=2)
    token = doors.token()
    assert [upload(doors, token).status_code for _ in range(2)] == [201, 201]

    refused = upload(doors, token)

    assert refused.status_code == 429
    assert refused.json()["code"] == "quota-reached"
    assert refused.json()["evidence"] == []
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert upload(doors, doors.token()).status_code == 201


def test_bytes_are_counted_before_they_are_taken(doors: Doors) -> None:
    bounded(doors, most_bytes_per_hour=10_000)
    token = doors.token()
    assert upload(doors, token, 9_000).status_code == 201

    assert upload(doors, token, 9_000).status_code == 429
    assert len(doors.rows()) == 1


def test_a_person_is_told_in_words(doors: Doors) -> None:
    bounded(doors, most_files_per_hour=1)
    cookie, token = doors.sign_in(doors.town.anna)
    answers = [
        doors.client.post(
            "/hand-in",
            headers={**cookie, "Accept": accept},
            files=[("csrf_token", (None, token)), ("files", ("a.txt", b"hej", "text/plain"))],
        )
        for accept in ("text/html", "text/html", "application/json")
    ]

    assert [one.status_code for one in answers] == [303, 429, 429]
    assert all(int(one.headers["retry-after"]) > 0 for one in answers[1:])
    assert "quota-reached" in answers[1].text
    assert answers[2].json()["code"] == "quota-reached"


@pytest.mark.parametrize("query", ["limt=5", "limit=5&q=x&colour=red", "limit=5&limit=6", "Q=x"])
def test_a_parameter_that_there_is_not_is_refused_by_name(doors: Doors, query: str) -> None:
    answer = doors.client.get(f"{API}?{query}", headers=doors.token())

    assert answer.status_code == 422
    assert answer.json()["code"] == "parameter-unknown"
    assert set(answer.json()["parameters"]) <= set(query.replace("&", "=").split("="))
    assert answer.json()["parameters"]


def test_parameters_that_there_are_pass_and_nobody_unknown_learns_of_them(doors: Doors) -> None:
    assert doors.client.get(f"{API}?limit=5&q=x", headers=doors.token()).status_code == 200
    assert doors.client.get(f"{API}?limt=5").status_code == 401
    evidence = upload(doors, doors.token()).json()["evidence"][0]["id"]
    for tail in ("", "/original", "/proof"):
        answer = doors.client.get(f"{API}/{evidence}{tail}?x=1", headers=doors.token())
        assert answer.status_code == 422, tail
    assert doors.client.post(f"{API}?case=2027-001", headers=doors.token()).status_code == 422
