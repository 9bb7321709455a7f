"""The host for foreign content: a link opens one thing, for one session, for five minutes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from archive.records.evidence import ObjectRecord
from archive.records.people import PersonRecord
from service.access.endings import end_person, end_role
from service.access.people import secret_hash
from service.installation import Installation
from service.web.capability import Capabilities
from service.web.dependencies import COOKIE
from service.web.evidence_host import make_evidence_host
from tests.service.casework.cases.opened import roles_of
from tests.service.conftest import Time, Town
from tests.service.jobs.following import picture
from tests.service.web.doors import KIND, SECRET, Doors, form, open_doors, part
from tests.service.web.matrix import browsing

HTML = b"<!doctype html><p>Ses</p><script>alert(1)</script>"
_LINK = re.compile(r"http://evidence\.example(/o/[^\"' ]+)")


@dataclass
class Shown:
    """A picture and a page of somebody else's, handed in by the leader, who looks at them."""

    doors: Doors
    host: httpx.Client
    cookie: dict[str, str]
    form_token: str
    picture: UUID
    page: UUID

    def link(self) -> str:
        """Show the picture, and return the path of its link."""
        answer = self.doors.client.post(
            f"/evidence/{self.picture}/viewing",
            data={"csrf_token": self.form_token, "part": "picture"},
            headers=self.cookie,
        )
        assert answer.status_code == 200, answer.text
        found = _LINK.search(answer.text)
        assert found is not None, answer.text
        return found[1]

    def forge(self, evidence: UUID, role: str, of: UUID | None = None, **more: str) -> str:
        """Sign a link ourselves, as a mistake in the application might."""
        with self.doors.installation.database.reading() as session:
            name = session.scalars(
                select(ObjectRecord.name).where(
                    ObjectRecord.evidence_id == (of or evidence), ObjectRecord.role == role
                )
            ).one()
        held = more.get("session") or secret_hash(self.cookie["Cookie"].partition("=")[2])
        made = Capabilities(SECRET).make(str(evidence), name, held, self.doors.time.now)
        return f"/o/{made}"


@pytest.fixture
def shown(installation: Installation, town: Town, time: Time) -> Iterator[Shown]:
    with open_doors(installation, town, time) as doors:
        cookie, form_token = doors.sign_in(town.leader)
        body = form(
            part("csrf_token", form_token.encode()),
            part("files", picture(), "a.png"),
            part("files", HTML, "b.html"),
        )
        headers = cookie | {"Content-Type": KIND, "Accept": "application/json"}
        answer = doors.client.post("/hand-in", content=body, headers=headers)
        assert answer.status_code == 201, answer.text
        one, two = (UUID(kept["id"]) for kept in answer.json()["evidence"])
        doors.read_everything()
        host = make_evidence_host(installation, secret=SECRET, web_url="http://vaern.example")
        with browsing(host) as client:
            yield Shown(doors, client, cookie, form_token, one, two)


def test_a_link_shows_the_picture_and_knows_no_cookie(shown: Shown) -> None:
    link = shown.link()
    answer = shown.host.get(link)

    assert answer.status_code == 200
    assert answer.headers["content-type"] in {"image/png", "image/webp", "image/jpeg"}
    assert "content-disposition" not in answer.headers
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert int(answer.headers["content-length"]) == len(answer.content)
    stranger, _ = shown.doors.sign_in(shown.doors.town.other_leader)
    for cookie in ({}, {"Cookie": f"{COOKIE}=nonsense"}, stranger):
        again = shown.host.get(link, headers=cookie)
        assert again.content == answer.content
        assert "set-cookie" not in again.headers


def test_a_link_ends_after_five_minutes(shown: Shown, time: Time) -> None:
    link = shown.link()
    time.pass_by(timedelta(minutes=4, seconds=59))
    assert shown.host.get(link).status_code == 200

    time.pass_by(timedelta(seconds=1))

    assert _nothing(shown.host.get(link))
    assert shown.host.get(shown.link()).status_code == 200


def test_a_link_ends_with_its_session(shown: Shown) -> None:
    link = shown.link()
    other, other_token = shown.doors.sign_in(shown.doors.town.leader)
    out = shown.doors.client.post(
        "/sign-out", data={"csrf_token": shown.form_token}, headers=shown.cookie
    )

    assert out.status_code == 303
    assert _nothing(shown.host.get(link))
    # The same person's other session has links of its own.
    shown.cookie, shown.form_token = other, other_token
    assert shown.host.get(shown.link()).status_code == 200


