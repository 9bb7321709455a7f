"""One act shuts what may be a sexual picture of somebody under 18, wherever anyone may look."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from uuid import UUID

import httpx
import pytest
from PIL import Image
from sqlalchemy import select

from archive.ledger.verify import verify
from archive.records.evidence import ObjectRecord, ReadingRecord
from archive.records.ledger import LedgerDetailRecord
from archive.records.pages import PostRecord
from archive.records.people import PersonRecord
from archive.records.search import SEARCH_ITEMS
from archive.search.index import write
from service.access.people import principal_of, secret_hash
from service.casework.evidence.reading_again import read_all_again
from service.installation import Installation
from service.web.capability import Capabilities
from service.web.evidence_host import make_evidence_host
from tests.service.casework.cases.opened import employ
from tests.service.casework.moderation.kept import PAGE, RUDE, THREAT, keep_page
from tests.service.conftest import Time, Town
from tests.service.web.doors import API, KIND, SECRET, Doors, form, objects_of, open_doors, part
from tests.service.web.matrix import browsing

NAME = "hemmeligt-navn.png"
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what is no matter of SQL: a test of the whole application takes seconds."""


def drawn(shade: int) -> bytes:
    out = io.BytesIO()
    picture = Image.linear_gradient("L").rotate(shade).convert("RGB")
    picture.save(out, "PNG")
    return out.getvalue()


def mail_with(*pictures: bytes) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "x@y.example", "arkiv@kommune.example", "se her"
    mail["Message-ID"] = f"<{len(pictures)}.{hash(pictures)}@y.example>"
    mail.set_content("hvad der stod i mailen")
    for number, one in enumerate(pictures):
        mail.add_attachment(one, maintype="image", subtype="png", filename=f"{number}.png")
    return mail.as_bytes()


@dataclass
class Room:
    """A served application with its evidence host, and people who look."""

    doors: Doors
    host: httpx.Client

    def hand_in(self, person: PersonRecord, name: str, content: bytes) -> UUID:
        cookie, token = self.doors.sign_in(person)
        body = form(part("csrf_token", token.encode()), part("files", content, name))
        headers = cookie | {"Content-Type": KIND, "Accept": "application/json"}
        answer = self.doors.client.post("/hand-in", content=body, headers=headers)
        assert answer.status_code == 201, answer.text
        self.doors.read_everything()
        return UUID(answer.json()["evidence"][0]["id"])

    def post(self, person: PersonRecord, path: str, **fields: str) -> httpx.Response:
        cookie, token = self.doors.sign_in(person)
        return self.doors.client.post(path, data={"csrf_token": token, **fields}, headers=cookie)

    def get(self, person: PersonRecord, path: str) -> httpx.Response:
        cookie, _ = self.doors.sign_in(person)
        return self.doors.client.get(path, headers=cookie)

    def seal_off(self, person: PersonRecord, evidence: UUID) -> None:
        answer = self.post(person, f"/evidence/{evidence}/sealing-off")
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"] == f"/evidence/{evidence}?said=sealed_off"

    def sealed(self) -> set[UUID]:
        return {one.id for one in self.doors.rows() if one.sealed_off_at is not None}

    def kinds(self, evidence: UUID) -> list[str]:
        with self.doors.installation.database.reading() as session:
            query = select(LedgerDetailRecord.kind).where(
                LedgerDetailRecord.subject == f"evidence:{evidence}"
            )
            return list(session.scalars(query.order_by(LedgerDetailRecord.position)))


@pytest.fixture
def room(installation: Installation, town: Town, time: Time) -> Iterator[Room]:
    with open_doors(installation, town, time) as doors:
        host = make_evidence_host(installation, secret=SECRET, web_url="http://vaern.example")
        with browsing(host) as client:
            yield Room(doors, client)


