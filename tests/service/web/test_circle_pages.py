"""The circle in the browser: every route before, within and after it; what its pages say."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest

from archive.records.people import PersonRecord
from service.access.endings import end_person
from service.access.people import principal_of
from service.casework.cases.circle import invite, remove
from service.casework.cases.glass import break_glass
from service.settings import Settings
from service.web.application import right_of
from tests.service.casework.cases.opened import assert_clean, kinds
from tests.service.web.matrix import PUBLIC, Call, send
from tests.service.web.world import World, faults

NO = {401, 403, 404}
A_DAY = timedelta(days=1)
ONCE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What is typed and said is the same on every database."""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"unusual_pieces": 2})


def nothing(world: World, session: tuple[str, str]) -> list[str]:
    """Return what of the library's case still gets out to somebody: by its routes, or in a list."""
    pages = [one for one in world.calls if not one.is_api and one.right != PUBLIC]
    named = [one for one in pages if one.named and one.right != "ledger.verify"]
    found = faults(world, named, NO, session=session)
    lists = [one for one in pages if one.method == "GET" and not one.named]
    for words in (world.number, "hemmeligt", "truer"):
        answer = _get(world, session, f"/search?q={words}")
        if f"/cases/{world.number}" in answer or "/evidence/" in answer:
            found.append(words)
    return found + [
        str(one) for one in lists if world.tells(send(world.client, one, session=session).text)
    ]


def opened(world: World, session: tuple[str, str]) -> set[str]:
    """Return which pages about the library's case and its evidence open to somebody."""
    looks = [one for one in world.calls if one.method == "GET" and one.named and not one.is_api]
    return {
        one.route.path
        for one in looks
        if one.right in {"case.see", "evidence.see", "evidence.view", "evidence.export"}
        and send(world.client, one, session=session).status_code == 200
    }


def as_leader(world: World, person: PersonRecord, role: str, **until: object) -> None:
    with world.installation.database.writing() as session:
        leader = principal_of(session, world.town.leader, world.installation.rights, world.time.now)
        invite(
            session, leader, world.number, person.id, role=role, reason="Efter aftale",
            now=world.time.now, **until,  # type: ignore[arg-type]  # passed on as given
        )  # fmt: skip


def test_every_route_is_shut_again_once_the_circle_or_its_last_day_is_over(world: World) -> None:
    amr = world.employ("Ada Amr", "amr")
    session = world.session_of(amr)
    assert opened(world, session) == set()

    as_leader(world, amr, "amr")
    within = opened(world, session)
    assert within >= {"/cases/{number}", "/evidence/{evidence_id}/original"}
    with world.installation.database.writing() as writing:
        leader = principal_of(writing, world.town.leader, world.installation.rights, world.time.now)
        remove(writing, leader, world.number, amr.id, world.time.now, reason="Færdig")
    assert opened(world, session) == set()

    as_leader(world, amr, "amr", until=world.time.now + timedelta(minutes=10))
    assert opened(world, session) == within
    world.time.pass_by(timedelta(minutes=10))
    assert nothing(world, session) == []
    assert_clean(world.installation)


def test_broken_glass_opens_the_routes_of_content_alone_and_shuts_them_again(world: World) -> None:
    lawyer = world.employ("Lars Jurist", "lawyer", everywhere=True)
    session = world.session_of(lawyer)
    before = opened(world, session)
    content = {"/evidence/{evidence_id}/original"}
    assert before & content == set()

    with world.installation.database.writing() as writing:
        who = principal_of(writing, lawyer, world.installation.rights, world.time.now)
        break_glass(
            writing, who, world.number, reason="Klage", settings=world.installation.settings,
            now=world.time.now,
        )  # fmt: skip
    assert opened(world, session) == before | content

    world.time.pass_by(A_DAY)
    again = world.session_of(lawyer)
    assert opened(world, again) == before


@ONCE
def test_nobody_but_the_lawyer_is_let_before_the_glass(world: World) -> None:
    calls = [one for one in world.calls if one.right == "case.break_glass"]
    assert {str(one) for one in calls} == {
        "GET /cases/{number}/glass",
        "POST /cases/{number}/glass",
    }
    people = [world.town.leader, world.town.archivist, world.town.bent]
    before = kinds(world.installation)
    for person in people:
        assert faults(world, calls, {403}, session=world.session_of(person)) == []
    assert "glass.broken" not in kinds(world.installation)[len(before) :]
    assert all(right_of(one.route) == "case.break_glass" for one in calls)


@ONCE
def test_the_lawyer_says_why_and_the_employee_reads_it(world: World) -> None:
    evidence = _evidence(world)
    session, anna = world.session_of(world.town.lawyer), world.session_of(world.town.anna)
    page = f"/cases/{world.number}/glass?evidence={evidence}"
    assert "Din begrundelse" in _get(world, session, page)

    refused = _post(world, session, f"/cases/{world.number}/glass", why="", evidence=evidence)
    assert (refused.status_code, "glass.broken" in kinds(world.installation)) == (422, False)
    done = _post(
        world, session, f"/cases/{world.number}/glass", why="Klage fra borgeren", evidence=evidence
    )
    assert (done.status_code, done.headers["location"]) == (
        303,
        f"/evidence/{evidence}?said=glass_broken",
    )
    again = world.client.get(page, headers=_cookie(session))
    assert (again.status_code, again.headers["location"]) == (303, f"/evidence/{evidence}")
    _get(world, session, f"/evidence/{evidence}/original", bare=True)

    own = _get(world, anna, f"/my-case/{world.number}/circle")
    assert "Klage fra borgeren" in own
    assert "uden for kredsen, med skriftlig begrundelse" in own
    assert "Julie Jurist" in _get(world, anna, f"/my-case/{world.number}")
    assert "Klage fra borgeren" in _get(
        world, world.session_of(world.town.leader), f"/cases/{world.number}/circle"
    )
    other = world.session_of(world.town.bent)
    answer = world.client.get(f"/my-case/{world.number}/circle", headers=_cookie(other))
    assert (answer.status_code, world.tells(answer.text.replace(world.number, ""))) == (404, False)


