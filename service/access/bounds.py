"""What of the table of rights stays as it was shipped, and what hangs together in it.

A municipality may give a role any way that the shipped table gives to some role
for the same act: each of them is enforced by queries that are tried as shipped.
Nothing else can be written into it, and what is fixed says why.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from service.access.rights import Condition, Right, Rights, RightsInvalid
from service.access.widening import covers, reaches_as_far


class Because(StrEnum):
    """Why a right cannot be changed by the municipality."""

    EVERYONE = "everyone"
    NO_CONTENT = "no_content"
    CHILDREN = "children"
    SHUTTING = "shutting"
    GLASS = "glass"
    WATCH = "watch"
    TABLE = "table"
    DOOR = "door"
    RUNS = "runs"


@dataclass(frozen=True, slots=True)
class Fixed:
    """That a right stays as shipped; a `floor` may be raised, and only not be taken away."""

    because: Because
    floor: bool


@dataclass(frozen=True, slots=True)
class Bounds:
    """All that is fixed, in its order, and which act needs which other."""

    fixed: tuple[tuple[frozenset[str], frozenset[str], Fixed], ...]
    needs: Mapping[str, str]

    def of(self, action: str, role: str) -> Fixed | None:
        """Return why a right cannot be changed, or cannot be taken away; None where it can."""
        found = [
            fixed
            for actions, roles, fixed in self.fixed
            if (not roles or role in roles) and _named(actions, action)
        ]
        # What stays altogether says more than what may only not be taken away.
        return min(found, key=lambda one: one.floor, default=None)


def offered(shipped: Rights, action: str) -> tuple[Right, ...]:
    """Return the ways that a role can be given to one act: those that some role has as shipped.

    Not those under glass, which only whoever may break it can use (`case.break_glass`).
    """
    ways = [way for rights in shipped.actions[action].values() for way in rights]
    usable = [way for way in ways if way.condition is not Condition.GLASS]
    return tuple(dict.fromkeys(sorted(usable, key=_order)))


def is_allowed(shipped: Rights, action: str, role: str, ways: tuple[Right, ...]) -> bool:
    """Tell whether a municipality may set a right so; what is shipped always may stand."""
    if action not in shipped.actions or role not in shipped.roles:
        return False
    own = shipped.of(action, role)
    if set(ways) == set(own):
        return True
    fixed = shipped_bounds().of(action, role)
    if fixed is not None and not fixed.floor:
        return False
    if fixed is not None and not all(any(covers(way, floor) for way in ways) for floor in own):
        return False
    return set(ways) <= set(offered(shipped, action)) and len(set(ways)) == len(ways)


def missing(rights: Rights, role: str) -> tuple[tuple[str, str], ...]:
    """Return what a role may do without the right that it needs for it: (act, needed act)."""
    return tuple(
        (action, needed)
        for action, needed in shipped_bounds().needs.items()
        if action in rights.actions and needed in rights.actions
        for way in rights.of(action, role)
        if not any(reaches_as_far(other, way) for other in rights.of(needed, role))
    )


@cache
def shipped_bounds() -> Bounds:
    """Return the bounds that come with Værn; raises `RightsInvalid`."""
    text = resources.files("service.access").joinpath("rights.toml").read_text("utf-8")
    return read_bounds(tomllib.loads(text))


def read_bounds(data: Mapping[str, Any]) -> Bounds:
    """Read what the table says of itself; raises `RightsInvalid` for what it does not name."""
    actions, roles = frozenset(data["actions"]), frozenset(data["roles"])
    fixed = []
    for one in data.get("fixed", ()):
        named, held = frozenset(one["actions"]), frozenset(one.get("roles", ()))
        unknown = held - roles | {
            name for name in named if not any(_named(frozenset({name}), each) for each in actions)
        }
        if unknown:
            raise RightsInvalid(f"fixed: there is no {min(unknown)!r}")
        fixed.append((named, held, Fixed(Because(one["because"]), bool(one.get("floor", False)))))
    needs = dict(data.get("needs", {}))
    if strange := (set(needs) | set(needs.values())) - actions:
        raise RightsInvalid(f"needs: there is no {min(strange)!r}")
    return Bounds(tuple(fixed), MappingProxyType(needs))


def _named(names: frozenset[str], action: str) -> bool:
    return bool(names & {"*", action, f"{action.partition('.')[0]}.*"})


def _order(way: Right) -> tuple[int, int, int]:
    levels, scopes = ("full", "own", "status", "anonymous"), ("all", "unit", "circle", "self")
    conditions = ("", *(str(one) for one in Condition))
    return (
        levels.index(way.level),
        scopes.index(way.scope),
        conditions.index(str(way.condition or "")),
    )