def test_from_that_moment_nobody_finds_opens_or_fetches_it(room: Room, town: Town) -> None:
    house = room.doors.installation
    evidence = room.hand_in(town.anna, NAME, drawn(10))
    text = room.post(town.leader, f"/evidence/{evidence}/viewing", part="picture").text
    found = re.search(r"http://evidence\.example(/o/[^\"' ]+)", text)
    assert found is not None
    assert room.host.get(found[1]).status_code == 200
    token = room.doors.token()
    before = len(list(objects_of(house)))

    room.seal_off(town.leader, evidence)

    # What was derived is gone: rows, sealed bytes, index; its original is kept.
    with house.database.reading() as session:
        roles = session.scalars(
            select(ObjectRecord.role).where(ObjectRecord.evidence_id == evidence)
        ).all()
        assert roles == ["original"]
        assert {one.object_name for one in session.scalars(select(ReadingRecord))} == {None}
        assert session.execute(select(SEARCH_ITEMS.c.evidence_id)).all() == []
    assert len(list(objects_of(house))) < before
    # The link that was open is dead, and one signed now is as well.
    assert room.host.get(found[1]).status_code == 404
    for person in (town.anna, town.leader, town.archivist, town.lawyer):
        assert room.get(person, f"/evidence/{evidence}/original").status_code == 409
        for shown in ("picture", "text", "media"):
            answer = room.post(person, f"/evidence/{evidence}/viewing", part=shown)
            assert answer.status_code in {403, 409}, answer.text
        page = room.get(person, f"/evidence/{evidence}")
        assert page.status_code == 200
        assert "114" in page.text
        assert "/o/" not in page.text
        for path in ("/evidence", f"/evidence/{evidence}", "/triage", "/search?q=hemmeligt"):
            if person is not town.lawyer:
                assert NAME not in room.get(person, path).text, path
    assert room.get(town.other_leader, f"/evidence/{evidence}").status_code == 404
    for path in (f"{API}/{evidence}", f"{API}?q=hemmeligt", API):
        assert NAME not in room.doors.client.get(path, headers=token).text
    assert room.doors.client.get(f"{API}/{evidence}", headers=token).json()["sealed_off"] is True
    assert room.doors.client.get(f"{API}/{evidence}/original", headers=token).status_code == 409
    assert not room.doors.client.get(f"{API}?q=hemmeligt", headers=token).json()["items"]
    # No job reads or indexes it again.
    with house.database.writing() as session:
        read_all_again(session, "image", house.clock.now(), "system")
        write(session, [evidence], {evidence: ("hemmeligt",)}, anew=True)
    room.doors.read_everything()
    with house.database.reading() as session:
        assert session.execute(select(SEARCH_ITEMS.c.evidence_id)).all() == []
    (row,) = room.doors.rows()
    assert row.sealed_off_by == f"person:{town.leader.id}"
    assert row.sealed_off_reason
    assert room.kinds(evidence)[-1] == "evidence.sealed_off"
    assert verify(house.database, house.objects).ok


@on_sqlite
def test_a_link_signed_by_mistake_opens_nothing_that_is_shut(room: Room, town: Town) -> None:
    evidence = room.hand_in(town.leader, NAME, drawn(10))
    cookie, form_token = room.doors.sign_in(town.leader)
    room.doors.client.post(
        f"/evidence/{evidence}/viewing",
        data={"csrf_token": form_token, "part": "picture"},
        headers=cookie,
    )
    with room.doors.installation.database.reading() as session:
        name = session.scalars(
            select(ObjectRecord.name).where(ObjectRecord.role == "original")
        ).one()
    held = secret_hash(cookie["Cookie"].partition("=")[2])
    link = Capabilities(SECRET).make(str(evidence), name, held, room.doors.time.now)
    assert room.host.get(f"/o/{link}").status_code == 200

    room.seal_off(town.leader, evidence)

    assert room.host.get(f"/o/{link}").status_code == 404


def test_copies_are_shut_too_whoever_has_them_and_new_ones_as_they_come(
    room: Room, town: Town
) -> None:
    mine = room.hand_in(town.anna, "a.png", drawn(10))
    theirs = room.hand_in(town.bent, "b.png", drawn(10))
    another = room.hand_in(town.bent, "c.png", drawn(70))
    mail = room.hand_in(town.bent, "m.eml", mail_with(drawn(10), drawn(120)))
    inside = {one.sha256: one.id for one in room.doors.rows() if one.parent_id == mail}
    assert len(inside) == 2

    room.seal_off(town.anna, mine)

    # The mail's own original holds the picture; the other picture in it is another one.
    same = next(one for one in room.doors.rows() if one.id == mine).sha256
    assert room.sealed() == {mine, theirs, mail, inside[same]}

    later = room.hand_in(town.anna, "igen.png", drawn(10))

    assert later in room.sealed()
    assert another not in room.sealed()
    assert room.kinds(later) == ["evidence.received", "evidence.sealed_off"]
    assert verify(room.doors.installation.database, room.doors.installation.objects).ok


