"""The table of rights in force: the shipped one with what the municipality has changed in it.

All that differs stands as one text in the row of the latest change. Whoever asks who somebody
is reads it in the same statement, so that a change holds in every process with the next request
and costs none of them a statement more; what a text means is worked out once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session

from archive.records.rights import RightsChangeRecord
from service.access.bounds import is_allowed
from service.access.rights import Condition, Level, Right, Rights, Scope

Cells = dict[tuple[str, str], tuple[Right, ...]]
"""By act and role the ways that are open."""


def differing() -> ScalarSelect[str | None]:
    """Return the text of all that differs, as a column for the statement that asks who it is."""
    return (
        select(RightsChangeRecord.differences)
        .where(RightsChangeRecord.version.is_not(None))
        .order_by(RightsChangeRecord.version.desc())
        .limit(1)
        .scalar_subquery()
    )


_DIFFERING: Final = select(differing())


def rights_now(session: Session, shipped: Rights) -> Rights:
    """Return the table in force, for whoever asks for nobody in particular."""
    return in_force(shipped, session.scalar(_DIFFERING))


def in_force(shipped: Rights, differences: str | None) -> Rights:
    """Return the shipped table with what differs; the same object for the same text."""
    return shipped if differences is None else _changed(shipped, differences)


@lru_cache(maxsize=256)
def _changed(shipped: Rights, differences: str) -> Rights:
    cells = cells_of(differences)
    rows: dict[str, Mapping[str, tuple[Right, ...]]] = {}
    for action, row in shipped.actions.items():
        ways = {role: cells.get((action, role), shipped.of(action, role)) for role in shipped.roles}
        # A later Værn may have fixed what an earlier one let be changed; the row of a database
        # in other hands may say anything. Neither opens more than may be opened.
        held = {
            role: way if is_allowed(shipped, action, role, way) else row.get(role, ())
            for role, way in ways.items()
        }
        rows[action] = MappingProxyType({role: way for role, way in held.items() if way})
    return Rights(f"{shipped.version}+own", shipped.roles, MappingProxyType(rows))


def cells_of(differences: str | None) -> Cells:
    """Return which rights differ, and how they stand."""
    told: dict[str, dict[str, list[Any]]] = json.loads(differences or "{}")
    return {
        (action, role): ways_of(ways) for action, row in told.items() for role, ways in row.items()
    }


def text_of(cells: Cells) -> str:
    """Return which rights differ as the text that is kept; equal cells give an equal text."""
    told: dict[str, dict[str, list[Any]]] = {}
    for (action, role), ways in cells.items():
        told.setdefault(action, {})[role] = plain(ways)
    return json.dumps(told, sort_keys=True, separators=(",", ":"))


def plain(ways: tuple[Right, ...]) -> list[Any]:
    """Return the ways of one right as they are kept: level, scope, condition of each."""
    return [
        [str(way.level), str(way.scope), str(way.condition) if way.condition else None]
        for way in ways
    ]


def ways_of(kept: list[Any]) -> tuple[Right, ...]:
    """Return the ways of one right from what was kept; raises `ValueError`."""
    return tuple(
        Right(Level(level), Scope(scope), Condition(condition) if condition else None)
        for level, scope, condition in kept
    )
