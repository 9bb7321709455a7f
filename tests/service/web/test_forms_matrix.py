"""Every form against whatever was not typed into it by whoever was shown it (THREATS 6)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from pydantic import BaseModel

from archive.records import protected_tables
from service.access.rights import Right
from tests.service.casework.cases.opened import kinds
from tests.service.web.matrix import PUBLIC, send
from tests.service.web.world import World, faults

_STATED = {"file_id"}
"""What the sender says: of a phone's upload, by which name it goes on."""
_BY_DATA = {"/cases/{number}/steps/{step_id}"}
"""Its fields stand in the procedure's file; any other is refused by the act (the test above)."""
# What is refused here is refused before a database is asked: another kind would show no more.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_an_unknown_field_is_refused_on_every_form(world: World) -> None:
    table = world.installation.rights
    sessions: dict[str, tuple[str, str]] = {}
    posts = [one for one in world.calls if one.method == "POST"]
    assert len(posts) > 10
    for call in posts:
        role = PUBLIC if call.right == PUBLIC else _role_for(table.actions[call.right])
        if role not in sessions:
            person = (
                world.employ(f"Ulla{len(sessions)} Udfylder", everywhere=True)
                if (role == PUBLIC)
                else world.employ(f"Ulla{len(sessions)} Udfylder", role, everywhere=True)
            )
            sessions[role] = world.session_of(person)
        before = kinds(world.installation)
        more = dict.fromkeys(server_owned() - set(call.form), str(world.town.anna.id))
        if call.is_api:
            made = world.token_of(role, everywhere=True)
            before = kinds(world.installation)
            answer = send(world.client, call, bearer=made, more=more)
        else:
            answer = send(world.client, call, session=sessions[role], more=more)
        assert answer.status_code == 422, f"{call}: {answer.status_code} {answer.text[:300]}"
        assert kinds(world.installation) == before, f"{call} did something all the same"


def test_no_form_has_a_field_for_what_only_the_service_may_say(world: World) -> None:
    owned = server_owned()
    assert owned > {"decided_by", "asked_by_id", "ended_at", "handler_id"}
    forms = 0
    for call in world.calls:
        for body in call.route.dependant.body_params:
            model = body.field_info.annotation
            assert isinstance(model, type), str(call)
            assert issubclass(model, BaseModel), str(call)
            forms += 1
            extra = model.model_config.get("extra")
            assert extra == "forbid" or call.route.path in _BY_DATA, f"{call} takes unknown fields"
            named = {name for name in model.model_fields if name in owned}
            assert named <= _STATED, f"{call} takes {named}"
    assert forms > 50


def server_owned() -> set[str]:
    """Name every column that says who did something or when, whose a row is, or that it is so."""
    columns = {column.name for table in protected_tables() for column in table.__table__.columns}
    ends = ("_by", "_by_id", "_at", "_sha256", "_id", "_attempt", "_until")
    return {name for name in columns if name.endswith(ends)} | {"id", "actor", "position"}


def test_a_form_of_another_session_or_another_site_is_refused(world: World) -> None:
    table = world.installation.rights
    posts = [one for one in world.calls if one.method == "POST" and not one.is_api]
    person = world.employ("Otto Offer", *table.roles, everywhere=True)
    session, other = world.session_of(person), world.session_of(person)
    before = kinds(world.installation)
    foreign: list[dict[str, str]] = [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ]
    for headers in foreign:
        assert faults(world, posts, {403}, session=session, headers=headers) == []
    guarded = [one for one in posts if one.right != PUBLIC]
    assert faults(world, guarded, {403}, session=session, token=False) == []
    assert faults(world, guarded, {403}, session=(session[0], other[1])) == []
    assert faults(world, guarded, {403}, session=(session[0], "")) == []
    assert kinds(world.installation) == before


def _role_for(row: Mapping[str, tuple[Right, ...]]) -> str:
    preferred = ("leader", "page_team", "archivist", "lawyer", "operator")
    return next(one for one in (*preferred, *row) if one in row)