@on_sqlite
def test_the_dpo_is_led_to_copies_that_were_saved_anew(room: Room, town: Town) -> None:
    small = io.BytesIO()
    Image.open(io.BytesIO(drawn(10))).resize((200, 200)).save(small, "PNG")
    evidence = room.hand_in(town.anna, "a.png", drawn(10))
    alike = room.hand_in(town.anna, "b.png", small.getvalue())
    assert f'href="/evidence/{alike}"' in room.get(town.leader, f"/evidence/{evidence}").text

    room.seal_off(town.leader, evidence)

    assert room.sealed() == {evidence}
    assert f'href="/evidence/{alike}"' in room.get(town.lawyer, f"/evidence/{evidence}").text
    for shut, other in ((evidence, alike), (alike, evidence)):
        page = room.get(town.leader, f"/evidence/{shut}").text
        assert f'href="/evidence/{other}"' not in page


@on_sqlite
def test_of_a_mail_every_picture_is_shut_and_a_common_one_elsewhere_is_not(
    room: Room, town: Town
) -> None:
    logo = room.hand_in(town.bent, "logo.png", drawn(120))
    mail = room.hand_in(town.anna, "m.eml", mail_with(drawn(10), drawn(120)))
    inside = {one.id for one in room.doors.rows() if one.parent_id == mail}

    room.seal_off(town.anna, mail)

    assert room.sealed() == {mail, *inside}
    assert logo not in room.sealed()


@on_sqlite
def test_only_the_dpo_hands_it_to_the_police_with_a_reason_that_is_kept_first(
    room: Room, town: Town
) -> None:
    evidence = room.hand_in(town.anna, "a;b ø.png", drawn(10))
    told = {"recipient": "Midtjyllands Politi", "reason": "j.nr. 4100"}
    assert room.post(town.lawyer, f"/evidence/{evidence}/police", **told).status_code == 404
    room.seal_off(town.archivist, evidence)

    for person in (town.anna, town.leader, town.archivist):
        assert room.post(person, f"/evidence/{evidence}/police", **told).status_code == 403
        assert room.get(person, "/sealed-off").status_code == 403
    for missing in ({}, {"recipient": "Politiet"}, {"reason": "fordi"}):
        answer = room.post(town.lawyer, f"/evidence/{evidence}/police", **missing)
        assert answer.status_code == 422
    assert "evidence.handed_to_police" not in room.kinds(evidence)
    assert str(evidence) in room.get(town.lawyer, "/sealed-off").text

    answer = room.post(town.lawyer, f"/evidence/{evidence}/police", **told)

    assert answer.status_code == 200
    assert answer.content == drawn(10)
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert room.kinds(evidence)[-2:] == ["evidence.handed_to_police", "evidence.viewed"]


def test_only_the_dpo_opens_it_again_with_a_reason_and_it_is_read_anew(
    room: Room, town: Town
) -> None:
    evidence = room.hand_in(town.anna, "a.png", drawn(10))
    copy = room.hand_in(town.bent, "b.png", drawn(10))
    room.seal_off(town.leader, evidence)
    lift = f"/evidence/{evidence}/sealing-off/lift"

    assert room.post(town.leader, lift, reason="en fejl").status_code == 403
    assert room.post(town.lawyer, lift, reason="  ").status_code == 422
    assert room.sealed() == {evidence, copy}

    assert room.post(town.lawyer, lift, reason="Det er en hund.").status_code == 303

    assert room.sealed() == set()
    room.doors.read_everything()
    answer = room.post(town.leader, f"/evidence/{evidence}/viewing", part="picture")
    assert answer.status_code == 200
    assert "/o/" in answer.text
    assert verify(room.doors.installation.database, room.doors.installation.objects).ok


