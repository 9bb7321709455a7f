"""Every role × every way of standing to a case × every face that could show something of it.

What each is answered is worked out from the table of rights alone (`relations`), and compared:
open where the table opens, 404 where it does not, 403 for who lacks the right altogether
(THREATS 1, 23). The routes come from the application, the roles and acts from the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import or_, select

from archive.records.cases import CaseRecord, NoticeRecord
from archive.records.evidence import ObjectRecord
from archive.records.people import PersonRecord
from service.access.people import person_by_email, principal_of, secret_hash
from service.access.rights import Level, Scope
from service.access.visibility import cases_within
from service.casework.cases.circle import invite, remove
from service.casework.cases.glass import break_glass
from service.web.capability import Capabilities
from service.web.evidence_host import make_evidence_host
from tests.service.casework.cases.opened import assert_clean, employ
from tests.service.casework.moderation.kept import THREAT
from tests.service.web.matrix import PUBLIC, Call, browsing, send
from tests.service.web.relations import Relation, Standing, opens, restrict, walk
from tests.service.web.world import SECRET_NAME, World

# Rights as queries are asked of both databases in `tests.service.access` and by the tests around.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SIGNING = b"s" * 32
_ROOMS = ("case.", "evidence.", "triage.", "queue.", "post.", "page.")
_OF_CASE = {"number", "step_id"}
_OF_EVIDENCE = {"evidence_id", "part"}
_WHOLE = frozenset({Level.FULL})
_OUTER = frozenset({Level.STATUS})
"""Who sees only that a piece is there does not search in what it says."""
_ELSEWHERE = {
    "/evidence/{evidence_id}/check": (303,),
    "/evidence/{evidence_id}/redaction": (422,),
    "/cases/{number}/glass": (303,),
    "/cases/{number}/wishes/{evidence_id}": (404,),
}
_SHOWN = frozenset({Level.FULL, Level.STATUS})


_OF_UNITS = {Relation.OWN_UNIT, Relation.EVERYWHERE}


@dataclass
class Walked:
    """The town of the matrix: somebody of each role, their sessions, and what was tried."""

    world: World
    host: httpx.Client
    people: dict[str, PersonRecord]
    sessions: dict[str, tuple[str, str]]
    links: dict[str, str]
    wrong: list[str] = field(default_factory=list)
    tried: set[tuple[str, Relation, int]] = field(default_factory=set)

    def get(self, role: str, path: str) -> httpx.Response:
        """Return a page as somebody of this role gets it."""
        cookie = f"vaern_session={self.sessions[role][0]}"
        return self.world.client.get(path, headers={"Cookie": cookie})

    def expect(self, standing: Standing, what: str, got: object, wanted: object) -> None:
        """Note what is otherwise than the table says."""
        if got != wanted:
            self.wrong.append(f"{standing}: {what}: {got}, and not {wanted}")


@contextmanager
def walked(world: World) -> Iterator[Walked]:
    """Employ somebody of each role in another unit, signed in once for the whole walk."""
    roles = [role for role in world.installation.rights.roles if role != "employee"]
    people = {role: world.employ(f"{role.title()} Vandrer", role) for role in roles}
    for number in range(world.installation.settings.smallest_unit):
        # A unit so small that even a case without a name would say whose it is tells less.
        employ(world.installation, world.time, f"Nr{number} Nabo", unit=world.town.library)
    sessions = {role: world.session_of(person) for role, person in people.items()}
    with world.installation.database.reading() as session:
        name = session.scalars(
            select(ObjectRecord.name).where(
                ObjectRecord.evidence_id == world.evidence, ObjectRecord.role == "original"
            )
        ).one()
    sign = Capabilities(SIGNING)
    links = {
        role: f"/o/{sign.make(str(world.evidence), name, secret_hash(held[0]), world.time.now)}"
        for role, held in sessions.items()
    }
    host = make_evidence_host(world.installation, secret=SIGNING, web_url="http://x.example")
    with browsing(host) as client:
        yield Walked(world, client, people, sessions, links)


def test_each_role_finds_what_the_table_opens_however_they_stand_to_the_case(world: World) -> None:
    table = world.installation.rights
    with walked(world) as town:
        for relation in Relation:
            if relation in {Relation.RESTRICTED, Relation.ROLE_ENDED}:
                restrict(world, restricted=relation is Relation.RESTRICTED)
            for role, person in town.people.items():
                walk(world, person, role, relation)
            for role in town.people:
                standing = Standing(table, role, relation)
                if relation in _OF_UNITS and not _has_units(standing):
                    continue  # where a role is held is nothing to it, and it was asked already
                _routes(town, standing)
                _faces(town, standing)
    assert "\n".join(town.wrong) == ""
    # Nothing of it was tried in vain: every relation met an open door and a shut one.
    for relation in set(Relation) - {Relation.ROLE_ENDED, Relation.LEFT}:
        met = {status for _, where, status in town.tried if where is relation}
        assert (200 in met, bool(met & {403, 404})) == (True, True), relation
    assert_clean(world.installation)


def _has_units(standing: Standing) -> bool:
    return any(
        way.scope is Scope.UNIT
        for action in standing.table.actions
        if action.startswith(_ROOMS)
        for way in standing.ways(action)
    )


def _routes(town: Walked, standing: Standing) -> None:
    """Try each route that names the case or its evidence, once for each outcome and relation.

    What a role or person that has ended is answered, `test_rights_matrix` asks of every route.
    """
    if standing.relation in {Relation.ROLE_ENDED, Relation.LEFT}:
        return
    for call in town.world.calls:
        named = set(call.route.param_convertors)
        if call.is_api or call.right == PUBLIC or not named or not named <= _OF_CASE | _OF_EVIDENCE:
            continue
        wanted = _wanted(standing, call)
        # Who lacks the right altogether is asked for no relation.
        relation = Relation.OTHER_UNIT if wanted == {403} else standing.relation
        key = (str(call), relation, min(wanted))
        # Of routes that ask for the same right, each is tried with somebody; not with everybody.
        if key in town.tried or (200 in wanted and call.method != "GET"):
            continue
        town.tried.add(key)
        got = send(town.world.client, call, session=town.sessions[standing.role])
        if got.status_code not in wanted:
            town.wrong.append(f"{standing}: {call}: {got.status_code}, and not {sorted(wanted)}")
        if 200 not in wanted:
            told = got.text.replace(call.path, "")
            town.expect(standing, f"{call} tells", town.world.tells(told), False)


def _wanted(standing: Standing, call: Call) -> set[int]:
    """Return what a route may answer."""
    path, answer = call.route.path, standing.answer(call.right)
    if path.startswith("/my-case/"):
        return {404} if answer == 200 else {answer}  # for whom the case concerns alone
    if path == "/cases/{number}/circle" and answer == 200:
        return {200} if standing.levels(call.right) & _WHOLE else {403}
    if answer == 200:
        # It goes on elsewhere, or there is nothing of the kind in this piece.
        return {200, *_ELSEWHERE.get(path, ())}
    seen = standing.levels("case.see") | standing.levels("evidence.see")
    # Who sees that it is there is told that this is not theirs; whoever does not, finds nothing.
    return {403, 404} if seen and answer == 404 else {answer}


def _faces(town: Walked, standing: Standing) -> None:
    """Look at the lists, counts, search hits, the case, the evidence and the evidence host."""
    role, relation, world = standing.role, standing.relation, town.world
    case = standing.levels("case.see")
    seen, viewed = standing.levels("evidence.see"), standing.levels("evidence.view")
    link = f"/evidence/{world.evidence}"
    left = relation is Relation.LEFT
    if not left:
        answer = town.get(role, f"{link}/original")
        if answer.status_code != 403 or not seen:
            town.expect(standing, "original", answer.status_code, standing.answer("evidence.view"))
    host = town.host.get(town.links[role])
    town.expect(standing, "evidence host", host.status_code, 200 if viewed and not left else 404)
    if left:
        return
    answer = town.get(role, f"/cases/{world.number}")
    town.expect(standing, "case", answer.status_code, standing.answer("case.see"))
    answer = town.get(role, link)
    town.expect(standing, "evidence", answer.status_code, standing.answer("evidence.see"))
    if ("lists", relation, 404) in town.tried:
        return
    if relation is Relation.ROLE_ENDED:
        # Whatever the role was: without it everyone is asked the same of.
        town.tried.add(("lists", relation, 404))
    anonymous = bool(standing.levels("case.outline"))
    # That there is a restricted case is told to whoever may break its glass, and no more of it.
    breaks = relation is Relation.RESTRICTED and standing.levels("case.break_glass")
    for path, what, told in (
        ("/cases", world.number, bool(case & _SHOWN or breaks)),
        ("/evidence", link, bool(seen)),
        ("/search?q=hemmeligt", link, bool(seen - _OUTER)),
        ("/safety", world.number, anonymous),
    ):
        town.expect(standing, path, what in town.get(role, path).text, told)
    if not (case or anonymous or seen):
        today = town.get(role, "/").text
        town.expect(standing, "/", (world.number in today, SECRET_NAME in today), (False, False))


def test_no_list_tells_those_to_whom_nothing_is_open_even_if_it_once_was(world: World) -> None:
    table = world.installation.rights
    lists = [
        one
        for one in world.calls
        if one.method == "GET" and not one.named and not one.is_api and one.right != PUBLIC
    ]
    secrets = (world.number, SECRET_NAME, THREAT)
    shut, tried = set(), set()
    with walked(world) as town:
        for role, person in town.people.items():
            walk(world, person, role, Relation.CIRCLE)
            walk(world, person, role, Relation.REMOVED)
            standing = Standing(table, role, Relation.REMOVED)
            if any(standing.levels(one) for one in table.actions if one.startswith(_ROOMS)):
                continue
            shut.add(role)
            for call in lists:
                # Whoever has the same right to it is shown the same: one of them is enough.
                if (key := (str(call), standing.ways(call.right))) in tried:
                    continue
                tried.add(key)
                got = send(world.client, call, session=town.sessions[role])
                # A sign-in may be too old for it (403), and a light be red (503).
                allowed = {200, 303, 403, 503} if standing.ways(call.right) else {403}
                if got.status_code not in allowed:
                    town.wrong.append(f"{standing}: {call}: {got.status_code}")
                told = [one for one in secrets if one in got.text]
                town.expect(standing, f"{call} tells", told, [])
    assert "\n".join(town.wrong) == ""
    assert shut > {"leader", "key_person", "director", "hr", "operator", "it"}


def test_a_program_finds_what_its_role_and_unit_open_and_counts_no_more(world: World) -> None:
    table = world.installation.rights
    api = [one for one in world.calls if one.is_api and one.method == "GET"]
    wrong = []
    for relation in (Relation.OTHER_UNIT, Relation.EVERYWHERE, Relation.RESTRICTED):
        everywhere = relation is not Relation.OTHER_UNIT
        restrict(world, restricted=relation is Relation.RESTRICTED)
        for role in table.roles:
            # A program is no employee of anybody's: it has its role's rights alone.
            own = {action: table.of(action, role) for action in table.actions}
            open_to = {
                action: any(opens(action, way, relation) for way in ways)
                for action, ways in own.items()
            }
            token = world.token_of(role, everywhere=everywhere)
            for call in api:
                got = send(world.client, call, bearer=token)
                wanted = 403 if not own[call.right] else 200
                if call.named and wanted == 200 and not open_to[call.right]:
                    wanted = 404
                if got.status_code != wanted:
                    wrong.append(f"{role}, {relation}: {call}: {got.status_code}, not {wanted}")
            if not own["evidence.see"]:
                continue
            found = world.client.get(
                "/api/v1/evidence?q=hemmeligt", headers={"Authorization": f"Bearer {token}"}
            ).json()
            ids = [one["id"] for one in found["items"]]
            seen = open_to["evidence.see"]
            if (str(world.evidence) in ids, found["count"]) != (seen, int(seen)):
                wrong.append(f"{role}, {relation}: search: {found}")
    assert "\n".join(wrong) == ""


def test_no_mail_about_a_case_goes_to_whom_nothing_of_it_is_open(world: World) -> None:
    town, now = world.town, world.time.now
    with world.installation.database.reading() as session:
        lawyer = principal_of(session, town.lawyer, world.installation.rights, now)
        leader = principal_of(session, town.leader, world.installation.rights, now)
    helper = world.employ("Karl Kreds", "key_person")
    removed = world.employ("Rita Rejst", "key_person")
    with world.installation.database.writing() as session:
        for one in (helper, removed):
            invite(session, leader, world.number, one.id, role="key_person", reason="Ja.", now=now)
    world.time.pass_by(timedelta(minutes=1))
    with world.installation.database.writing() as session:
        now = world.time.now
        remove(session, leader, world.number, removed.id, now, reason="Nej.")
        break_glass(
            session,
            lawyer,
            world.number,
            reason="Indsigt.",
            settings=world.installation.settings,
            now=now,
        )
    told = set()
    with world.installation.database.reading() as session:
        case = session.query(CaseRecord).filter_by(number=world.number).one()
        for notice in session.query(NoticeRecord):
            if world.number not in notice.message and notice.case_id != case.id:
                continue
            person = person_by_email(session, notice.recipient)
            assert person is not None, notice.recipient
            who = principal_of(session, person, world.installation.rights, now)
            open_to = select(CaseRecord.id).where(
                CaseRecord.id == case.id,
                or_(cases_within(who, "case.see", now), cases_within(who, "case.outline", now)),
            )
            assert session.scalar(open_to) is not None, f"{notice.kind} to {notice.recipient}"
            told.add(notice.recipient)
    assert {town.anna.email, helper.email} <= told
    assert removed.email not in told
