"""The table in force: the shipped one with what differs, and nothing that is fixed."""

from __future__ import annotations

import pytest

from service.access.bounds import is_allowed, missing, offered, read_bounds, shipped_bounds
from service.access.own_rights import cells_of, in_force, plain, text_of, ways_of
from service.access.rights import Condition, Level, Right, RightsInvalid, Scope, shipped_rights
from service.access.widening import covers, widens

EVERYTHING = Right(Level.FULL, Scope.ALL)
UNIT = Right(Level.FULL, Scope.UNIT)
INVITED = Right(Level.STATUS, Scope.CIRCLE, Condition.INVITED)


def test_the_shipped_table_keeps_its_own_bounds() -> None:
    shipped = shipped_rights()

    assert [missing(shipped, role) for role in shipped.roles if missing(shipped, role)] == []
    for action in shipped.actions:
        for role in shipped.roles:
            assert is_allowed(shipped, action, role, shipped.of(action, role)), (action, role)
            for way in shipped.of(action, role):
                assert way in offered(shipped, action) or way.condition is Condition.GLASS


def test_nothing_that_concerns_cases_can_be_given_to_whoever_runs_the_machines() -> None:
    shipped = shipped_rights()
    rooms = {"evidence", "case", "triage", "queue", "post", "page", "viewing"}
    for action in shipped.actions:
        if action.partition(".")[0] in rooms:
            for role in ("operator", "it", "employee"):
                for way in offered(shipped, action):
                    own = set(shipped.of(action, role)) == {way}
                    assert is_allowed(shipped, action, role, (way,)) == own, (action, role)


def test_the_same_differences_are_the_same_table_and_none_is_the_shipped_one() -> None:
    shipped = shipped_rights()
    text = text_of({("case.see", "hr"): (UNIT,), ("case.open", "hr"): (UNIT,)})

    assert in_force(shipped, None) is shipped
    assert in_force(shipped, text) is in_force(shipped, str(text.encode(), "utf-8"))
    assert in_force(shipped, text).of("case.see", "hr") == (UNIT,)
    assert in_force(shipped, text).of("case.see", "leader") == shipped.of("case.see", "leader")
    assert cells_of(text) == {("case.see", "hr"): (UNIT,), ("case.open", "hr"): (UNIT,)}
    assert ways_of(plain((INVITED, UNIT))) == (INVITED, UNIT)


@pytest.mark.parametrize(
    ("action", "role"),
    [
        ("evidence.view", "operator"),
        ("evidence.view", "employee"),
        ("evidence.view", "lawyer"),
        ("evidence.lift_seal", "leader"),
        ("rights.approve", "operator"),
        ("case.no_such_act", "hr"),
        ("case.see", "nobody"),
    ],
)
def test_a_row_in_other_hands_opens_nothing_that_is_fixed(action: str, role: str) -> None:
    shipped = shipped_rights()
    table = in_force(shipped, text_of({(action, role): (EVERYTHING,)}))

    for act in shipped.actions:
        for one in (*shipped.roles, "nobody"):
            assert table.of(act, one) == shipped.of(act, one)


def test_in_doubt_a_right_is_wider() -> None:
    step = Right(Level.FULL, Scope.ALL, Condition.STEP)

    assert not widens((EVERYTHING,), (UNIT, INVITED, step))
    assert not widens((UNIT,), ())
    assert widens((), (INVITED,))
    assert widens((UNIT,), (INVITED,))  # a circle may hold a case of another unit
    assert widens((INVITED,), (Right(Level.STATUS, Scope.CIRCLE),))
    assert widens((step,), (EVERYTHING,))
    assert widens((Right(Level.STATUS, Scope.ALL),), (UNIT,))
    assert widens((UNIT,), (Right(Level.OWN, Scope.SELF),))
    assert all(covers(way, way) for way in (EVERYTHING, UNIT, INVITED, step))


def test_bounds_of_what_does_not_exist_are_refused() -> None:
    table = {"actions": {"case.see": {}}, "roles": ["leader"]}

    assert shipped_bounds().of("case.see", "leader") is None
    for wrong in (
        {"fixed": [{"because": "door", "actions": ["case.sea"]}]},
        {"fixed": [{"because": "door", "actions": ["cases.*"]}]},
        {"fixed": [{"because": "door", "actions": ["*"], "roles": ["boss"]}]},
        {"needs": {"case.see": "case.sea"}},
    ):
        with pytest.raises(RightsInvalid):
            read_bounds(table | wrong)
