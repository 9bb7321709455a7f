"""Skriv opslaget af: from a visit that failed to a decision, by the plain form, and who may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from archive.clearing import clear_erased
from archive.records.evidence import DeliveryRecord, EvidenceRecord
from archive.records.pages import PostRecord
from archive.retention import erase
from service.access.people import principal_of
from service.access.principal import Principal
from service.installation import Installation
from service.jobs.reading import READING
from service.settings import Settings
from tests.service.casework.cases.opened import assert_clean, kinds, open_one
from tests.service.casework.moderation.kept import NICE, THREAT
from tests.service.casework.moderation.typing_posts import WALLED, failed_visit, shot
from tests.service.conftest import Time, Town
from tests.service.jobs.following import every, only, work_off
from tests.service.web.doors import KIND, Doors, form, open_doors, part
from tests.service.web.test_screenshots import Member

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SCREENSHOT = part("files", shot(), "Skærmbillede.png")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"most_upload_bytes": 200_000, "url": None})


@pytest.fixture
def doors(installation: Installation, town: Town, time: Time) -> Iterator[Doors]:
    with open_doors(installation, town, time) as opened:
        yield opened


@pytest.fixture
def sanne(doors: Doors) -> Member:
    return Member(doors, "Sanne Side")


def leader_of(doors: Doors) -> Principal:
    house = doors.installation
    with house.database.reading() as session:
        return principal_of(session, doors.town.leader, house.rights, doors.time.now)


def send(member: Member, *files: bytes, **fields: object) -> httpx.Response:
    """Send the form as a browser does: its fields, then its file."""
    parts = [member.token, *(part(name, str(told).encode()) for name, told in fields.items())]
    return member.doors.client.post(
        "/typed-posts",
        content=form(*parts, *(files or (SCREENSHOT,))),
        headers=member.cookie | {"Content-Type": KIND},
    )


def words_of(page: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", page).split())


def test_from_the_visit_that_failed_to_a_removal_that_a_colleague_agrees_with(
    doors: Doors, sanne: Member, time: Time
) -> None:
    visit = failed_visit(doors.installation, time, sanne.who)
    link = f"/typed-posts?visit={visit}"
    assert link in sanne.get(f"/capture/{visit}")
    assert WALLED in sanne.get(link)

    answer = send(sanne, visit=visit, text=THREAT, author="Kai <b>Konto</b>", time_stated="2 t")

    post = only(doors.installation, PostRecord)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/queue?post={post.id}&said=typed"
    card = sanne.get(answer.headers["location"])
    assert "Skrevet af efter et skærmbillede" in words_of(card)
    assert "af dig" in words_of(card)
    assert "Sikret · indsendt skærmbillede" in words_of(card)
    assert "<b>Konto</b>" not in card
    assert THREAT not in card
    page = words_of(sanne.get(f"/capture/{visit}"))
    assert "Kai <b>Konto</b>" in page.replace("&lt;", "<").replace("&gt;", ">")
    assert "af Sanne Side" in page
    shown = sanne.post(f"/posts/{post.id}/viewing", part="text")
    assert "<mark" in shown.text
    assert "skrevet af efter et skærmbillede" in shown.text

    refused = sanne.post(f"/posts/{post.id}/decision", decision="delete", clause="unlawful")
    assert refused.status_code == 422
    proposed = sanne.post(
        f"/posts/{post.id}/decision", decision="delete", clause="unlawful", reason="Trussel"
    )
    assert proposed.headers["location"] == "/queue?said=proposed"
    per = Member(doors, "Per Pixel")
    assert "Sanne Side" in words_of(per.get(f"/queue?post={post.id}"))
    agreed = per.post(f"/posts/{post.id}/approval", answer="approve")
    assert agreed.headers["location"] == "/queue?said=approved"
    assert_clean(doors.installation)


def test_a_closed_group_needs_no_visit_and_what_no_rule_marks_waits_as_well(
    doors: Doors, sanne: Member
) -> None:
    assert 'href="/typed-posts"' in sanne.get("/capture")
    assert 'name="address"' in sanne.get("/typed-posts")

    answer = send(sanne, address=WALLED, text=NICE)

    card = words_of(sanne.get(answer.headers["location"]))
    assert "Ingen regel har markeret det. Du vurderer det selv." in card
    assert "Ét opslag" in words_of(sanne.get("/queue"))
    post = only(doors.installation, PostRecord)
    typed_visit = words_of(sanne.get(f"/capture/{post.visit_id}"))
    assert "Skrevet af efter et skærmbillede" in typed_visit
    assert "Ukendt" in typed_visit


def test_a_form_that_is_sent_twice_makes_one_post(doors: Doors, sanne: Member, time: Time) -> None:
    visit = failed_visit(doors.installation, time, sanne.who)

    answers = [send(sanne, visit=visit, text=THREAT) for _ in range(2)]

    assert len({one.headers["location"].partition("&")[0] for one in answers}) == 1
    only(doors.installation, PostRecord)
    assert len(every(doors.installation, DeliveryRecord)) == 2
    assert kinds(doors.installation).count("post.typed") == 1


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stands_there_still(
    doors: Doors, sanne: Member, time: Time
) -> None:
    visit = failed_visit(doors.installation, time, sanne.who)
    before = kinds(doors.installation)
    good = {"visit": visit, "text": "Det her skrev jeg"}
    none = part("files", b"", "")

    for field, files, fields in (
        ("text", (), {"visit": visit, "text": " "}),
        ("text", (), {"visit": visit}),
        ("text", (), {"visit": visit, "text": "x" * 15_001}),
        ("text", (), {"visit": visit, "text": "Sanne Side er dum"}),
        ("permalink", (), good | {"permalink": "javascript:alert(1)"}),
        ("author_url", (), good | {"author_url": "x"}),
        ("author", (), good | {"author": "x" * 400}),
        ("time_stated", (), good | {"time_stated": "x" * 400}),
        ("address", (), {"address": "ftp://x", "text": "Det her skrev jeg"}),
        ("address", (), {"text": "Det her skrev jeg"}),
        ("case", (), {"address": WALLED, "case": "2027-999", "text": "Det her skrev jeg"}),
        ("files", (none,), good),
        ("files", (part("files", b"%PDF-1.7 a page", "fil.pdf"),), good),
        ("files", (SCREENSHOT, SCREENSHOT), good),
        ("files", (part("files", b"\x89PNG\r\n\x1a\n" + b"x" * 200_000, "stor.png"),), good),
    ):
        answer = send(sanne, *files, **fields)
        assert answer.status_code == 422, field
        assert f'href="#{field}"' in answer.text, (field, answer.text[:2000])
    kept = send(sanne, none, **(good | {"author": "Kai Konto"}))
    assert "Det her skrev jeg</textarea>" in kept.text
    assert 'value="Kai Konto"' in kept.text
    assert kinds(doors.installation) == before
    assert every(doors.installation, EvidenceRecord) == []


def test_only_the_page_team_types_and_nobody_for_a_visit_they_do_not_see(
    doors: Doors, sanne: Member, town: Town, time: Time
) -> None:
    visit = failed_visit(doors.installation, time, sanne.who)
    for person in (town.leader, town.anna, town.lawyer):
        cookie, token = doors.sign_in(person)
        body = form(part("csrf_token", token.encode()), part("text", b"x"), SCREENSHOT)
        told = doors.client.post(
            "/typed-posts", content=body, headers=cookie | {"Content-Type": KIND}
        )
        assert told.status_code == 403
        for path in ("/typed-posts", f"/typed-posts?visit={visit}"):
            assert doors.client.get(path, headers=cookie).status_code == 403
    leader, _token = doors.sign_in(town.leader)
    own = failed_visit(doors.installation, time, leader_of(doors), url=f"{WALLED}/2")
    assert "typed-posts" not in doors.client.get(f"/capture/{own}", headers=leader).text

    for wrong in (UUID(int=1), "no-id"):
        assert send(sanne, visit=wrong, text="x").status_code == 404
    assert (
        doors.client.get(f"/typed-posts?visit={UUID(int=1)}", headers=sanne.cookie).status_code
        == 404
    )
    other = Member(doors, "Per Pixel")
    parts = form(other.token, part("visit", str(visit).encode()), part("text", b"x"), SCREENSHOT)
    headers = sanne.cookie | {"Content-Type": KIND}
    assert doors.client.post("/typed-posts", content=parts, headers=headers).status_code == 403
    assert every(doors.installation, PostRecord) == []


def test_a_failed_page_of_a_case_is_typed_into_the_case_and_its_erasure_leaves_no_words(
    doors: Doors, sanne: Member, town: Town, time: Time
) -> None:
    house = doors.installation
    number = open_one(house, town, time, harassed=[])
    visit = failed_visit(house, time, leader_of(doors), case=number)
    answer = send(sanne, visit=visit, text=f"{THREAT} Zq7mærke", author="Zq7mærke")
    post = only(house, PostRecord)
    work_off(house, READING)
    leader, _token = doors.sign_in(town.leader)
    path = f"/evidence/{post.evidence_id}"
    told = words_of(doors.client.get(path, headers=leader).text)
    assert "Sanne Side har skrevet opslagets ord af efter dette skærmbillede." in told

    with house.database.writing() as session:
        erase(session, post.evidence_id, "bad om det", "system", time.now, again=True)
    clear_erased(house.database, house.objects, time.now + timedelta(days=1))

    assert doors.client.get(answer.headers["location"], headers=sanne.cookie).status_code == 404
    for page in ("/queue", f"/capture/{visit}", "/capture"):
        assert "Zq7" not in sanne.get(page)
    assert every(house, PostRecord) == []