@ONCE
def test_an_invitation_through_a_day_ends_with_that_day_in_copenhagen(world: World) -> None:
    amr = world.employ("Ada Amr", "amr")
    leader, anna = world.session_of(world.town.leader), world.session_of(world.town.anna)
    page = f"/cases/{world.number}/circle"
    last = (world.time.now + timedelta(days=3)).date()
    typed = {"whom": f"{amr.id}:amr", "why": "Anna har bedt om det.", "last_day": last.isoformat()}

    for wrong in ({"whom": ""}, {"why": ""}, {"last_day": "2020-01-01"}, {"last_day": "i morgen"}):
        answer = _post(world, leader, page, **{**typed, **wrong})
        assert (answer.status_code, f'href="#{next(iter(wrong))}"' in answer.text) == (422, True)
    assert _post(world, leader, page, **typed).status_code == 303

    for session, path in ((leader, page), (anna, f"/my-case/{world.number}/circle")):
        shown = _get(world, session, path)
        assert all(said in shown for said in ("til og med", typed["why"], "Mette Leder"))
    world.time.now = world.time.now.replace(hour=22, minute=59) + timedelta(days=3)
    case = next(one for one in world.calls if str(one) == "GET /cases/{number}")
    assert _status(world, amr, case) == 200  # 23.59 in Copenhagen
    world.time.pass_by(timedelta(minutes=1))
    assert _status(world, amr, case) == 404
    later = _get(world, world.session_of(world.town.anna), f"/my-case/{world.number}/circle")
    assert "Den sluttede af sig selv" in later


@ONCE
def test_who_has_left_is_named_as_one_who_could_see_it_and_no_more(world: World) -> None:
    amr = world.employ("Ada Amr", "amr")
    as_leader(world, amr, "amr")
    anna, page = world.session_of(world.town.anna), f"/my-case/{world.number}"
    assert "Ada Amr" in _get(world, anna, page)
    assert "Én plads, der er slut" not in _get(world, anna, f"{page}/circle")
    with world.installation.database.writing() as session:
        end_person(session, session.merge(amr), world.time.now, actor="system")

    assert "Ada Amr" not in _get(world, anna, page)
    before, _, after = _get(world, anna, f"{page}/circle").partition("Én plads, der er slut")
    assert ("Ada Amr" in before, "Ada Amr" in after) == (False, True)


@ONCE
def test_handing_over_much_at_once_is_told_to_the_dpo_who_reads_by_whom(world: World) -> None:
    leader, lawyer = world.session_of(world.town.leader), world.session_of(world.town.lawyer)
    assert "Mette Leder" not in _get(world, lawyer, "/unusual-viewings")
    chosen = re.findall(
        r'name="chosen"[^>]* value="([0-9a-f-]+)"',
        _get(world, leader, f"/cases/{world.number}/bundle"),
    )
    assert len(chosen) >= 2
    answer = world.client.post(
        f"/cases/{world.number}/bundle",
        data={
            "recipient_kind": "police",
            "recipient": "Politiet",
            "purpose": "Anmeldelse",
            "chosen": chosen,
            "csrf_token": leader[1],
        },
        headers=_cookie(leader),
    )
    assert (answer.status_code, kinds(world.installation).count("viewing.unusual")) == (303, 1)
    assert "Mette Leder" in _get(world, lawyer, "/unusual-viewings")


@ONCE
def test_an_access_is_ended_with_a_reason_that_the_employee_reads(world: World) -> None:
    amr = world.employ("Ada Amr", "amr")
    as_leader(world, amr, "amr")
    leader, anna = world.session_of(world.town.leader), world.session_of(world.town.anna)
    removal = f"/cases/{world.number}/circle/removal"

    refused = _post(world, leader, removal, person=str(amr.id), why="")
    assert (refused.status_code, f'id="why-{amr.id}-error"' in refused.text) == (422, True)
    handler = _post(world, leader, removal, person=str(world.town.leader.id), why="Ferie")
    assert handler.status_code == 409
    assert _post(world, leader, removal, person=str(amr.id), why="Ny AMR").status_code == 303
    assert "Ny AMR" in _get(world, anna, f"/my-case/{world.number}/circle")

    own = _post(
        world,
        world.session_of(world.town.lawyer),
        f"/cases/{world.number}/circle",
        whom=f"{world.town.lawyer.id}:lawyer",
        why="Jeg vil se det",
    )
    assert own.status_code == 409


def _evidence(world: World) -> str:
    call = next(one for one in world.calls if str(one) == "GET /evidence/{evidence_id}")
    return call.path.rpartition("/")[2]


def _cookie(session: tuple[str, str]) -> dict[str, str]:
    return {"Cookie": f"vaern_session={session[0]}"}


def _get(world: World, session: tuple[str, str], path: str, *, bare: bool = False) -> str:
    answer = world.client.get(path, headers=_cookie(session))
    assert answer.status_code == 200, answer.text[:500]
    return "" if bare else answer.text


def _post(world: World, session: tuple[str, str], path: str, **fields: str) -> httpx.Response:
    return world.client.post(
        path, data={**fields, "csrf_token": session[1]}, headers=_cookie(session)
    )


def _status(world: World, person: PersonRecord, call: Call) -> int:
    return send(world.client, call, session=world.session_of(person)).status_code
