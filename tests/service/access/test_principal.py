"""The table of rights, and how far one who asks reaches by it."""

from __future__ import annotations

from uuid import uuid4

import pytest

from service.access.principal import HeldRole, Principal
from service.access.rights import (
    Condition,
    Level,
    RightsInvalid,
    Scope,
    read_rights,
    shipped_rights,
)
from service.errors import NotPermitted

TABLE = """
version = "7"
roles = ["leader", "clerk"]
[actions."case.see"]
leader = { level = "full", scope = "unit" }
clerk = { level = "status", scope = "all", condition = "serious" }
"""


def principal(*held: HeldRole) -> Principal:
    return Principal("person:1", "Mette", held, shipped_rights())


def test_a_role_within_a_unit_reaches_its_units_and_one_without_reaches_all() -> None:
    unit = uuid4()
    (within,) = principal(HeldRole("leader", frozenset({unit}))).reaches("triage.sort")
    (everywhere,) = principal(HeldRole("leader", None)).reaches("triage.sort")

    assert (within.scope, within.units) == (Scope.UNIT, frozenset({unit}))
    assert (everywhere.scope, everywhere.units) == (Scope.ALL, None)


def test_the_condition_of_a_right_goes_with_its_reach() -> None:
    (reach,) = principal(HeldRole("centre_chief", None)).reaches("case.see")

    assert (reach.level, reach.condition) == (Level.FULL, Condition.SERIOUS)


def test_each_role_gives_its_own_reach_and_no_role_gives_none() -> None:
    who = principal(HeldRole("employee", None), HeldRole("archivist", None))

    assert {reach.level for reach in who.reaches("case.see")} == {Level.STATUS}
    assert len(who.require("case.see")) == 2
    with pytest.raises(NotPermitted):
        who.require("case.close")
    assert not who.may("post.decide")


def test_a_role_that_nobody_knows_gives_nothing_and_an_unknown_action_is_a_mistake() -> None:
    assert principal(HeldRole("king", None)).reaches("case.see") == ()
    with pytest.raises(KeyError):
        principal(HeldRole("leader", None)).may("case.burn")


def test_the_interface_names_people_by_the_role_that_stands_first_beside_employee() -> None:
    assert principal(HeldRole("employee", None)).main_role == "employee"
    both = principal(HeldRole("page_team", None), HeldRole("leader", None))
    assert both.main_role == "leader"
    assert principal().main_role == "employee"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("clerk = {", "king = {"),
        ('"status"', '"everything"'),
        ('scope = "unit"', 'scope = "street"'),
        ('"serious"', '"funny"'),
        ('level = "full", ', ""),
        ('{ level = "full", scope = "unit" }', '"full"'),
    ],
)  # fmt: skip
def test_a_table_with_a_word_that_does_not_exist_is_refused(before: str, after: str) -> None:
    assert read_rights(TABLE).version == "7"
    with pytest.raises(RightsInvalid, match=r"case\.see"):
        read_rights(TABLE.replace(before, after))


def test_whoever_runs_the_service_sees_no_content_and_decides_nothing() -> None:
    """PROCEDURE §10: the system's administrator has no content."""
    table = shipped_rights()
    frame, phones = {"rights.see", "today.see"}, {"phone.see"}
    of = {role: {one for one in table.actions if table.of(one, role)} for role in table.roles}

    # The table of rights: what a change of theirs gives, somebody else has to agree to.
    people = {"organisation.see", "organisation.change", "rights.change"}
    roster = {"roster.see", "roster.change"}
    running = {"operations.see", "ledger.verify", "mail.send_again"}
    assert of["operator"] == frame | phones | people | roster | running
    assert of["it"] == frame | phones
    assert of["statistics"] == of["insurance"] == frame


def test_only_the_page_team_decides_and_only_leaders_carry_cases_to_their_end() -> None:
    table = shipped_rights()

    assert set(table.actions["post.decide"]) == {"page_team"}
    assert set(table.actions["post.approve"]) == {"page_team", "leader"}
    assert set(table.actions["case.close"]) == {"leader"}
    assert set(table.actions["case.step"]) == {"leader", "key_person"}