@on_sqlite
def test_the_page_team_shuts_a_post_in_the_queue_and_is_told_what_to_do(
    room: Room, town: Town
) -> None:
    house, time = room.doors.installation, room.doors.time
    sanne = employ(house, time, "Sanne Side", "page_team", unit=town.centre, everywhere=True)
    with house.database.reading() as session:
        who = principal_of(session, sanne, house.rights, time.now)
    posts = keep_page(house, time, who, [THREAT, RUDE])
    post = posts[THREAT]
    path = f"/posts/{post}/sealing-off"
    assert f'action="{path}"' in room.get(sanne, f"/queue?post={post}").text
    for person in (town.anna, town.archivist):
        assert room.post(person, path).status_code == 403

    answer = room.post(sanne, path)

    assert answer.headers["location"] == f"/queue?post={post}&said=sealed_off"
    (capture,) = room.sealed()
    page = room.get(sanne, answer.headers["location"]).text
    assert "Det er lukket af for alle" in page
    assert "Send det ikke videre" in page
    assert "tel:114" in page
    assert "Kai Konto" not in page
    for hidden in (f"/posts/{post}/viewing", path, f"/evidence/{capture}", "capture-screenshot"):
        assert hidden not in page
    for shown in ("text", "picture"):
        refused = room.post(sanne, f"/posts/{post}/viewing", part=shown)
        assert refused.status_code == 409
        assert "Send det ikke videre" in refused.text
        assert "tel:114" in refused.text
    # The same visit on the page of captures: neither its posts nor its address are told.
    with house.database.reading() as session:
        visit = session.get_one(PostRecord, post).visit_id
    for path in (f"/capture/{visit}", "/capture"):
        page = room.get(sanne, path).text
        assert "Kai Konto" not in page
        assert PAGE not in page
    for path in (f"/queue?post={post}", "/sealed-off"):
        assert f"/evidence/{capture}" in room.get(town.lawyer, path).text
    page = room.get(town.lawyer, f"/queue?post={post}").text
    assert f"/posts/{post}/viewing" not in page
    # It is kept all the same: the others of the page, and this one, can still be decided.
    done = room.post(sanne, f"/posts/{post}/decision", decision="delete", clause="unlawful")
    assert done.headers["location"] == "/queue?said=decided"


@on_sqlite
def test_what_stays_shut_for_something_else_is_said_to_the_dpo(room: Room, town: Town) -> None:
    mail = room.hand_in(town.anna, "m.eml", mail_with(drawn(10), drawn(120)))
    first, other = [one.id for one in room.doors.rows() if one.parent_id == mail]
    room.seal_off(town.archivist, first)
    room.doors.time.pass_by(timedelta(seconds=1))
    room.seal_off(town.archivist, other)

    for said, piece in (("seal_lifted", first), ("seal_held", mail), ("seal_lifted", other)):
        answer = room.post(town.lawyer, f"/evidence/{piece}/sealing-off/lift", reason="En hund.")
        assert answer.headers["location"] == f"/evidence/{piece}?said={said}"

    assert room.sealed() == set()


@on_sqlite
def test_nobody_shuts_what_they_may_not_see(room: Room, town: Town) -> None:
    evidence = room.hand_in(town.anna, "a.png", drawn(10))

    for person in (town.bent, town.other_leader):
        assert room.post(person, f"/evidence/{evidence}/sealing-off").status_code == 404
    assert room.sealed() == set()


@on_sqlite
def test_whoever_sorts_shuts_it_there_and_sorts_it_all_the_same(room: Room, town: Town) -> None:
    evidence = room.hand_in(town.anna, NAME, drawn(10))

    page = room.get(town.archivist, "/triage").text
    assert f"/evidence/{evidence}/sealing-off" in page
    answer = room.post(town.archivist, f"/evidence/{evidence}/sealing-off", back="triage")

    assert answer.headers["location"] == "/triage?said=sealed_off"
    page = room.get(town.archivist, "/triage").text
    assert NAME not in page
    assert f"/evidence/{evidence}/sealing-off" not in page
    answer = room.post(
        town.archivist, f"/triage/{evidence}", answer="new_case", harassed=str(town.anna.id)
    )
    assert answer.status_code == 303