def test_a_link_ends_with_the_role_that_it_rests_on(shown: Shown, time: Time) -> None:
    # Somebody who did not hand it in: their own things stay open to people who do.
    archivist = shown.doors.town.archivist
    shown.cookie, shown.form_token = shown.doors.sign_in(archivist)
    link = shown.link()
    assert shown.host.get(link).status_code == 200

    with shown.doors.installation.database.writing() as session:
        for held in roles_of(shown.doors.installation, archivist):
            end_role(session, session.merge(held), time.now, actor="system")

    assert _nothing(shown.host.get(link))


def test_a_link_ends_when_the_person_leaves(shown: Shown, time: Time) -> None:
    link = shown.link()
    with shown.doors.installation.database.writing() as session:
        leader = session.get_one(PersonRecord, shown.doors.town.leader.id)
        end_person(session, leader, time.now, actor="system")

    assert _nothing(shown.host.get(link))


def test_only_what_our_own_child_made_is_shown_and_the_rest_is_a_download(shown: Shown) -> None:
    shown.link()
    shown.doors.client.post(
        f"/evidence/{shown.page}/viewing",
        data={"csrf_token": shown.form_token, "part": "text"},
        headers=shown.cookie,
    )
    for evidence, content in ((shown.picture, picture()), (shown.page, HTML)):
        answer = shown.host.get(shown.forge(evidence, "original"))
        assert answer.status_code == 200
        assert answer.content == content
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment; filename=")
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


def test_a_link_to_what_was_not_viewed_or_belongs_elsewhere_opens_nothing(shown: Shown) -> None:
    assert _nothing(shown.host.get(shown.forge(shown.picture, "original")))  # nobody has looked
    link = shown.link()
    assert shown.host.get(shown.forge(shown.picture, "original")).status_code == 200

    assert _nothing(shown.host.get(shown.forge(shown.page, "original")))
    assert _nothing(shown.host.get(shown.forge(shown.picture, "original", of=shown.page)))
    other, _ = shown.doors.sign_in(shown.doors.town.other_leader)
    held = secret_hash(other["Cookie"].partition("=")[2])
    assert _nothing(shown.host.get(shown.forge(shown.picture, "original", session=held)))
    assert _nothing(shown.host.get(shown.forge(shown.picture, "original", session="none")))
    body, _, signature = link.removeprefix("/o/").partition(".")
    other_key = Capabilities(b"another secret").make(
        str(shown.picture), "x", held, shown.doors.time.now
    )
    for bad in (
        body,
        f"{body}.",
        f".{signature}",
        f"{body}.{signature[:-1]}",
        f"{body}.{'A' * len(signature)}",
        f"{body[:-2]}AA.{signature}",
        f"{body}.{signature}.{signature}",
        f"{body}.%C3%A9",
        f"%C3%A9.{signature}",
        "x" * 20_000,
        other_key,
    ):
        assert _nothing(shown.host.get(f"/o/{bad}")), bad[:80]


def test_the_host_has_no_other_paths(shown: Shown) -> None:
    for path in (
        "/",
        "/o",
        "/o/",
        "/sign-in",
        "/healthz",
        "/readyz",
        "/static/upload.js",
        "/api/openapi.json",
        "/openapi.json",
        "/docs",
        f"/evidence/{shown.picture}",
        "/o/a/b",
        "/o/%00",
        "/%2e%2e/etc/passwd",
    ):
        answer = shown.host.get(path, headers=shown.cookie)
        assert answer.status_code == 404, path
        assert "set-cookie" not in answer.headers
        assert answer.headers["content-security-policy"].endswith("sandbox")
    assert shown.host.post(shown.link()).status_code == 405
    # Nor has the host with sessions a way to foreign content.
    assert shown.doors.client.get(shown.link(), headers=shown.cookie).status_code == 404


def _nothing(answer: httpx.Response) -> bool:
    """Tell whether an answer is the one that says nothing, whatever the reason."""
    return (
        answer.status_code == 404
        and answer.headers["content-type"] == "application/problem+json"
        and answer.json()["detail"] == "this link opens nothing"
        and "set-cookie" not in answer.headers
    )
