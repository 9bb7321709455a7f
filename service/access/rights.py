"""The table of rights: action × role → level, scope, condition. Data, read once (DESIGN §3.11)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType


class Level(StrEnum):
    """How much of a thing is shown."""

    FULL = "full"
    STATUS = "status"
    OWN = "own"
    ANONYMOUS = "anonymous"


class Scope(StrEnum):
    """Which things."""

    SELF = "self"
    CIRCLE = "circle"
    UNIT = "unit"
    ALL = "all"


class Condition(StrEnum):
    """What must hold besides."""

    SERIOUS = "serious"
    INVITED = "invited"
    STEP = "step"
    GLASS = "glass"


class RightsInvalid(ValueError):
    """The table names a role, level, scope or condition that does not exist."""


@dataclass(frozen=True, slots=True)
class Right:
    """What one role may do with one action."""

    level: Level
    scope: Scope
    condition: Condition | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Rights:
    """The whole table; one is equal to itself alone, so that answers can be kept beside it."""

    version: str
    roles: tuple[str, ...]
    actions: Mapping[str, Mapping[str, tuple[Right, ...]]]

    def of(self, action: str, role: str) -> tuple[Right, ...]:
        """Return the ways in which a role may do it, the widest first; none means not at all.

        An action without a row is a mistake in the code.
        """
        return self.actions[action].get(role, ())


def read_rights(text: str) -> Rights:
    """Read the table; raises `RightsInvalid` naming the row."""
    data = tomllib.loads(text)
    roles = tuple(data["roles"])
    actions: dict[str, Mapping[str, tuple[Right, ...]]] = {}
    for action, row in data["actions"].items():
        rights = {}
        for role, cell in row.items():
            if role not in roles:
                raise RightsInvalid(f"{action}: no role {role!r}")
            ways = cell if isinstance(cell, list) else [cell]
            try:
                rights[role] = tuple(_right(way) for way in ways)
            except (ValueError, KeyError, AttributeError, TypeError) as bad:
                raise RightsInvalid(f"{action}, {role}: {bad}") from bad
            if not ways:
                raise RightsInvalid(f"{action}, {role}: leave the role out instead")
        actions[action] = MappingProxyType(rights)
    return Rights(str(data["version"]), roles, MappingProxyType(actions))


def _right(way: dict[str, str]) -> Right:
    if unknown := set(way) - {"level", "scope", "condition"}:
        raise ValueError(f"no such thing as {min(unknown)!r}")
    condition = way.get("condition")
    return Right(
        Level(way["level"]), Scope(way["scope"]), Condition(condition) if condition else None
    )


@cache
def shipped_rights() -> Rights:
    """Return the table that comes with Værn."""
    return read_rights(resources.files("service.access").joinpath("rights.toml").read_text("utf-8"))
